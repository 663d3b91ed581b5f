"""The working calendar of a governorate as a value: which days are worked, at which hours, and why not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Shifts = tuple[tuple[int, int], ...]
"""Hours of work of a day: (from, to) in minutes after midnight, in order and apart; empty on a day off."""
MIDNIGHT = 24 * 60
OFF, WORKING, HOURS = "off", "working", "hours"
"""What a decree makes of its days: off, worked (whatever day it is), or worked at other hours."""
WEEKEND = "weekend"


@dataclass(frozen=True)
class Feast:
    """An official holiday. `estimated`: by the moon, not yet announced; `observed`: moved to this day."""

    day: date
    ar: str
    en: str
    estimated: bool = False
    observed: bool = False


@dataclass(frozen=True)
class Decree:
    """An administrator's word on the days `first` to `last`, above weekend, feasts and earlier decrees."""

    number: str
    reason: str
    first: date
    last: date
    kind: str
    shifts: Shifts = ()

    def covers(self, day: date) -> bool:
        """Whether it speaks of this day."""
        return self.first <= day <= self.last


Reason = str | Feast | Decree
"""Why a day is off or worked otherwise than usual; WEEKEND stands for itself."""


@dataclass(frozen=True)
class Day:
    """A day: its spans of work in UTC, the end of work (the cut-off, if earlier), and why it is so."""

    date: date
    spans: tuple[tuple[datetime, datetime], ...]
    cut_off: datetime
    reasons: tuple[Reason, ...] = ()

    @property
    def length(self) -> timedelta:
        """Its working time; none on a day off."""
        return sum((end - start for start, end in self.spans), timedelta())

    def before(self, moment: datetime) -> timedelta:
        """Its working time up to `moment`."""
        return sum((min(end, moment) - start for start, end in self.spans if start < moment), timedelta())


@dataclass(frozen=True)
class WorkCalendar:
    """Everything that decides which time counts, without reference to a database.

    `week` holds the hours of Monday to Sunday (the weekend has none), `ramadan` those of working days
    in the spans `ramadans` (none: as usual), `cut_off` minutes after midnight: what comes later counts
    from the next working day. Of two decrees the later in the list decides.
    """

    zone: str
    week: tuple[Shifts, ...]
    cut_off: int
    ramadan: Shifts = ()
    ramadans: tuple[tuple[date, date], ...] = ()
    feasts: tuple[Feast, ...] = ()
    decrees: tuple[Decree, ...] = ()
    memory: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Days and counts worked out before: a calendar never changes."""

    def day(self, day: date) -> Day:
        """The day `day`."""
        found: Day | None = self.memory.get(day)
        if found is None:
            found = self.memory[day] = self._make(day)
        return found

    def local_day(self, moment: datetime) -> date:
        """The date of a moment on this calendar's clock."""
        return moment.astimezone(self._zone).date()

    def moment(self, day: date, minutes: int) -> datetime:
        """A local time of day in UTC; one that the clock leaps over is as much after the leap."""
        naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return naive.replace(tzinfo=self._zone).astimezone(UTC)

    def in_ramadan(self, day: date) -> bool:
        """Whether the day is in Ramadan."""
        return any(first <= day <= last for first, last in self.ramadans)

    def clip(self, first: int, last: int) -> WorkCalendar:
        """The same for the years `first` to `last` alone: what a closed record keeps."""
        key = (first, last)
        if key not in self.memory:
            self.memory[key] = self._clip(date(first, 1, 1), date(last, 12, 31))
        found: WorkCalendar = self.memory[key]
        return found

    def text(self) -> str:
        """The whole as canonical JSON, without the memory, which other threads fill meanwhile."""
        values = {told.name: getattr(self, told.name) for told in fields(self) if told.name != "memory"}
        return json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True)

    @property
    def digest(self) -> str:
        """SHA-256 of `text()`, 64 hexadecimal digits."""
        if "digest" not in self.memory:
            self.memory["digest"] = hashlib.sha256(self.text().encode()).hexdigest()
        found: str = self.memory["digest"]
        return found

    @classmethod
    def read(cls, text: str) -> WorkCalendar:
        """The calendar that `text()` wrote."""
        told = json.loads(text)
        return cls(
            zone=told["zone"],
            week=tuple(map(_shifts, told["week"])),
            cut_off=told["cut_off"],
            ramadan=_shifts(told["ramadan"]),
            ramadans=tuple((_date(first), _date(last)) for first, last in told["ramadans"]),
            feasts=tuple(Feast(**feast | {"day": _date(feast["day"])}) for feast in told["feasts"]),
            decrees=tuple(_decree(decree) for decree in told["decrees"]),
        )

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _make(self, day: date) -> Day:
        reasons, shifts = self._rule(day)
        ends = self.moment(day, min(self.cut_off, shifts[-1][1] if shifts else 0))
        spans = ((self.moment(day, start), self.moment(day, end)) for start, end in shifts)
        return Day(day, tuple(span for span in spans if span[0] < span[1]), ends, reasons)

    def _rule(self, day: date) -> tuple[tuple[Reason, ...], Shifts]:
        """Why the day is not an ordinary one, and its hours."""
        usual = self.week[day.weekday()]
        natural: list[Reason] = [] if usual else [WEEKEND]
        natural += [feast for feast in self.feasts if feast.day == day]
        decrees = [decree for decree in self.decrees if decree.covers(day)]
        ruling = next((one for one in reversed(decrees) if one.kind != HOURS), None)
        if ruling is not None and ruling.kind == OFF:
            return (*natural, ruling), ()
        if natural and ruling is None:
            return tuple(natural), ()
        other = next((one for one in reversed(decrees) if one.shifts), None)
        told = tuple(one for one in (ruling, other) if one is not None)
        if other is not None:
            return tuple(dict.fromkeys(told)), other.shifts
        fasting = self.ramadan if self.in_ramadan(day) else ()
        return told, fasting or usual or next(filter(None, self.week), ())

    def _clip(self, first: date, last: date) -> WorkCalendar:
        def within(start: date, end: date) -> bool:
            return start <= last and end >= first

        return replace(
            self,
            ramadans=tuple(span for span in self.ramadans if within(*span)),
            feasts=tuple(feast for feast in self.feasts if within(feast.day, feast.day)),
            decrees=tuple(one for one in self.decrees if within(one.first, one.last)),
        )


def _plain(value: Any) -> Any:
    """What JSON knows, for a feast, a decree or a day."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value.isoformat()


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _shifts(pairs: Sequence[Sequence[int]]) -> Shifts:
    return tuple((start, end) for start, end in pairs)


def _decree(told: dict[str, Any]) -> Decree:
    spans = {"first": _date(told["first"]), "last": _date(told["last"]), "shifts": _shifts(told["shifts"])}
    return Decree(**told | spans)
