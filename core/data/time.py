"""The present moment, in one place so that tests can stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo

from core.data.search import latin_digits

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """The present moment in UTC, time-zone aware."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """For tests: `now()` answers `moment` (aware) inside the block."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in `zone`, in UTC (where clocks jump at midnight, the first that exists)."""
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is put on in the same line
    return naive.replace(tzinfo=zone).astimezone(UTC)


def read_day(text: str) -> date:
    """A day as typed: 2026-11-19 or 19/11/2026, in either set of digits; raises ValueError otherwise."""
    text = latin_digits(text).strip()
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(text)
