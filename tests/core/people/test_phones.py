"""Telephone numbers as people write them, in both countries."""

import phonenumbers
import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from core.people.identity import Mistyped
from core.people.phones import parse_phone

TO_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context(), force_locale("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "region", "e164", "mobile"),
    [
        ("01012345678", "EG", "+201012345678", True),
        ("٠١٠ ١٢٣٤ ٥٦٧٨", "EG", "+201012345678", True),
        ("۰۱۵۱۲۳۴۵۶۷۸", "EG", "+201512345678", True),
        ("\u202b+20 101 234 5678\u202c", "EG", "+201012345678", True),
        ("0020 1212345678", "EG", "+201212345678", True),
        ("0962345678", "EG", "+20962345678", False),
        ("02 2345 6789", "EG", "+20223456789", False),
        ("712345678", "YE", "+967712345678", True),
        ("00967712345678", "EG", "+967712345678", True),
        ("02 234567", "YE", "+9672234567", False),
    ],
)
def test_a_number_is_kept_as_e164_and_as_typed(typed, region, e164, mobile):
    phone = parse_phone(typed, region)
    assert (phone.e164, phone.mobile) == (e164, mobile)
    assert phone.raw.strip("\u202a\u202b\u202c") == phone.raw


@pytest.mark.parametrize(
    ("typed", "region", "said"),
    [
        ("", "EG", "The telephone number is missing."),
        ("\u200f ", "EG", "The telephone number is missing."),
        ("call me", "EG", "“call me” is not a telephone number."),
        (
            "16528",
            "EG",
            "The telephone number is too short: a mobile is typed whole, a landline with its area code.",
        ),
        ("0101234567", "EG", "One digit is missing: Egyptian mobile numbers have 11 digits since 2011."),
        ("010123456789", "EG", "The telephone number is too long."),
        ("01712345678", "EG", "There is no such telephone number. Look at its first digits once more."),
        ("792345678", "YE", "There is no such telephone number. Look at its first digits once more."),
    ],
)
def test_each_fault_has_its_own_sentence(typed, region, said):
    with pytest.raises(Mistyped) as refused:
        parse_phone(typed, region)
    assert str(refused.value) == said


@given(
    operator=st.sampled_from("0125"),
    rest=st.integers(0, 99_999_999),
    arabic=st.booleans(),
    country=st.booleans(),
)
def test_every_egyptian_mobile_number_is_read_in_any_writing(operator, rest, arabic, country):
    """National form 01[0125] and eight digits."""
    national = f"1{operator}{rest:08d}"
    typed = f"+20 {national}" if country else f"0{national}"
    assert parse_phone(typed.translate(TO_ARABIC) if arabic else typed, "EG").e164 == f"+20{national}"


@given(text=st.text(max_size=80), region=st.sampled_from(["EG", "YE"]))
def test_whatever_is_typed_gives_a_number_or_a_sentence(text, region):
    try:
        told = parse_phone(text, region).e164
    except Mistyped as refused:
        told = str(refused)
    assert told.endswith(".") or phonenumbers.is_valid_number(phonenumbers.parse(told))
