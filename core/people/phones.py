"""Telephone numbers, kept as E.164 beside what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from flask_babel import lazy_gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from core.data.search import latin_digits
from core.data.signs import visible
from core.people.identity import Mistyped

LONGEST = 40
MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
OLD_EGYPTIAN_MOBILE = re.compile(r"0?1\d{8}")
"""Before 6 October 2011 mobiles had 10 digits with the 0; the operator's digit was put in later."""


@dataclass(frozen=True)
class Phone:
    """A valid number: `e164` ("+201012345678"), `raw` as typed, and whether an SMS can reach it."""

    e164: str
    raw: str
    mobile: bool


def parse_phone(text: str, region: str) -> Phone:
    """Read a number typed in `region` ("EG", "YE") in any digits; raises Mistyped with what is wrong.

    A hotline of five digits is no contact number. The operator is never inferred: numbers move.
    """
    raw = visible(text).strip()[:LONGEST]
    if not raw:
        raise Mistyped(_("The telephone number is missing."))
    try:
        number = phonenumbers.parse(latin_digits(raw), region)
    except NumberParseException:
        raise Mistyped(_("“%(typed)s” is not a telephone number.", typed=raw)) from None
    if not phonenumbers.is_valid_number(number):
        raise Mistyped(_why(number))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, raw, phonenumbers.number_type(number) in MOBILE)


def _why(number: phonenumbers.PhoneNumber) -> object:
    """The sentence for a number that cannot exist."""
    digits = str(number.national_number)
    if number.country_code == 20 and OLD_EGYPTIAN_MOBILE.fullmatch(digits):
        return _("One digit is missing: Egyptian mobile numbers have 11 digits since 2011.")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (
        phonenumbers.ValidationResult.TOO_SHORT,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
    ):
        return _("The telephone number is too short: a mobile is typed whole, a landline with its area code.")
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return _("The telephone number is too long.")
    return _("There is no such telephone number. Look at its first digits once more.")
