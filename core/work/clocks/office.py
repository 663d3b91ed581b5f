"""The governorate's calendar: the country's holidays, the office's hours, the administrator's decrees."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.columns import Json
from core.data.scope import scope_in
from core.data.time import now
from core.data.visibility import Shared
from core.errors import Invalid, NotFound
from core.governorates.present import present
from core.governorates.registry import Governorate
from core.governorates.setting import Setting
from core.work.clocks.calendar import HOURS, MIDNIGHT, OFF, WORKING, Decree, Shifts, WorkCalendar
from core.work.clocks.feasts import feasts, ramadans, weekend

KEY = "working_hours"
"""Key of the setting that holds the office's hours, where they were changed."""
USUAL: Shifts = ((8 * 60, 15 * 60),)
FASTING: Shifts = ((9 * 60, 14 * 60),)
CUT_OFF = 14 * 60
"""Our assumptions for a new governorate (domain reference 2.2, rule 7); an administrator changes them."""
YEARS_BACK, YEARS_AHEAD = 20, 3
"""The years whose holidays the present calendar knows, around this one."""
LONGEST_DECREE = 366


@dataclass(frozen=True)
class Hours:
    """The office's hours: of Monday to Sunday (none on the weekend), of Ramadan, and the cut-off."""

    week: tuple[Shifts, ...]
    ramadan: Shifts
    cut_off: int

    @classmethod
    def usual(cls, country: str) -> Hours:
        """Before an administrator has said anything: the country's weekend and our assumptions."""
        free = weekend(country)
        return cls(tuple(() if day in free else USUAL for day in range(7)), FASTING, CUT_OFF)

    def check(self) -> Hours:
        """Itself; raises Invalid for a week without work, hours out of order or a cut-off that is none."""
        if not any(self.week):
            raise Invalid(_("At least one day of the week must be a working day."))
        for shifts in (*self.week, self.ramadan):
            check_shifts(shifts)
        if not 0 < self.cut_off <= MIDNIGHT:
            raise Invalid(_("The cut-off is a time of day."))
        return self


class DecreeRow(Shared, db.Model):
    """A decree on certain days. One that is withdrawn stays, with who withdrew it and why."""

    __tablename__ = "core_decree"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(300))
    first: Mapped[date]
    last: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    shifts: Mapped[list[Any]] = mapped_column(Json, default=list)
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(300))

    def value(self) -> Decree:
        """As the calendar knows it."""
        shifts = tuple((start, end) for start, end in self.shifts)
        return Decree(self.number, self.reason, self.first, self.last, self.kind, shifts)


def check_shifts(shifts: Shifts) -> None:
    """Raises Invalid for hours that overlap, run backwards or leave the day."""
    times = [minute for shift in shifts for minute in shift]
    if times != sorted(set(times)) or any(not 0 <= minute <= MIDNIGHT for minute in times):
        raise Invalid(_("Hours are given in order and do not overlap, for example 08:00-12:00, 13:00-16:00."))


def hours_of(session: Session, governorate: Governorate) -> Hours:
    """The office's hours."""
    text = session.scalar(select(Setting.value).where(Setting.key == KEY))
    return _read(text) if text else Hours.usual(governorate.country)


def keep_hours(session: Session, hours: Hours) -> None:
    """Change the office's hours; by `rows.change_calendar`, which moves the open clocks. Raises Invalid."""
    session.merge(Setting(key=KEY, value=json.dumps(asdict(hours.check()), sort_keys=True)))
    session.flush()


def decrees_in_force(session: Session) -> tuple[Decree, ...]:
    """In the order in which they were entered: the later decides."""
    rows = select(DecreeRow).where(DecreeRow.withdrawn_at.is_(None)).order_by(DecreeRow.id)
    return tuple(row.value() for row in session.scalars(rows))


def issue(session: Session, decree: Decree) -> DecreeRow:
    """Enter a decree, also for days that are over; by `rows.change_calendar`. Raises Invalid."""
    _check(decree)
    actor = scope_in(session).actor_id
    values = asdict(decree) | {"shifts": [list(shift) for shift in decree.shifts]}
    row = DecreeRow(**values, added_by_id=actor)
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, key: int, reason: str) -> DecreeRow:
    """Take a decree out of force, with the reason; by `rows.change_calendar`. Raises NotFound, Invalid."""
    row = session.get(DecreeRow, key)
    if row is None or row.withdrawn_at is not None:
        raise NotFound(_("This decree is not in force any more."))
    if wrong := _wrong_text(reason, DecreeRow.withdrawn_reason):
        raise Invalid(_("Say why the decree is withdrawn."), {"reason": [wrong]})
    row.withdrawn_at, row.withdrawn_by_id = now(), scope_in(session).actor_id
    row.withdrawn_reason = reason.strip()
    session.flush()
    return row


def present_calendar(session: Session) -> WorkCalendar:
    """The calendar of the present governorate as it is now; two small selects."""
    here = present()
    hours, year = hours_of(session, here), here.local(now()).year
    return _build(here.timezone, here.country, hours, decrees_in_force(session), year)


@lru_cache(maxsize=64)
def _build(zone: str, country: str, hours: Hours, decrees: tuple[Decree, ...], year: int) -> WorkCalendar:
    """One object as long as nothing changes, so that it remembers what was worked out."""
    first, last = year - YEARS_BACK, year + YEARS_AHEAD
    spans = ramadans(first, last) if hours.ramadan else ()
    known = feasts(country, first, last)
    return WorkCalendar(zone, hours.week, hours.cut_off, hours.ramadan, spans, known, decrees)


def _read(text: str) -> Hours:
    told = json.loads(text)
    week = tuple(tuple((start, end) for start, end in day) for day in told["week"])
    return Hours(week, tuple((start, end) for start, end in told["ramadan"]), told["cut_off"])


def _check(decree: Decree) -> None:
    """Raises Invalid for a decree that says nothing, or too much."""
    errors: dict[str, list[Any]] = {}
    if decree.kind not in (OFF, WORKING, HOURS):
        errors["kind"] = [_("Choose one of the list.")]
    if decree.last < decree.first:
        errors["last"] = [_("The last day is before the first.")]
    elif (decree.last - decree.first).days >= LONGEST_DECREE:
        errors["last"] = [_("A decree covers at most a year.")]
    if decree.kind == HOURS and not decree.shifts:
        errors["shifts"] = [_("Say which hours are worked on these days.")]
    if decree.kind == OFF and decree.shifts:
        errors["shifts"] = [_("A day off has no hours.")]
    for name, column in (("number", DecreeRow.number), ("reason", DecreeRow.reason)):
        if wrong := _wrong_text(getattr(decree, name), column):
            errors[name] = [wrong]
    if errors:
        raise Invalid(_("The decree cannot be entered so."), errors)
    check_shifts(decree.shifts)


def _wrong_text(text: str, column: Any) -> str | None:
    """Why `text` cannot stand in a column: empty, or longer than it; None where it can."""
    most = column.type.length
    if not text.strip():
        return str(_("This is needed."))
    return str(_("At most %(most)d characters.", most=most)) if len(text) > most else None
