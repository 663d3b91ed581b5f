"""The world that the probes of this room are made in, built once a run for each database."""

import pytest
from trust.composer import Composer
from trust.founding import build
from trust.prober import Prober
from trust.survey import survey

from core.people import security

SAMPLE = "ledger"


@pytest.fixture(scope="session")
def ground(lay_ground):
    """An application of this room's own: its governorates stay for the whole run."""
    return lay_ground()


@pytest.fixture(scope="session")
def modules(ground):
    """Every bundled module and a sample of the tests', each after what it needs."""
    host = ground.app.extensions["diwan"]
    return tuple(
        name for name in host.order if "samples" not in host.modules[name].folder.parts or name == SAMPLE
    )


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request):
    """For the whole run, so that the probes of one database are made before the other's world is built."""
    return request.param


@pytest.fixture(scope="session")
def world(ground, backend, modules):
    """The governorates on one of the two databases; whatever a probe changed has been put back."""
    with pytest.MonkeyPatch.context() as patch, build(ground, backend, modules) as world:
        patch.setattr(security, "NOTE_EVERY", -1)  # else a cookie is renewed between a probe and its twin
        yield world


@pytest.fixture(scope="session")
def surveys():
    return []


@pytest.fixture
def found(world, surveys):
    """What a walk through everybody's own pages found; all worlds hold the same, so one walk serves."""
    if not surveys:
        surveys.append(survey(world))
    return surveys[0]


@pytest.fixture
def prober(world):
    return Prober(world)


@pytest.fixture
def quick(world, found):
    return Composer(world, found, full=False)


@pytest.fixture
def full(world, found):
    return Composer(world, found, full=True)
