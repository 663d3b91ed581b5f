"""Identity numbers: the Egyptian national ID is checked, others are only cleaned.

Structure `C YYMMDD GG SSSS K`: century (2 = 1900s, 3 = 2000s), birth date, governorate where the
birth was registered, serial, check digit. The check digit's official rule is not published and the
circulating versions disagree, so a wrong one warns and never blocks. Sex and birth date are not
derived: a number says where and when a birth was registered, not what a person declares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from core.data.search import latin_digits
from core.data.signs import INVISIBLE
from core.data.time import now

LENGTH = 14
CENTURIES = {"2": 1900, "3": 2000}
GOVERNORATES = frozenset(
    f"{code:02}" for code in (*range(1, 5), *range(11, 20), *range(21, 30), *range(31, 36), 88)
)
"""Codes of birth registration; 88 is a birth abroad."""
WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
IGNORED = re.compile(f"[\\s{INVISIBLE}_./\u2010-\u2015-]+")
"""Spaces, separators and invisible direction marks, which arrive with pasted numbers."""
OTHER_KINDS = ("passport", "refugee_card", "yemeni_id", "commercial_register", "tax_number", "other")
SHORTEST, LONGEST = 3, 40


class Mistyped(ValueError):
    """What was typed cannot be such a number; the one argument is a sentence for the person who typed it.

    WTForms shows it beside the field when a validator raises it.
    """


@dataclass(frozen=True)
class NationalId:
    """A number of sound structure: 14 Latin digits, and `warnings`, sentences to show beside the field."""

    digits: str
    warnings: tuple[Any, ...] = ()


def mask(digits: str) -> str:
    """The first digit and the last four."""
    return f"{digits[:1]}********…{digits[-4:]}"


def plain(text: str) -> str:
    """`text` with Latin digits and without spaces, separators and direction marks."""
    return IGNORED.sub("", latin_digits(text))


def parse_national_id(text: str) -> NationalId:
    """Read an Egyptian national ID typed in any digits; raises Mistyped with what is wrong."""
    digits = plain(text)
    _check_digits(digits)
    _check_birth(digits)
    if digits[7:9] not in GOVERNORATES:
        raise Mistyped(
            _("Digits 8 and 9 (%(code)s) are not the code of an Egyptian governorate.", code=digits[7:9])
        )
    if digits[13] in check_digits(digits):
        return NationalId(digits)
    return NationalId(
        digits, (_("The last digit does not fit the others. Compare it with the card once more."),)
    )


def _check_digits(digits: str) -> None:
    """Exactly fourteen digits and nothing else."""
    if not digits:
        raise Mistyped(_("The national ID is missing."))
    stranger = re.search("[^0-9]", digits)
    if stranger:
        raise Mistyped(_("A national ID has only digits, but “%(sign)s” was typed.", sign=stranger.group()))
    missing = LENGTH - len(digits)
    values = {"needed": LENGTH, "typed": len(digits)}
    if missing > 0:
        raise Mistyped(
            lazy_ngettext(
                "%(num)d digit short: %(needed)d needed, you typed %(typed)d.",
                "%(num)d digits short: %(needed)d needed, you typed %(typed)d.",
                missing,
                **values,
            )
        )
    if missing < 0:
        raise Mistyped(
            lazy_ngettext(
                "%(num)d digit too many: %(needed)d needed, you typed %(typed)d.",
                "%(num)d digits too many: %(needed)d needed, you typed %(typed)d.",
                -missing,
                **values,
            )
        )


def _check_birth(digits: str) -> None:
    """Century, and a date of birth that exists and has come."""
    if digits[0] not in CENTURIES:
        raise Mistyped(_("The first digit of a national ID is 2 or 3, not %(digit)s.", digit=digits[0]))
    year, month, day = CENTURIES[digits[0]] + int(digits[1:3]), int(digits[3:5]), int(digits[5:7])
    try:
        born = date(year, month, day)
    except ValueError:
        written = f"{year}-{digits[3:5]}-{digits[5:7]}"
        raise Mistyped(
            _("Digits 2 to 7 give the birth date %(date)s, which does not exist.", date=written)
        ) from None
    if born > now().date():
        raise Mistyped(
            _("Digits 2 to 7 give the birth date %(date)s, which is in the future.", date=born.isoformat())
        )


def check_digits(digits: str) -> frozenset[str]:
    """The check digits that any circulating rule accepts for the first 13 of `digits`.

    K = 11 - (weighted sum mod 11); for results 10 and 11 the published codes disagree
    (10 -> 0; 11 -> 0 or 1), so all their answers are accepted.
    """
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    result = 11 - total % 11
    return frozenset({10: "0", 11: "01"}.get(result, str(result)))


def clean_other_id(text: str) -> str:
    """A passport, card or register number as typed, in capitals and Latin digits; raises Mistyped.

    No structure is checked: none of them has a published one.
    """
    number = " ".join(latin_digits(text).split()).upper()
    number = re.sub(f"[{INVISIBLE}\x00-\x1f]", "", number)
    if not SHORTEST <= len(number) <= LONGEST:
        raise Mistyped(
            _("The number must have %(least)d to %(most)d characters.", least=SHORTEST, most=LONGEST)
        )
    return number
