"""The Wilson interval, against the worked example of the domain reference and against its own properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.interval import wilson

EXAMPLE = {
    (60, 60): (0.940, 1.000),
    (82, 85): (0.901, 0.988),
    (1128, 1200): (0.925, 0.952),
    (585, 640): (0.890, 0.933),
    (3, 3): (0.439, 1.000),
    (217, 260): (0.785, 0.875),
    (1, 4): (0.046, 0.699),
}
"""Evaluation and follow-up, 4.3."""


@pytest.mark.parametrize(("counts", "ends"), EXAMPLE.items())
def test_the_worked_example(counts, ends):
    assert tuple(round(end, 3) for end in wilson(*counts)) == ends


def test_a_perfect_record_needs_35_cases_before_its_lower_end_passes_90_per_cent():
    assert wilson(34, 34)[0] < 0.9 < wilson(35, 35)[0]


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_the_share_and_stays_within_0_and_1(counts):
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] + 1e-12
    assert counts[0] / counts[1] - 1e-12 <= high <= 1
    assert wilson(*counts, level=0.99)[0] <= low + 1e-12
