"""Kaplan-Meier against published numbers, and against a slow one of its own."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.survival import Curve
from tests.core.figures.kaplan_meier import slow_left, slow_within

WAITS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60)
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission under 6-MP, open cases with a plus: Freireich et al. 1963, as in every textbook."""
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def cases(text):
    return [(int(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


def curve(waits):
    return Curve.of((value, int(ended), int(not ended)) for value, ended in waits)


def test_the_worked_example_of_the_reference():
    """Evaluation and follow-up, 6, case 15: the mean of what is solved, 3.8 days, misleads."""
    solved = curve(cases("2 3 3 4 5 6" + " 30+" * 6))
    assert [(value, round(left, 4)) for value, left, _ in solved.steps()] == [
        (2, 0.9167), (3, 0.75), (4, 0.6667), (5, 0.5833), (6, 0.5),
    ]  # fmt: skip
    assert solved.within(0.5) == 6
    assert solved.within(0.9) is None


def test_the_remission_data_give_the_published_medians_and_intervals():
    treated, placebo = curve(cases(REMISSION)), curve(cases(PLACEBO))
    assert [round(left, 3) for _, left, _ in treated.steps()] == [
        0.857,
        0.807,
        0.753,
        0.69,
        0.627,
        0.538,
        0.448,
    ]
    assert [round(error, 4) for _, _, error in treated.steps()][:3] == [0.0764, 0.0869, 0.0963]
    assert (treated.within(0.5), placebo.within(0.5)) == (23, 8)
    assert treated.median_interval() == (13, None), "the upper end is not reached"
    assert placebo.median_interval() == (4, 11)


@given(WAITS)
def test_it_is_what_a_slow_count_of_the_cases_gives(waits):
    told = curve(waits)
    for value, left, error in told.steps():
        assert left == pytest.approx(float(slow_left(waits, value)), abs=1e-9)
        assert 0 <= error <= 0.5
    for tenths in (1, 5, 9, 10):
        assert told.within(tenths / 10) == slow_within(waits, Fraction(tenths, 10))


@given(WAITS, WAITS)
def test_two_groups_add_up_in_any_order(one, other):
    assert curve(one) + curve(other) == curve(other + one) == curve(one + other)
    assert sum(ended for _, ended, _ in curve(one).points) == Counter(ended for _, ended in one)[True]


@given(WAITS)
def test_the_interval_holds_the_median_and_needs_six_that_ended(waits):
    ends, median = curve(waits).median_interval(), curve(waits).within(0.5)
    if sum(ended for _, ended in waits) < 6:
        assert ends is None
    elif median is not None:
        assert ends[0] <= median
        assert ends[1] is None or ends[1] >= median


def test_an_open_case_longer_than_all_others_is_no_end():
    assert curve(cases("5 5 9+")).within(0.9) is None
    assert curve(cases("5 5 4+")).within(0.9) == 5
    assert curve([]).within(0.5) is None
