"""An independent calculator of due moments: it walks minute by minute and adds up what was worked.

Written from the rules in words (domain reference 2.2), not from core's code: where core moves the due moment
by the pauses, this one counts consumption until the promise is used up. Slow, and for minutes only.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class SlowCalendar:
    """`week`: seven lists of (from, to) minutes; `feasts`: set of dates; `decrees`: (first, last, kind, hours)."""

    def __init__(self, zone, week, cut_off, feasts=(), decrees=(), ramadan=(), ramadans=()):
        self.zone, self.week, self.cut_off = ZoneInfo(zone), week, cut_off
        self.feasts, self.decrees = set(feasts), list(decrees)
        self.ramadan, self.ramadans = ramadan, ramadans
        self.known = {}

    def hours(self, date):
        if date not in self.known:
            self.known[date] = self._hours(date)
        return self.known[date]

    def _hours(self, date):
        free = not self.week[date.weekday()] or date in self.feasts
        special = None
        for first, last, kind, hours in self.decrees:
            if not first <= date <= last:
                continue
            if kind == "off":
                free = True
            elif kind == "working":
                free = False
            if hours:
                special = hours
        if free:
            return []
        if special:
            return special
        if self.ramadan and any(first <= date <= last for first, last in self.ramadans):
            return self.ramadan
        return self.week[date.weekday()] or next(hours for hours in self.week if hours)

    def length(self, date):
        return sum(end - start for start, end in self.hours(date))

    def is_worked(self, moment):
        here = moment.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        return any(start <= minute < end for start, end in self.hours(here.date()))

    def first_day(self, received):
        """Today if the office works and it is not too late, else the next day on which it works."""
        here = received.astimezone(self.zone)
        hours = self.hours(here.date())
        if hours:
            latest = min(self.cut_off, hours[-1][1])
            if here.hour * 60 + here.minute + here.second / 60 <= latest:
                return here.date()
        date = here.date() + DAY
        while not self.hours(date):
            date += DAY
        return date


def slow_due(calendar, received, days, pauses=()):
    """The end of the minute in which the promise of so many working days is used up."""
    first = calendar.first_day(received)
    start, _end = calendar.hours(first)[0]
    opening = datetime(first.year, first.month, first.day, start // 60, start % 60, tzinfo=calendar.zone)
    moment = max(received, opening).astimezone(ZoneInfo("UTC"))
    left_today = sum(
        max(0, end - max(begin, _minute(moment, calendar, first))) for begin, end in calendar.hours(first)
    )
    target = Fraction(left_today, calendar.length(first)) + days
    used = Fraction()
    while used < target:
        date = moment.astimezone(calendar.zone).date()
        if calendar.is_worked(moment) and not any(since <= moment < until for since, until in pauses):
            used += Fraction(1, calendar.length(date))
        moment += MINUTE
    return moment


def slow_due_in_hours(received, hours, pauses=()):
    """The end of the minute in which so many hours, round the clock, are used up."""
    moment, left = received, hours * 60
    while left:
        left -= not any(since <= moment < until for since, until in pauses)
        moment += MINUTE
    return moment


def _minute(moment, calendar, date):
    here = moment.astimezone(calendar.zone)
    return here.hour * 60 + here.minute if here.date() == date else 24 * 60
