"""The line of working time: measured in working days, so that a short day of Ramadan counts as one.

A moment stands on it at so many whole days and a fraction of the day's own working time; nights, weekends
and days off have no length. Fractions are exact: no time is lost or won by adding up pauses.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from flask_babel import lazy_gettext as _

from core.errors import Refused
from core.work.clocks.calendar import Day, WorkCalendar

ONE = timedelta(days=1)
SECOND = timedelta(seconds=1)
FARTHEST = 4000
"""Days that are looked through for the next working day, some eleven years."""


class NoWorkingDay(Refused):
    """The calendar has no working day where one is needed."""


def counted_from(calendar: WorkCalendar, received: datetime) -> Day:
    """The working day on which counting begins: that of receipt, or the next one.

    The next one for what comes on a day off, after the cut-off or after the end of work.
    """
    day = calendar.day(calendar.local_day(received))
    return day if day.spans and received <= day.cut_off else next_day(calendar, day.date)


def next_day(calendar: WorkCalendar, after: date) -> Day:
    """The first working day after `after`; raises NoWorkingDay."""
    for _step in range(FARTHEST):
        after += ONE
        day = calendar.day(after)
        if day.spans:
            return day
    raise NoWorkingDay(_("The working calendar has no working day for years to come."))


def day_after(calendar: WorkCalendar, start: date, count: int) -> Day:
    """The `count`-th working day after `start`; for 0 the day itself."""
    key = (start, count, "after")
    found: Day | None = calendar.memory.get(key)
    if found is None:
        found = calendar.day(start)
        for _step in range(count):
            found = next_day(calendar, found.date)
        calendar.memory[key] = found
    return found


def worked(calendar: WorkCalendar, start: datetime, end: datetime) -> Fraction:
    """Working days between two moments; 0 if `end` is not after `start`."""
    total, day, last = Fraction(), calendar.local_day(start), calendar.local_day(end)
    while day <= last and start < end:
        here = calendar.day(day)
        if here.spans:
            total += Fraction((here.before(end) - here.before(start)) // _TICK, here.length // _TICK)
        day += ONE
    return total


def advance(calendar: WorkCalendar, start: datetime, amount: Fraction) -> datetime:
    """The earliest moment at which `amount` working days have passed since `start`, to the full second.

    So a whole number of days ends at the end of work, not at the next day's beginning.
    """
    if amount <= 0:
        return start
    here = calendar.day(calendar.local_day(start))
    done = Fraction()
    if here.spans:
        done = Fraction(here.before(start) // _TICK, here.length // _TICK)
    rest = amount + done
    while not here.spans or rest > 1:
        rest -= 1 if here.spans else 0
        here = next_day(calendar, here.date)
    return _within(here, rest)


_TICK = timedelta(microseconds=1)


def _within(day: Day, part: Fraction) -> datetime:
    """The moment when `part` (above 0, up to 1) of the day's working time has passed."""
    left = part * (day.length // _TICK)
    for start, end in day.spans:
        span = (end - start) // _TICK
        if left <= span:
            seconds = -(-left // (SECOND // _TICK))
            return min(start + int(seconds) * SECOND, end)
        left -= span
    raise AssertionError("a part of a day is within its spans")  # pragma: no cover
