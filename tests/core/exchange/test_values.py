"""From a cell to a value, in both digit sets, and what is refused rather than guessed."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from core.data.time import freeze
from core.errors import Invalid
from core.exchange import choice, day, digits, flag, moment, past, text, whole


def test_text_loses_marks_that_nobody_sees_and_keeps_its_lines():
    assert text("\u200f  شارع\xa0٢٦ يوليو \u202c\r\nالدور ٣ ") == "شارع ٢٦ يوليو \nالدور ٣"
    assert text(None) == ""
    assert text(12.0) == "12"


def test_a_character_that_no_database_stores_is_refused():
    with pytest.raises(Invalid, match="stored"):
        text("a\x00b")


def test_digits_come_in_both_sets_and_never_as_a_number():
    assert digits("٠١٠ (٠٠٠)-٠٠٠٠١") == "01000000001"
    for number in (29001011234567.0, 1000000001):
        with pytest.raises(Invalid, match="leading zeros"):
            digits(number)


def test_whole_numbers():
    assert whole("١٥") == whole(15.0) == whole(" 15 ") == 15
    assert whole("") is None
    for wrong in ("1.5", "x", 1.5, "9" * 30):
        with pytest.raises(Invalid, match="whole number"):
            whole(wrong)


def test_yes_and_no_in_both_languages():
    assert [flag(word) for word in ("نعم", "YES", "1", True, 1.0)] == [True] * 5
    assert [flag(word) for word in ("لا", "no", "", None, 0.0, "خطأ")] == [False] * 6
    with pytest.raises(Invalid, match="neither"):
        flag("ربما")


def test_a_choice_is_met_in_any_spelling_and_the_refusal_names_the_codes():
    parse = choice({"individual": "individual", "فردية": "individual", "جماعية": "collective"})
    assert [parse("فرديه"), parse("Individual"), parse(" جماعيّة"), parse("")] == [
        "individual",
        "individual",
        "collective",
        "",
    ]
    with pytest.raises(Invalid, match="individual, collective"):
        parse("عائلية")


@pytest.mark.parametrize(
    ("language", "words"), [("ar", "individual، collective"), ("en", "individual, collective")]
)
def test_a_list_of_words_has_the_comma_of_its_language(app, language, words):
    with app.app_context(), force_locale(language), pytest.raises(Invalid) as refused:
        choice({"individual": "individual", "collective": "collective"})("x")
    with app.app_context(), force_locale(language):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    "cell",
    [
        "2023-04-03",
        "3/4/2023",
        "03-04-2023",
        "٣/٤/٢٠٢٣",
        "2023/04/03",
        "٢٠٢٣/٠٤/٠٣",
        "2023/4/3",
        date(2023, 4, 3),
    ],
)
def test_a_day_is_written_day_first_or_year_first(cell):
    assert day(cell) == date(2023, 4, 3)


@pytest.mark.parametrize("cell", ["1444-09-12", "12/9/1444", "31/2/2023", "2023", "أمس", 45019.0, True])
def test_a_hijri_or_impossible_date_is_refused_not_guessed(cell):
    with pytest.raises(Invalid):
        day(cell)


def test_a_moment_without_offset_is_on_the_governorates_clock(ground, governorate):
    with ground.session(governorate):
        assert moment("2023-01-02 09:30") == datetime(2023, 1, 2, 7, 30, tzinfo=UTC)
        assert moment("2023-07-02") == datetime(2023, 7, 1, 21, 0, tzinfo=UTC), (
            "summer time in Cairo since 2023"
        )
        assert moment("2/1/2023 9:30") == datetime(2023, 1, 2, 7, 30, tzinfo=UTC)
        assert moment("2010-04-14T06:37:38-08:00") == datetime(2010, 4, 14, 14, 37, 38, tzinfo=UTC)
        assert moment("") is None


def test_a_register_knows_nothing_of_tomorrow(ground, governorate):
    with ground.session(governorate), freeze(datetime(2023, 5, 1, 12, tzinfo=UTC)):
        assert past("2023/05/01 9:30") == datetime(2023, 5, 1, 6, 30, tzinfo=UTC)
        with pytest.raises(Invalid, match="still ahead"):
            past("2023/05/02")
