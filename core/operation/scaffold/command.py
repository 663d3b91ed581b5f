"""`diwan module new`, which core.modules.commands fetches when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask_babel import gettext as _

from core.errors import Refused
from core.operation.scaffold.line import read_line
from core.operation.scaffold.words import complete
from core.operation.scaffold.writing import Place, refuse_taken, write_module


@click.command("new")
@click.argument("plugin", metavar="ID")
@click.option(
    "--model", "models", required=True, multiple=True, metavar="LINE",
    help='"Lamp: code, place, installed_on=date, faulty=bool"',
)  # fmt: skip
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="A folder for DIWAN_PLUGIN_PATH, instead of this checkout.",
)  # fmt: skip
def new(plugin: str, models: tuple[str, ...], into: Path | None) -> None:
    """Write a module ID with one register, complete and tested, from a line that names its fields.

    A field is NAME or NAME=KIND, with ? where it may stay empty. Kinds: text (if none is named), note, int,
    decimal, date, datetime, bool, place. Arabic words follow in quotation marks: Lamp "one|many": wattage=int
    "label". Common names are known without; for others a terminal is asked.
    """
    if len(models) > 1:
        raise Refused(_("A module begins with one model. Write the others by hand once it stands."))
    place = Place.of(into)
    settings, line = current_app.config["DIWAN"], read_line(models[0])
    refuse_taken(plugin, line, place, settings)
    line = complete(line, _ask if sys.stdin.isatty() else None)
    written = write_module(plugin, line, place, settings)
    here = Path.cwd()
    for path in written:
        click.echo(path.relative_to(here) if path.is_relative_to(here) else path)
    if into is not None and into.absolute() not in settings.plugin_path:
        click.echo(_("Set %(name)s so that Diwan finds it.", name=f"DIWAN_PLUGIN_PATH={place.modules}"))
    click.echo(_("Its tests: %(command)s", command=f"python -m pytest {os.path.relpath(written[-1])}"))


def _ask(name: str) -> str:
    return str(click.prompt(_("%(name)s in Arabic (of a model: one|many)", name=name)))
