"""Fixtures that every room's tests share, beside core/testing's. What a test needs from the machine: strictness.py."""

import pytest
from flask import appcontext_pushed, g

SAMPLES = "tests/samples"


@pytest.fixture(autouse=True)
def english():
    """Sentences outside of pages speak English here; a page is Arabic unless its cookie says else."""

    def speak(sender, **_extra):
        g.setdefault("language", "en")

    with appcontext_pushed.connected_to(speak):
        yield


@pytest.fixture(scope="session")
def plugin_path(request):
    """The sample plugins stand beside the bundled ones."""
    return (request.config.rootpath / SAMPLES,)


@pytest.fixture
def app(ground):
    return ground.app


@pytest.fixture
def governorate(ground, backend):
    """A fresh governorate EG-KN with core only."""
    with ground.governorate("EG-KN", backend=backend) as code:
        yield code


@pytest.fixture
def ledger(ground, backend):
    """A fresh governorate EG-KN with the sample module `ledger` enabled."""
    with ground.governorate("EG-KN", backend=backend, modules=("ledger",)) as code:
        yield code
