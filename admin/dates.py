"""Dates and numbers as people read them: "19 November 2026", on the governorate's clock.

Own formatting from CLDR's month names, because a list of 80 rows shows 160 of them and Babel's
formatter takes thirty times longer. Never only digits: 03/04 means two days in two countries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from babel.dates import get_month_names
from flask import g
from markupsafe import Markup

from core.data.time import start_of as start_in
from core.people.bilingual import present_language

LOCALES = {"ar": "ar_EG", "en": "en_GB"}
"""The two languages as CLDR knows them here (Yemen's months are Egypt's, not Syria's)."""
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@cache
def months(language: str) -> dict[int, str]:
    """Month names by number, 1 to 12."""
    return dict(get_month_names("wide", locale=LOCALES[language]))


@dataclass(frozen=True)
class Clock:
    """How this request tells time: its zone, its month names, its digits."""

    zone: tzinfo
    months: dict[int, str]
    arabic_digits: bool

    def write(self, value: date) -> str:
        """A day of this clock as words."""
        return self.digits(f"{value.day} {self.months[value.month]} {value.year}")

    def digits(self, text: str) -> str:
        """`text` with the governorate's digits."""
        return text.translate(ARABIC_DIGITS) if self.arabic_digits else text


def clock() -> Clock:
    """The present governorate's clock (UTC outside of one) in the reader's language; once per request."""
    known: Clock | None = g.get("clock")
    if known is None:
        governorate = g.get("governorate")
        zone = UTC if governorate is None else governorate.zone
        known = g.clock = Clock(zone, months(present_language()), bool(g.get("arabic_digits")))
    return known


def local(value: datetime) -> datetime:
    """A moment on the governorate's clock."""
    return value.astimezone(clock().zone)


def digits(value: Any) -> str:
    """A number as text, with separators for thousands; digits as the governorate writes them."""
    return clock().digits(f"{value:,}" if isinstance(value, (int, Decimal)) else str(value))


def day_text(value: date | datetime | None) -> str:
    """ "19 November 2026" as plain text; a moment's day is that of the governorate's clock."""
    if value is None:
        return ""
    return clock().write(local(value) if isinstance(value, datetime) else value)


_DAY = Markup('<time datetime="%s">%s</time>')


def day(value: date | datetime | None) -> Markup:
    """The filter `|day`."""
    if value is None:
        return Markup("")
    here = local(value) if isinstance(value, datetime) else value
    return _DAY % (f"{here:%Y-%m-%d}", clock().write(here))


def moment(value: datetime | None) -> Markup:
    """The filter `|moment`: day and time; the time is a left-to-right run of its own, or it wanders."""
    if value is None:
        return Markup("")
    present = clock()
    here = value.astimezone(present.zone)
    time = present.digits(f"{here:%H:%M}")
    stamp = here.isoformat(timespec="minutes")
    return Markup('<time datetime="%s">%s <bdi dir="ltr">%s</bdi></time>') % (
        stamp,
        present.write(here),
        time,
    )


def start_of(value: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return start_in(value, clock().zone)
