"""The application refuses to start in a state that would harm, and keeps what it writes to itself."""

import os

import pytest
from click.testing import CliRunner

from core import app as module
from core.app import create_app
from core.cli import main
from core.config import SettingError
from core.testing import test_settings

PRODUCTION = {"env": "production", "base_url": "https://diwan.example", "hosts": ("diwan.example",)}


def test_production_refuses_to_start_without_its_front_end_files(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ASSETS", tmp_path / "stamp")
    with pytest.raises(SettingError, match="run make assets"):
        create_app(test_settings(tmp_path, **PRODUCTION))


def test_the_front_end_files_are_here():
    assert module.ASSETS.is_file(), "run make assets"


@pytest.fixture
def careless():
    """The umask that most machines have."""
    usual = os.umask(0o022)
    yield
    os.umask(usual)


def _mode(path):
    return path.stat().st_mode & 0o777


def test_a_server_s_files_are_for_its_own_account(careless, tmp_path):
    app = create_app(test_settings(tmp_path), only=())
    assert _mode(tmp_path / "registry.sqlite") == 0o600
    with app.app_context():
        app.extensions["diwan_registry"].engine.dispose()


def test_what_a_command_writes_is_for_its_own_account(careless, app, tmp_path):
    CliRunner().invoke(main, ["user", "--help"], obj=app)
    (tmp_path / "written").touch()
    assert _mode(tmp_path / "written") == 0o600
