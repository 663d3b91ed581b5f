"""`diwan`: the command line. A command is imported when called, the application built if it needs it."""

from __future__ import annotations

import logging
import os
from importlib import import_module
from typing import Any

import click
from flask import g

from core import __version__
from core.config import PRIVATE
from core.errors import reason
from core.explanation import explain

COMMANDS = {
    "audit": "core.work.commands:audit",
    "backup": "core.safekeeping.commands:backup",
    "doctor": "core.operation.doctor:doctor",
    "files": "core.work.files.commands:files",
    "governorate": "core.operation.governorates:governorate",
    "i18n": "core.operation.i18n:i18n",
    "import": "core.exchange.commands:import_",
    "init": "core.operation.setup:init",
    "key": "core.people.key_commands:key",
    "module": "core.modules.commands:module",
    "restore": "core.safekeeping.commands:restore_",
    "run": "core.operation.running:run",
    "serve": "core.operation.serving:serve",
    "upgrade": "core.modules.commands:upgrade",
    "user": "core.people.commands:user",
    "verify-backup": "core.safekeeping.commands:verify_backup",
    "worker": "core.operation.worker:worker",
}
"""Name -> where it is. Plugins add theirs by the hook `diwan_commands`."""
WITHOUT_APP = {"i18n"}
LASTING = {"serve", "worker"}
"""Commands whose log is read by operators; the others say one line."""


class Commands(click.Group):
    """Finds a command where COMMANDS or a plugin has it, and ends every failure in one clear line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The host's own commands; what modules add is found when called."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command `name`, or None."""
        if name in COMMANDS:
            module, _, attribute = COMMANDS[name].partition(":")
            return getattr(import_module(module), attribute)
        brought = _app(ctx).extensions["diwan"].call_boot("diwan_commands")
        return next((command for _, command in brought if command.name == name), None)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; `--traceback` lets a failure through as it is, for a report."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
            raise
        except Exception as error:
            if ctx.params["traceback"]:
                raise
            raise click.ClickException(explain(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
@click.option("--traceback", is_flag=True, help="Show where a failure comes from.")
@click.pass_context
def main(ctx: click.Context, traceback: bool) -> None:
    """Diwan: complaints, services and follow-up for governorates."""
    os.umask(PRIVATE)
    name = str(ctx.invoked_subcommand)
    _log(lasting=name in LASTING or traceback)
    if name not in WITHOUT_APP:
        ctx.with_resource(_app(ctx).app_context())
        g.language = terminal_language()


def terminal_language() -> str:
    """`ar` where the terminal's locale is Arabic, else English."""
    chosen = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "ar" if chosen.startswith("ar") else "en"


def _app(ctx: click.Context) -> Any:
    """The application, built once per command line."""
    root = ctx.find_root()
    if root.obj is None:
        from core.app import create_app

        root.obj = create_app()
    return root.obj


class _OneLine(logging.Formatter):
    """A log line without the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """`diwan.modules: what went wrong (KeyError: 'x')`."""
        error = record.exc_info[1] if record.exc_info else None
        cause = f" ({type(error).__name__}: {reason(error)})" if error else ""
        return f"{record.name}: {record.getMessage()}{cause}"


def _log(*, lasting: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s") if lasting else _OneLine()
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO if lasting else logging.WARNING, handlers=[handler], force=True)


if __name__ == "__main__":
    main()
