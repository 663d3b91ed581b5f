"""The list of routes is known, classified and committed: a new door is somebody's decision."""

import os

import pytest
from trust.routes import SNAPSHOT, describe

from core.access import public
from core.app import create_app
from core.testing import test_settings


def test_the_routes_are_those_that_were_agreed(app):
    """After a change on purpose: DIWAN_TEST_REWRITE=1 writes the list anew, and the diff is reviewed."""
    samples = [m.id for m in app.extensions["diwan"].modules.values() if "samples" in m.folder.parts]
    present = describe(app, samples)
    if os.environ.get("DIWAN_TEST_REWRITE"):
        SNAPSHOT.write_text(present, encoding="utf-8")
    assert present == SNAPSHOT.read_text(encoding="utf-8")


def test_a_route_that_nobody_classified_stops_the_boot(tmp_path, monkeypatch):
    from core import gate

    enter = gate.init

    def with_a_forgotten_door(app):
        app.add_url_rule("/forgotten", "forgotten", lambda: "open")
        enter(app)

    monkeypatch.setattr(gate, "init", with_a_forgotten_door)
    with pytest.raises(RuntimeError, match="forgotten"):
        create_app(test_settings(tmp_path))


def test_the_same_route_boots_once_it_is_classified(tmp_path, monkeypatch):
    from core import gate

    enter = gate.init

    def with_a_declared_door(app):
        app.add_url_rule("/declared", "declared", public(lambda: "open"))
        enter(app)

    monkeypatch.setattr(gate, "init", with_a_declared_door)
    assert "declared" in create_app(test_settings(tmp_path)).view_functions
