"""One running installation for all journeys, and browsers that must have nothing to complain about."""

import pytest
from journeys.browsing import Desk, chromium
from journeys.installation import running


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("installation")) as site:
        yield site
        log = site.log("server") + site.log("worker")
        assert "Traceback" not in log, log[-4000:]


@pytest.fixture(scope="session")
def browser(chromium_path):
    with chromium(chromium_path) as browser:
        yield browser


@pytest.fixture
def desk(browser, site):
    """Opens windows; at the end none of their pages may have reported an error."""
    opened = []

    def open_desk(*args, **more):
        opened.append(Desk(browser, site, *args, **more))
        return opened[-1]

    yield open_desk
    faults = [fault for window in opened for fault in window.faults]
    for window in opened:
        window.close()
    assert not faults, "\n".join(faults)
