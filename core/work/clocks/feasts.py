"""What the library `holidays` knows of a country: its weekend, its official holidays, and when Ramadan is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import holidays
from holidays.calendars.islamic import _IslamicLunar

from core.work.clocks.calendar import Feast

FRIDAY_SATURDAY = frozenset({4, 5})
"""The weekend of a country that the library does not know."""


def weekend(country: str) -> frozenset[int]:
    """Days of the week that are not worked, Monday 0."""
    if country not in holidays.list_supported_countries():
        return FRIDAY_SATURDAY
    return frozenset(holidays.country_holidays(country).weekend)


def is_known(country: str) -> bool:
    """Whether the library has the country's holidays; where not, only decrees make them."""
    return country in holidays.list_supported_countries()


@cache
def feasts(country: str, first: int, last: int) -> tuple[Feast, ...]:
    """The official holidays of the years `first` to `last`; none for an unknown country."""
    if not is_known(country):
        return ()
    years = range(first, last + 1)
    english = holidays.country_holidays(country, years=years, language="en_US")
    arabic = holidays.country_holidays(country, years=years, language=_arabic(english))
    return tuple(_feast(day, arabic, english) for day in sorted(english))


@cache
def ramadans(first: int, last: int) -> tuple[tuple[date, date], ...]:
    """First and last day of each Ramadan that touches the years `first` to `last`.

    The library has no public name for it; its table is the one behind its Islamic holidays, for which
    setup.cfg caps the library at the minor version tested.
    """
    table = _IslamicLunar()
    years = range(first - 1, last + 2)
    ends = sorted({day for year in years for day, _estimated in table.eid_al_fitr_dates(year)})
    starts = sorted({day for year in years for day, _estimated in table.ramadan_beginning_dates(year)})
    return tuple(_spans(starts, ends))


def _spans(starts: list[date], ends: list[date]) -> Iterator[tuple[date, date]]:
    for start in starts:
        end = next((day for day in ends if day > start), None)
        if end is not None:
            yield start, end - timedelta(days=1)


def _arabic(names: holidays.HolidayBase) -> str:
    """The Arabic that the library has for a country ("ar", "ar_EG"); English where it has none.

    Without a language it would take that of the machine.
    """
    return next((code for code in names.supported_languages if code.startswith("ar")), "en_US")


def _feast(day: date, arabic: holidays.HolidayBase, english: holidays.HolidayBase) -> Feast:
    marks = [_mark(english, label) for label in ("estimated_label", "observed_label")]
    both = _mark(english, "observed_estimated_label")
    told = english.get_list(day)
    return Feast(
        day,
        " / ".join(_bare(name, arabic) for name in arabic.get_list(day)),
        " / ".join(_bare(name, english) for name in told),
        estimated=any(name.endswith(mark) for name in told for mark in (marks[0], both) if mark),
        observed=any(name.endswith(mark) for name in told for mark in (marks[1], both) if mark),
    )


def _mark(names: holidays.HolidayBase, label: str) -> str:
    """What the library puts behind a name in its language: " (estimated)"."""
    template = getattr(names, label, None)
    return names.tr(template).replace("%s", "") if template else ""


def _bare(name: str, names: holidays.HolidayBase) -> str:
    """A holiday's name without the library's marks, which a screen gives in its own words."""
    for label in ("observed_estimated_label", "estimated_label", "observed_label"):
        mark = _mark(names, label)
        name = name.removesuffix(mark) if mark else name
    return name
