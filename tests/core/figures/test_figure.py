"""A figure is written whole or not at all."""

import json
import re
from datetime import UTC, date, datetime
from fractions import Fraction
from operator import index
from zoneinfo import ZoneInfo

import pytest
from flask import render_template_string
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from core.figures.figure import Figure, percent
from core.figures.period import Period
from tests.core.figures.conftest import source

UNTIL = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31), UNTIL, ZoneInfo("Africa/Cairo"))
WHOLE = "99.08 %: 6,140 of 6,197, 2023-01-01 to 2023-12-31, as at 2026-11-22 12:30+02:00 (lamps.mended, version 1)"


def figure(numerator, denominator, **changes):
    return Figure(source(**changes), YEAR, numerator, denominator)


def test_every_way_of_writing_it_gives_all_of_it(here):
    one = figure(6140, 6197)
    ways = [
        str(one),
        f"{one}",
        "{}".format(one),  # noqa: UP032 - another way of writing
        "%s" % one,  # noqa: UP031
        json.dumps(one, default=str),
        escape(one),
        Markup("{}").format(one),
        Markup("%s") % one,
        render_template_string("{{ one }}", one=one),
        render_template_string("{{ one | string }}", one=one),
        " ".join(map(str, [one])),
    ]
    assert {way.strip('"') for way in ways} == {WHOLE}


@pytest.mark.parametrize("spec", [".2f", ".2%", "%", "d", "s", ">10", "n"])
def test_no_format_gets_a_part_of_it(here, spec):
    with pytest.raises(TypeError):
        format(figure(1, 2), spec)


def test_it_is_no_number():
    for kind in (float, int, complex, round, abs, index):
        with pytest.raises(TypeError):
            kind(figure(1, 2))


def test_its_repr_is_whole_too(here):
    assert re.search(r"numerator=6140, denominator=6197", repr(figure(6140, 6197)))


def test_without_cases_there_is_no_percentage_and_no_interval(here):
    none = figure(0, 0)
    assert none.share is None
    assert none.interval is None
    assert "%" not in str(none)
    assert str(none).startswith("no cases: 0 of 0")


def test_a_flow_may_exceed_the_whole_and_has_neither_interval_nor_rest(here):
    flow = figure(6238, 6197, kind="flow")
    assert str(flow).startswith("100.66 %: 6,238 of 6,197")
    assert flow.interval is None
    assert flow.rest is None


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_100_per_cent_means_all_and_0_means_none(counts):
    written = percent(Fraction(*counts))
    assert (written == "100.00 %") == (counts[0] == counts[1])
    assert (written == "0.00 %") == (counts[0] == 0)
    assert abs(float(written[:-2]) - 100 * counts[0] / counts[1]) <= 0.01


def test_only_like_figures_add_up():
    assert (figure(1, 2) + figure(2, 3)).share == Fraction(3, 5)
    with pytest.raises(ValueError, match="one source"):
        figure(1, 2) + figure(1, 2, version=2)
