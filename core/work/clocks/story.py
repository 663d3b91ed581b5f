"""Why this date: every day between receipt and the due day, counted or skipped, and what moved it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from core.work.clocks.calendar import Reason, WorkCalendar
from core.work.clocks.clock import Promise
from core.work.clocks.line import ONE, counted_from, day_after, worked
from core.work.clocks.replay import PROMISE, STOP, Event, Pause, due, fitting, replay

RECEIVED, TOO_LATE, FROM, COUNTED, SKIPPED, HOURS = (
    "received",
    "too_late",
    "from",
    "counted",
    "skipped",
    "hours",
)
PAUSED, CHANGED, DUE, STOPPED = "paused", "changed", "due", "stopped"


@dataclass(frozen=True)
class Line:
    """One step of the reckoning; which fields are filled depends on `kind`.

    `number` counts the days; `amount` is what a pause added in working days (a promise in hours: in
    hours); `due` is the due moment after this step.
    """

    kind: str
    day: date | None = None
    at: datetime | None = None
    until: datetime | None = None
    number: int = 0
    reasons: tuple[Reason, ...] = ()
    amount: Fraction = Fraction()
    promise: Promise | None = None
    cause: str = ""
    actor_id: int | None = None
    due: datetime | None = None


def explain(events: Iterable[Event], calendar: WorkCalendar) -> list[Line]:
    """The whole reckoning of a clock, in the order in which one would tell it; empty if it never started."""
    events = list(events)
    kept, _mode = fitting(events)
    found = replay(events, calendar)
    if found is None:
        return []
    lines = [Line(RECEIVED, at=found.started_at, promise=kept[0].promise)]
    changes = [one for one in kept if one.kind == PROMISE]
    lines += [Line(CHANGED, at=c.at, promise=c.promise, cause=c.cause, actor_id=c.actor_id) for c in changes]
    if found.promise is not None:
        base = due(found.started_at, found.promise, (), calendar)
        lines += _counting(found.started_at, found.promise, calendar) if found.promise.days else ()
        lines += [Line(HOURS, at=base, promise=found.promise)] if found.promise.hours else ()
        lines += _pauses(found.started_at, found.promise, found.pauses, calendar)
        lines.append(Line(DUE, at=found.due_at, promise=found.promise))
    if kept[-1].kind == STOP:
        lines.append(Line(STOPPED, at=kept[-1].at, cause=kept[-1].cause, actor_id=kept[-1].actor_id))
    return lines


def _counting(start: datetime, promise: Promise, calendar: WorkCalendar) -> Iterator[Line]:
    """The day of receipt, then each day up to the last that is promised."""
    first = counted_from(calendar, start)
    day = calendar.local_day(start)
    if day != first.date and calendar.day(day).spans:
        yield Line(TOO_LATE, day=day, at=calendar.day(day).cut_off)
        day += ONE
    while day != first.date:
        yield Line(SKIPPED, day=day, reasons=calendar.day(day).reasons)
        day += ONE
    yield Line(FROM, day=first.date, reasons=first.reasons)
    last, number = day_after(calendar, first.date, promise.days).date, 0
    while day < last:
        day += ONE
        here = calendar.day(day)
        number += bool(here.spans)
        yield Line(COUNTED if here.spans else SKIPPED, day=day, number=number, reasons=here.reasons)


def _pauses(
    start: datetime, promise: Promise, pauses: tuple[Pause, ...], calendar: WorkCalendar
) -> Iterator[Line]:
    """What each pause added, and the days off that lie in what it added."""
    for number, pause in enumerate(pauses):
        before = due(start, promise, pauses[:number], calendar)
        after = due(start, promise, pauses[: number + 1], calendar)
        if before is None or after is None:  # a promise has a date
            return
        yield Line(
            PAUSED,
            at=pause.since.at,
            until=pause.until.at if pause.until else None,
            amount=_added(promise, before, after, calendar),
            cause=pause.since.cause,
            actor_id=pause.since.actor_id,
            due=after,
        )
        day, last = calendar.local_day(before) + ONE, calendar.local_day(after)
        while promise.days and day < last:
            if not calendar.day(day).spans:
                yield Line(SKIPPED, day=day, reasons=calendar.day(day).reasons)
            day += ONE


def _added(promise: Promise, before: datetime, after: datetime, calendar: WorkCalendar) -> Fraction:
    if promise.days:
        return worked(calendar, before, after)
    return Fraction(int((after - before).total_seconds()), 3600)
