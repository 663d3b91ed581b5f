"""What people type into the field for the national ID, and what they are told."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale
from hypothesis import assume, given
from hypothesis import strategies as st

from core.data.time import freeze
from core.people.identity import (
    GOVERNORATES,
    WEIGHTS,
    Mistyped,
    check_digits,
    clean_other_id,
    mask,
    parse_national_id,
    plain,
)

ARABIC, PERSIAN = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"
NOISE = ["", " ", "\u200f", "\u202b", "\u00a0", "-", "\u2066", "\ufeff"]
SOUND = "29001011234564"
"""1990-01-01, Dakahlia; its last digit fits."""


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context(), force_locale("en"):
        yield


def complaint(text):
    with pytest.raises(Mistyped) as refused:
        parse_national_id(text)
    return str(refused.value)


@st.composite
def numbers(draw):
    """Any number of sound structure with a fitting last digit."""
    born = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    century = "2" if born.year < 2000 else "3"
    governorate = draw(st.sampled_from(sorted(GOVERNORATES)))
    serial = draw(st.integers(0, 9999))
    front = f"{century}{born:%y%m%d}{governorate}{serial:04d}"
    return front + draw(st.sampled_from(sorted(check_digits(front))))


@given(
    number=numbers(),
    signs=st.lists(st.sampled_from([ARABIC, PERSIAN, "0123456789"]), min_size=14, max_size=14),
    noise=st.lists(st.sampled_from(NOISE), min_size=15, max_size=15),
)
def test_any_digits_with_spaces_and_direction_marks_are_the_same_number(number, signs, noise):
    marked = zip(noise[:14], signs, number, strict=True)
    typed = "".join(mark + sign[int(digit)] for mark, sign, digit in marked) + noise[14]
    read = parse_national_id(typed)
    assert (read.digits, read.warnings) == (number, ())


@given(number=numbers(), missing=st.integers(1, 13))
def test_a_short_number_says_how_many_are_missing(number, missing):
    start = "1 digit short" if missing == 1 else f"{missing} digits short"
    assert complaint(number[missing:]) == f"{start}: 14 needed, you typed {14 - missing}."


@given(number=numbers(), more=st.text("0123456789", min_size=1, max_size=30))
def test_a_long_number_says_how_many_are_too_many(number, more):
    start = "1 digit too many" if len(more) == 1 else f"{len(more)} digits too many"
    assert complaint(number + more) == f"{start}: 14 needed, you typed {14 + len(more)}."


@given(text=st.text(max_size=60))
def test_whatever_is_typed_gives_a_number_or_a_sentence(text):
    try:
        told = parse_national_id(text).digits
    except Mistyped as refused:
        told = str(refused)
    assert told
    assert len(told) > 14 or (len(told) == 14 and told.isascii() and told.isdigit())


@given(number=numbers(), wrong=st.integers(0, 9))
def test_a_wrong_last_digit_warns_and_never_blocks(number, wrong):
    assume(str(wrong) not in check_digits(number))
    read = parse_national_id(number[:13] + str(wrong))
    assert [str(warning) for warning in read.warnings] == [
        "The last digit does not fit the others. Compare it with the card once more."
    ]


@given(number=numbers(), place=st.integers(0, 12), change=st.integers(1, 9))
def test_one_wrong_digit_is_nearly_always_seen(number, place, change):
    """By modulus 11 with weights prime to it; only results 10 and 11 share answers."""
    other = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]

    def rest(digits):
        return sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=False)) % 11

    assert rest(other) != rest(number)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "The national ID is missing."),
        (" \u200f ", "The national ID is missing."),
        ("2900101123456x", "A national ID has only digits, but “x” was typed."),
        ("49001011234567", "The first digit of a national ID is 2 or 3, not 4."),
        ("29002301234567", "Digits 2 to 7 give the birth date 1990-02-30, which does not exist."),
        ("30002291234567", None),
        ("29002291234567", "Digits 2 to 7 give the birth date 1990-02-29, which does not exist."),
        ("39901011234567", "Digits 2 to 7 give the birth date 2099-01-01, which is in the future."),
        ("29001019934567", "Digits 8 and 9 (99) are not the code of an Egyptian governorate."),
        ("29001018834567", None),
    ],
)
def test_each_fault_has_its_own_sentence(typed, said):
    if said is None:
        assert parse_national_id(typed).digits == typed
    else:
        assert complaint(typed) == said


def test_somebody_born_today_can_complain_tomorrow_cannot():
    with freeze(datetime(2026, 5, 10, 12, tzinfo=UTC)):
        parse_national_id("32605101234567")
        assert "in the future" in complaint("32605111234567")


def test_the_masked_form_shows_the_first_digit_and_the_last_four():
    assert mask(SOUND) == "2********…4564"
    assert parse_national_id(SOUND).warnings == ()


@pytest.mark.parametrize(("typed", "kept"), [(" a١٢٣ 456\u200f ", "A123 456"), ("۱۲۳", "123")])
def test_other_numbers_are_only_cleaned(typed, kept):
    assert clean_other_id(typed) == kept


@pytest.mark.parametrize("typed", ["", "a", "x" * 41, "\u200f\u200f\u200f"])
def test_other_numbers_need_a_plausible_length(typed):
    with pytest.raises(Mistyped):
        clean_other_id(typed)


@given(number=numbers())
def test_nothing_but_the_number_is_kept(number):
    assert plain(f"  {number}\u200f") == number
    assert set(vars(parse_national_id(number))) == {"digits", "warnings"}
