"""Clocks on a record's page and in lists: what was promised, by when, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from admin.clock_words import words
from admin.dates import day, day_text
from admin.display import badge
from core.data.time import now
from core.errors import NotFound
from core.work.clocks.clock import Clock
from core.work.clocks.rows import Told, told
from core.work.workflow import State

if TYPE_CHECKING:
    from admin.record_view import RecordView

LATE = State("late", lazy_gettext("Late"), colour="red")
RUNNING = State("running", lazy_gettext("Running"), colour="blue")
PAUSED = State("paused", lazy_gettext("Paused"), colour="grey")
IN_TIME = State("in_time", lazy_gettext("Done in time"), colour="green")
TOO_LATE = State("too_late", lazy_gettext("Done after its date"), colour="yellow")


@dataclass(frozen=True)
class Card:
    """A clock as the record's page shows it; `url` explains its date."""

    label: Any
    state: State
    promise: str
    told: Told
    url: str

    @property
    def first_date(self) -> datetime | None:
        """The date that was given first, where another one holds now: then both are shown."""
        found = self.told.reading
        if found.promised_at is None or day_text(found.promised_at) == day_text(found.due_at):
            return None
        return found.promised_at


def cards(view: RecordView, record: Any) -> list[Card]:
    """The record's clocks that have started."""
    clocks = view.workflow.clocks if view.workflow else ()
    found = ((clock, told(record, clock.name)) for clock in clocks)
    return [_card(view, record, clock, one) for clock, one in found if one is not None]


def named(view: RecordView, record: Any, name: str) -> Card:
    """One of them; raises NotFound for a clock that there is not, or that has not started."""
    clocks = view.workflow.clocks if view.workflow else ()
    clock = next((clock for clock in clocks if clock.name == name), None)
    one = told(record, name) if clock else None
    if clock is None or one is None:
        raise NotFound(_("There is nothing at this address, or it is not open to you."))
    return _card(view, record, clock, one)


def _card(view: RecordView, record: Any, clock: Clock, one: Told) -> Card:
    url = view.link("clock", id=record.id, which=clock.name)
    return Card(clock.label, _standing(one), words(one.reading.promise), one, url)


def _standing(one: Told) -> State:
    late = one.reading.is_late(now())
    if one.reading.mode == "stopped":
        return TOO_LATE if late else IN_TIME
    if late:
        return LATE
    return PAUSED if one.reading.mode == "paused" else RUNNING


def due_cell(value: datetime | None, open: bool) -> Any:  # noqa: A002 - as a state is
    """A due date in a list: its day, and a word where it has passed and work is still to be done."""
    if value is None:
        return ""
    if open and value < now():
        return Markup("{} {}").format(day(value), badge(LATE))
    return day(value)
