"""Periods: calendar units, the cut-off, what may be typed, and what is answered to nonsense."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.time import freeze
from core.errors import Invalid
from core.figures.period import Period, read_period

NOON = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAYS = st.dates(date(1990, 1, 1), date(2026, 11, 22))


@pytest.fixture(autouse=True)
def noon():
    with freeze(NOON):
        yield


def days(period):
    return period.first.isoformat(), period.last.isoformat()


def test_calendar_units(here):
    assert days(Period.of_year(2023)) == ("2023-01-01", "2023-12-31")
    assert days(Period.of_quarter(2024, 1)) == ("2024-01-01", "2024-03-31")
    assert days(Period.of_month(2024, 2)) == ("2024-02-01", "2024-02-29")
    assert days(Period.of_last(90)) == ("2026-08-25", "2026-11-22")
    assert days(Period.of_last(1)) == ("2026-11-22", "2026-11-22")


def test_a_day_begins_at_midnight_in_the_governorate(here):
    summer, winter = Period.of_month(2023, 7), Period.of_month(2023, 1)
    assert summer.start == datetime(2023, 6, 30, 21, tzinfo=UTC), "summer time"
    assert winter.end == datetime(2023, 1, 31, 22, tzinfo=UTC)


def test_without_anything_asked_it_is_this_year_as_known_now(here):
    period = read_period({})
    assert days(period) == ("2026-01-01", "2026-12-31")
    assert period.until == NOON


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"from": "2023-01-01", "to": "2023-06-30"}, ("2023-01-01", "2023-06-30")),
        ({"from": "١/٢/٢٠٢٣", "to": "٢٠٢٣-٠٢-٢٨"}, ("2023-02-01", "2023-02-28")),
        ({"from": "۰۱/۰۲/۲۰۲۳", "to": " 28-02-2023 "}, ("2023-02-01", "2023-02-28")),
        ({"from": "2026-11-01"}, ("2026-11-01", "2026-11-22")),
        ({"to": "2023-05-31"}, ("2023-01-01", "2023-05-31")),
        ({"from": "  ", "to": ""}, ("2026-01-01", "2026-12-31")),
    ],
)
def test_what_may_be_typed(here, typed, expected):
    assert days(read_period(typed)) == expected


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("to", {"from": "2023-12-31", "to": "2023-01-01"}),
        ("to", {"to": "2023-02-30"}),
        ("from", {"from": "30/02/2023"}),
        ("from", {"from": "0000-01-01"}),
        ("from", {"from": "0001-01-01"}),
        ("from", {"from": "100000000000000000000"}),
        ("from", {"from": "1445-01-01"}),
        ("to", {"from": "2026-01-01", "to": "9999-12-31"}),
        ("from", {"from": "yesterday"}),
        ("from", {"from": "2023-01-01T00:00"}),
        ("from", {"from": "\x00"}),
        ("from", {"from": "2023-13-01"}),
        ("until", {"to": "2023-12-31", "until": "2024-02-31"}),
        ("until", {"to": "2023-12-31", "until": "2027-01-01"}),
        ("until", {"from": "2023-01-01", "until": "2022-12-30"}),
        ("until", {"until": "2023-01-01T00:00:00.000000+00:00"}),
    ],
)
def test_nonsense_is_answered_in_words_at_its_field(here, field, typed):
    with pytest.raises(Invalid) as wrong:
        read_period(typed)
    assert list(wrong.value.errors) == [field]
    assert str(wrong.value.errors[field][0]).endswith(".")
    assert wrong.value.status == 422


def test_a_cut_off_is_the_end_of_its_day_and_today_is_now(here):
    asked = read_period({"from": "2023-01-01", "to": "2023-12-31", "until": "2024-01-15"})
    assert asked.until == datetime(2024, 1, 15, 21, 59, 59, 999999, tzinfo=UTC)
    assert read_period({"until": "2026-11-22"}).until == NOON


@given(first=DAYS, length=st.integers(0, 2500), back=st.integers(0, 10**9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_address_names_the_same_period_again_and_its_parts_make_the_whole(here, first, length, back):
    last = first + timedelta(days=length)
    until = max(NOON - timedelta(microseconds=back * 977), datetime(2026, 11, 22, tzinfo=UTC))
    period = Period.of_days(first, last, until) if first < date(2026, 11, 22) else Period.of_days(first, last)
    assert read_period(period.arguments) == period
    parts = period.parts()
    assert (parts[0].first, parts[-1].last) == (first, last)
    assert len(parts) <= 36
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(parts))
    assert all(one.end == two.start for one, two in pairwise(parts))
