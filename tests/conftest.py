"""Fixtures that every room's tests share. What a test needs from the machine: strictness.py."""

import pytest
from flask import appcontext_pushed, g

from core.app import create_app
from core.testing import Ground, test_settings

BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
SAMPLES = "tests/samples"


@pytest.fixture(autouse=True)
def english():
    """Sentences outside of pages speak English here; a page is Arabic unless its cookie says else."""

    def speak(sender, **_extra):
        g.setdefault("language", "en")

    with appcontext_pushed.connected_to(speak):
        yield


@pytest.fixture(params=BACKENDS)
def backend(request):
    """Each test that touches data runs on both databases."""
    return request.param


@pytest.fixture(scope="session")
def lay_ground(tmp_path_factory, request):
    """Make an application of its own, with the sample plugins beside the bundled ones."""
    from strictness import find_postgres

    made = []

    def lay():
        folder = tmp_path_factory.mktemp("diwan")
        remember_checks(folder, request.config)
        samples = request.config.rootpath / SAMPLES
        app = create_app(test_settings(folder, plugin_path=(samples,)))
        made.append(Ground(app, folder, find_postgres()))
        return made[-1]

    yield lay
    for ground in made:
        ground.close()


@pytest.fixture(scope="session")
def ground(lay_ground):
    """One application for the whole run."""
    return lay_ground()


def remember_checks(folder, config):
    """Let a run know which plugins passed their check in an earlier one; a changed file is checked anew."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        (folder / "modules").symlink_to(cache.mkdir("diwan-modules"))


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
