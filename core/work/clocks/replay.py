"""What a clock shows: worked out from its events and a calendar, by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from core.work.clocks.calendar import Day, WorkCalendar
from core.work.clocks.clock import Mode, Promise
from core.work.clocks.line import advance, counted_from, day_after, worked

START, PROMISE, PAUSE, RESUME, STOP = "start", "promise", "pause", "resume", "stop"
KINDS = (START, PROMISE, PAUSE, RESUME, STOP)
AFTER: dict[str, Mode] = {START: "running", PAUSE: "paused", RESUME: "running", STOP: "stopped"}
FITTING: dict[Mode, tuple[str, ...]] = {
    "": (START,),
    "running": (PROMISE, PAUSE, STOP),
    "paused": (PROMISE, RESUME, STOP),
    "stopped": (),
}
"""What may follow. Anything else is refused when written, and passed over when replayed."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a clock. `cause` is the action that brought it, `promise` what then held."""

    kind: str
    at: datetime
    cause: str = ""
    promise: Promise | None = None
    actor_id: int | None = None


@dataclass(frozen=True)
class Pause:
    """A time that does not count; `until` is empty while it lasts."""

    since: Event
    until: Event | None = None


@dataclass(frozen=True)
class Reading:
    """A clock as its events leave it.

    `first_due_at` is by the first promise alone, `promised_at` by it and the pauses: the date that the
    citizen was given. `due_at` is by the present promise and the pauses. While it stands (`paused_at`)
    its time to come is not known, and `due_at` is as if it went on at once.
    """

    started_at: datetime
    mode: Mode
    first: Promise | None
    promise: Promise | None
    pauses: tuple[Pause, ...]
    first_due_at: datetime | None
    promised_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None

    def is_late(self, at: datetime) -> bool:
        """Whether the due moment has passed at `at`; one that stands or has stopped is judged as of then."""
        return self.due_at is not None and self.due_at < (self.stopped_at or self.paused_at or at)


def in_order(events: Iterable[Any]) -> list[Any]:
    """By moment; of the same moment, as they were written."""
    return sorted(events, key=lambda event: event.at)


def fitting(events: Iterable[Event]) -> tuple[list[Event], Mode]:
    """The events that make sense after each other, and what the clock does after them."""
    kept: list[Event] = []
    mode: Mode = ""
    for event in in_order(events):
        if event.kind in FITTING[mode]:
            kept.append(event)
            mode = AFTER.get(event.kind, mode)
    return kept, mode


def replay(events: Iterable[Event], calendar: WorkCalendar) -> Reading | None:
    """The reading of a clock; None if it never started."""
    kept, mode = fitting(events)
    if not kept:
        return None
    start = kept[0].at
    pauses = tuple(_pauses(kept))
    promises = [event.promise for event in kept if event.kind in (START, PROMISE)]
    first = next((promise for promise in promises if promise is not None), None)
    promised = due(start, first, pauses, calendar)
    return Reading(
        started_at=start,
        mode=mode,
        first=first,
        promise=promises[-1],
        pauses=pauses,
        first_due_at=due(start, first, (), calendar) if pauses else promised,
        promised_at=promised,
        due_at=promised if promises[-1] == first else due(start, promises[-1], pauses, calendar),
        paused_at=pauses[-1].since.at if mode == "paused" else None,
        stopped_at=kept[-1].at if mode == "stopped" else None,
    )


def _pauses(events: list[Event]) -> Iterable[Pause]:
    since: Event | None = None
    for event in events:
        if event.kind == PAUSE:
            since = event
        elif since is not None and event.kind in (RESUME, STOP):
            yield Pause(since, event)
            since = None
    if since is not None:
        yield Pause(since)


def due(
    start: datetime, promise: Promise | None, pauses: Iterable[Pause], calendar: WorkCalendar
) -> datetime | None:
    """The moment by which `promise` must be kept: for days the end of work of that day.

    Each pause adds its own time, as long as it began before the promise was broken. A pause that still
    lasts adds nothing yet.
    """
    if promise is None:
        return None
    spans = [(pause.since.at, pause.until.at) for pause in pauses if pause.until is not None]
    if promise.hours:
        return _due_in_hours(start, promise.hours, spans)
    first = counted_from(calendar, start)
    base = day_after(calendar, first.date, promise.days).spans[-1][1]
    return _moved(base, first, spans, calendar)


def _moved(
    base: datetime, first: Day, spans: list[tuple[datetime, datetime]], calendar: WorkCalendar
) -> datetime:
    total, found = Fraction(), base
    for since, until in spans:
        if since >= found:
            break
        total += worked(calendar, max(since, first.spans[0][0]), until)
        found = advance(calendar, base, total)
    return found


def _due_in_hours(start: datetime, hours: int, spans: list[tuple[datetime, datetime]]) -> datetime:
    found = start + timedelta(hours=hours)
    for since, until in spans:
        if since >= found:
            break
        found += until - since
    return found
