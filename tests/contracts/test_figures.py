"""The contract of a figure's select: every bundled source keeps it, and each way to break it is named."""

from dataclasses import replace

import pytest
from sqlalchemy import literal, select

from core import select_visible
from core.figures.source import COLUMNS, find_fault


@pytest.fixture
def sources(app):
    with app.app_context():
        yield app.extensions["diwan"].call_boot("diwan_figure_sources")


def test_every_bundled_source_keeps_the_contract(sources):
    assert len({source.key for _, source in sources}) == len(sources) >= 4
    for plugin, source in sources:
        assert not find_fault(source, plugin)
        assert all(map(str, (source.label, source.counts, source.numerator, source.denominator)))


@pytest.fixture
def sound(sources):
    return sources[0][1]


@pytest.mark.parametrize(("kind", "column"), [(kind, one) for kind in COLUMNS for one in COLUMNS[kind]])
def test_a_select_that_lacks_a_column_is_refused_by_name(sources, kind, column):
    sound = next(source for _, source in sources if source.kind == kind)

    def short(period):
        found = sound.select(period)
        made = found[0] if isinstance(found, list) else found
        return made.with_only_columns(*(c for c in made.selected_columns if c.key != column))

    assert find_fault(replace(sound, select=short), "complaints") == f"its select lacks {column}"


def test_a_select_that_passes_by_the_guard_is_refused(sound):
    from plugins.complaints.models import Complaint

    def bare(period):
        return select(*(literal(1).label(name) for name in COLUMNS["ratio"])).select_from(Complaint)

    def half(period):
        return [sound.select(period), bare(period)]

    def whole(period):
        return select_visible(Complaint, *(literal(1).label(name) for name in COLUMNS["ratio"]))

    for made in (bare, half):
        assert "select_visible" in find_fault(replace(sound, select=made), "complaints")
    assert not find_fault(replace(sound, select=whole), "complaints")


def test_a_key_is_its_plugin_s_and_a_kind_is_known(sound):
    assert "must begin with 'lamps.'" in find_fault(sound, "lamps")
    assert "kind" in find_fault(replace(sound, kind="mean"), "complaints")
