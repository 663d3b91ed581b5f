"""A governorate in Cairo's zone, with its context, and a source of two kinds."""

import pytest

from core.data.scope import Scope
from core.figures.source import FigureSource


@pytest.fixture(scope="module")
def qena(ground):
    with ground.governorate("EG-KN") as code:
        yield code


@pytest.fixture
def here(ground, qena):
    """Inside the governorate, as the system."""
    with ground.session(qena, Scope.of_system(), write=False) as session:
        yield session


def source(**changes):
    words = dict.fromkeys(("numerator", "denominator", "counts", "unit_label", "stratum_label"), "x")
    given = {"key": "lamps.mended", "label": "Lamps", "select": None, "reads": "lamps.lamp", "strata": dict}
    return FigureSource(**(words | given | changes))
