"""A host that has every broken plugin of tests/broken_plugins beside one sound one, `lumen`."""

import pytest
from strictness import find_postgres

from core.app import create_app
from core.testing import Ground, test_settings

BROKEN_PLUGINS = "tests/broken_plugins"


@pytest.fixture(scope="session")
def broken_plugins(request):
    return request.config.rootpath / BROKEN_PLUGINS


@pytest.fixture(scope="session")
def workshop(tmp_path_factory, broken_plugins):
    """The application beside broken plugins, and its governorates."""
    folder = tmp_path_factory.mktemp("workshop")
    app = create_app(test_settings(folder, plugin_path=(broken_plugins,)))
    ground = Ground(app, folder, find_postgres())
    yield ground
    ground.close()


@pytest.fixture
def host(workshop):
    return workshop.app.extensions["diwan"]


@pytest.fixture
def lumen(host):
    """The code of the sound module, as the host imported it."""
    return host.modules["lumen"].code


@pytest.fixture
def place(workshop, backend):
    """A governorate with core only, in an app context of the workshop."""
    with workshop.governorate("EG-KN", backend=backend) as code, workshop.app.app_context():
        yield code
