"""A duration is written whole or not at all, like every figure."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from markupsafe import escape

from core.figures.duration import Duration, days
from core.figures.period import Period
from core.figures.survival import Curve
from tests.core.figures.conftest import source
from tests.core.figures.test_figure import figure

YEAR = Period(
    date(2023, 1, 1), date(2023, 12, 31), datetime(2026, 11, 22, 10, 30, tzinfo=UTC), ZoneInfo("Africa/Cairo")
)
MENDED = source(kind="duration")


def duration(*points):
    ended, still = (sum(point[n] for point in points) for n in (1, 2))
    return Duration(MENDED, YEAR, ended, ended + still, Curve.of(points))


def test_every_way_of_writing_it_tells_the_open_cases_the_period_and_the_cut_off(here):
    one = duration((1, 600, 0), (12, 600, 3), (40, 5, 1))
    whole = (
        "half within: 12 days; nine tenths within: 12 days; ended 1,205 of 1,209, open 4; 2023-01-01 to"
        " 2023-12-31, as at 2026-11-22 12:30+02:00 (lamps.mended, version 1)"
    )
    assert {str(one), f"{one}", json.dumps(one, default=str).strip('"'), str(escape(one))} == {whole}
    with pytest.raises(TypeError):
        format(one, "d")


def test_what_is_not_reached_is_said_in_words_in_both_languages(here):
    one = duration((3, 1, 0), (90, 0, 9))
    assert (one.median, one.p90, one.rest) == (None, None, 9)
    assert str(one).startswith(
        "half within: not reached; nine tenths within: not reached; ended 1 of 10, open 9"
    )
    with force_locale("ar"):
        assert "نصفها في غضون: لم يُبلغ بعد" in str(one)
        assert [days(n) for n in (1, 5, 12, 100)] == ["1 يوم", "5 أيام", "12 يومًا", "100 يوم"]
    assert [days(n) for n in (1, 5)] == ["1 day", "5 days"]


def test_it_is_no_share_and_adds_up_only_with_its_like(here):
    both = duration((3, 1, 0)) + duration((3, 1, 0), (5, 0, 1))
    assert both == duration((3, 2, 0), (5, 0, 1))
    assert both.interval is None, "no interval of a share"
    for other in (figure(1, 2), figure(1, 2, kind="duration")):
        with pytest.raises(ValueError, match="add up"):
            duration((3, 1, 0)) + other
