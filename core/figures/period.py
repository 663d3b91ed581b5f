"""The days that a figure is about, and the instant at which it looks at them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, ColumnElement, DateTime, and_, case, cast, extract, literal
from sqlalchemy.types import TypeDecorator

from core.data.search import latin_digits
from core.data.time import now, read_day, start_of
from core.errors import Invalid
from core.governorates.present import present

EARLIEST, LATEST = 1900, 2200
"""Years outside are slips of the keyboard."""
MOST_MONTHS = 36
"""A longer period is shown by years."""
FROM, TO, UNTIL = "from", "to", "until"
"""The arguments of an address that name a period."""
_UNREADABLE = _("This is no day of the calendar: write it like 2023-01-31 or 31/01/2023.")
_STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True)
class Period:
    """The days `first` to `last`, both included, on the clock of `zone`, as known at the instant `until`.

    What happened after `until`, the cut-off, is not counted, so that a figure can be computed again.
    """

    first: date
    last: date
    until: datetime
    zone: ZoneInfo

    @classmethod
    def of_days(cls, first: date, last: date, until: datetime | None = None) -> Period:
        """These days in the present governorate's zone, as known now or at `until` (aware).

        Raises Invalid (422) where the last day is before the first, or the cut-off is before the first
        day or in the future; its `errors` name `to` and `until`.
        """
        zone, moment = present().zone, now()
        made = cls(first, last, until or moment, zone)
        if last < first:
            raise _wrong(TO, _("The last day is before the first."))
        if made.until > moment:
            raise _wrong(UNTIL, _("A figure cannot be told as at a day that is still to come."))
        if until is not None and until < made.start:
            raise _wrong(UNTIL, _("The cut-off is before the first day: nothing could be counted."))
        return made

    @classmethod
    def of_year(cls, year: int, until: datetime | None = None) -> Period:
        """A calendar year."""
        return cls.of_days(date(year, 1, 1), date(year, 12, 31), until)

    @classmethod
    def of_quarter(cls, year: int, quarter: int, until: datetime | None = None) -> Period:
        """A quarter (1 to 4) of a calendar year."""
        return cls.of_days(date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter), until)

    @classmethod
    def of_month(cls, year: int, month: int, until: datetime | None = None) -> Period:
        """A calendar month."""
        return cls.of_days(date(year, month, 1), _month_end(year, month), until)

    @classmethod
    def of_last(cls, days: int, until: datetime | None = None) -> Period:
        """So many days, today included."""
        today = present().local(now()).date()
        return cls.of_days(today - timedelta(days=days - 1), today, until)

    @property
    def start(self) -> datetime:
        """Its first moment, in UTC."""
        return start_of(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        return start_of(self.last + timedelta(days=1), self.zone)

    def covers(self, column: Any) -> ColumnElement[bool]:
        """Whether a column (of moments, or of days) lies in it and was known at the cut-off."""
        if is_moment(column):
            return and_(column >= self.start, column < self.end, column <= self.until)
        return and_(column >= self.first, column <= min(self.last, self._day_of_cutoff))

    def known(self, column: Any) -> ColumnElement[bool]:
        """Whether a column (of moments, or of days) had come to pass at the cut-off."""
        return column <= (self.until if is_moment(column) else self._day_of_cutoff)

    def elapsed(self, start: Any, *ends: Any) -> ColumnElement[int]:
        """Seconds from the moments in `start` to the first of `ends` that had come to pass at the cut-off.

        To the cut-off itself where none had.
        """
        until = literal(self.until, start.type)
        end = case(*((self.known(one), one) for one in ends), else_=until)
        return cast(extract("epoch", end), BigInteger) - cast(extract("epoch", start), BigInteger)

    def parts(self) -> list[Period]:
        """Its calendar months in order, or its years where it is longer than MOST_MONTHS."""
        first, found = self.first, []
        monthly = (self.last.year - first.year) * 12 + self.last.month - first.month < MOST_MONTHS
        while first <= self.last:
            end = _month_end(first.year, first.month) if monthly else date(first.year, 12, 31)
            found.append(replace(self, first=first, last=min(end, self.last)))
            first = end + timedelta(days=1)
        return found

    @property
    def arguments(self) -> dict[str, str]:
        """What names it in an address, the cut-off to the microsecond; `read_period` takes it back."""
        stamp = self.until.strftime(_STAMP)
        return {FROM: self.first.isoformat(), TO: self.last.isoformat(), UNTIL: stamp}

    @property
    def _day_of_cutoff(self) -> date:
        return self.until.astimezone(self.zone).date()


def read_period(given: Mapping[str, str]) -> Period:
    """The period that an address asks for; without any this year to its end, as known now.

    `from` and `to` are days in either set of digits (one alone: to today, or from that year's first day),
    `until` a day, meaning its end, or an exact instant. Raises Invalid (422), its `errors` by argument.
    """
    today = present().local(now()).date()
    first, last, until = _day(given, FROM), _day(given, TO), _instant(given)
    if first is None:
        first = date((last or today).year, 1, 1)
        last = last or date(today.year, 12, 31)
    return Period.of_days(first, last or today, until)


def is_moment(column: Any) -> bool:
    """Whether a column holds moments, not days."""
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, DateTime)


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        day = read_day(text)
    except ValueError:
        raise _wrong(name, _UNREADABLE) from None
    if not EARLIEST <= day.year <= LATEST:
        raise _wrong(name, _("Choose a year from 1900 to 2200."))
    return day


def _instant(given: Mapping[str, str]) -> datetime | None:
    """The cut-off: an instant as `arguments` writes it, or the end of a day; of today, the present."""
    try:
        return datetime.strptime(latin_digits(given.get(UNTIL, "")).strip(), _STAMP).replace(
            tzinfo=ZoneInfo("UTC")
        )
    except ValueError:
        day = _day(given, UNTIL)
    zone, moment = present().zone, now()
    if day is None or day == moment.astimezone(zone).date():
        return None
    return start_of(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _wrong(name: str, sentence: Any) -> Invalid:
    return Invalid(sentence, {name: [sentence]})
