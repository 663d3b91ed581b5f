"""Requests by host name: a governorate with a host of its own, and its neighbour under a mount."""

import pytest
from sqlalchemy import update

from core.governorates.present import registry
from core.governorates.registry import governorate_table

OWN = "qena.example.org"


@pytest.fixture
def neighbours(ground, backend):
    """Qena answers at its own host as well, Sharqia only under its mount; returns (qena, sharqia)."""
    with ground.governorate("EG-KN", backend=backend) as qena, ground.governorate("EG-SHR") as sharqia:
        with ground.app.app_context(), registry().engine.begin() as connection:
            connection.execute(
                update(governorate_table).where(governorate_table.c.code == qena).values(host=OWN)
            )
        yield qena, sharqia


@pytest.fixture
def ask(app):
    def ask(host, path, **more):
        return app.test_client().get(path, base_url=f"http://{host}", **more)

    return ask


def test_a_host_of_its_own_serves_the_governorate_at_its_root(ask, neighbours):
    page = ask(OWN, "/login")
    assert page.status_code == 200
    assert "Path=/;" in page.headers["Set-Cookie"] + ";"
    assert ask(OWN.upper(), "/login").status_code == 200
    assert ask(f"{OWN}:8080", "/login").status_code == 200


def test_it_serves_its_own_mount_and_no_others(ask, neighbours):
    qena, sharqia = neighbours
    assert ask(OWN, f"/{qena}/login").status_code == 200
    for path in ("login", "admin/", "readyz", "nowhere"):
        refused = ask(OWN, f"/{sharqia}/{path}")
        assert refused.status_code == 404, path


def test_a_common_host_serves_every_mount(ask, neighbours):
    for code in neighbours:
        assert ask("diwan.example.org", f"/{code}/login").status_code == 200
    assert ask("diwan.example.org", "/login").status_code == 404


def test_the_probes_of_another_governorate_do_not_answer_at_the_own_host(ask, neighbours):
    """Health and files answer with or without a governorate, but never under a foreign one."""
    _qena, sharqia = neighbours
    assert ask(OWN, "/healthz").status_code == 200
    assert "governorates" not in (ask(OWN, f"/{sharqia}/readyz").get_json(silent=True) or {})
