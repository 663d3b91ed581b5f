"""Every failure of a command is one line that says what happened, and a status that is not zero."""

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from core import cli
from core.cli import main, terminal_language
from core.config import SettingError
from core.errors import Invalid, Refused
from core.explanation import explain


def fails(monkeypatch, error):
    """A command line whose application cannot be built."""

    def broken(ctx):
        raise error

    monkeypatch.setattr(cli, "_app", broken)
    return CliRunner().invoke(main, ["governorate", "list"])


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SettingError("unknown setting DIWAN_DATA_DRI; did you mean DIWAN_DATA_DIR?"), None),
        (Refused("it is not served"), "it is not served"),
        (Invalid("no", {"name": ["is missing"], "code": ["is taken"]}), "name: is missing; code: is taken"),
        (OperationalError("SELECT 1", {}, Exception("connection refused\nIs the server running?")),
         "the database: connection refused"),
        (PermissionError(13, "Permission denied", "/data"), "/data Permission denied"),
        (KeyError("x"), "KeyError 'x' (diwan --traceback ... shows where)"),
    ],
)  # fmt: skip
def test_a_failure_is_one_line(monkeypatch, error, line):
    result = fails(monkeypatch, error)
    assert (result.exit_code, result.output) == (1, f"Error: {line or error}\n")


def test_a_report_can_have_the_traceback(monkeypatch):
    monkeypatch.setattr(cli, "_app", lambda ctx: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(main, ["--traceback", "governorate", "list"], catch_exceptions=False)


def test_help_and_the_translators_tools_need_no_application(monkeypatch):
    monkeypatch.setattr(cli, "_app", lambda ctx: pytest.fail("the application was built"))
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
    assert CliRunner().invoke(main, ["i18n", "--help"]).exit_code == 0


def test_every_command_that_is_listed_exists():
    with click.Context(main) as ctx:
        for name in main.list_commands(ctx):
            assert isinstance(main.get_command(ctx, name), click.Command), name


def test_a_module_brings_its_own_command(diwan, app, monkeypatch):
    host = app.extensions["diwan"]
    brought = [("desk", click.Command("count-petitions", callback=lambda: click.echo("none")))]
    monkeypatch.setattr(host, "call_boot", lambda name, **_: brought if name == "diwan_commands" else [])
    assert diwan("count-petitions").output == "none\n"
    unknown = diwan("count-nothing")
    assert unknown.exit_code == 2
    assert "No such command 'count-nothing'" in unknown.output


def test_the_terminal_decides_what_a_command_speaks(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert terminal_language() == "en"
    monkeypatch.setenv("LANG", "ar_EG.UTF-8")
    assert terminal_language() == "ar"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert terminal_language() == "en"


def test_explaining_an_error_without_words():
    assert explain(RuntimeError()) == "RuntimeError (diwan --traceback ... shows where)"
