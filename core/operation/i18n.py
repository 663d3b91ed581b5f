"""`diwan i18n extract|update|compile|check`: the translators' tools. They need no database."""

from __future__ import annotations

import click

from core.errors import Refused
from core.language import LANGUAGES
from core.operation import catalogues
from core.operation.catalogue_check import find_faults
from core.operation.catalogue_files import write


@click.group()
def i18n() -> None:
    """Message catalogues: English in the code, Arabic beside it."""


@i18n.command()
def extract() -> None:
    """Write the messages of the code as templates (messages.pot), for translators' programs."""
    for source in catalogues.sources():
        template = catalogues.extract(source)
        write(template, source.home / "messages.pot")
        click.echo(f"{source.name}: {len(template)} messages")


@i18n.command()
def update() -> None:
    """Bring every catalogue in line with the code; translations stay, English fills itself."""
    for source in catalogues.sources():
        for language in LANGUAGES:
            total, new, dropped = catalogues.update(source, language)
            click.echo(f"{source.name}/{language}: {total} messages, {new} new, {dropped} dropped")


@i18n.command("compile")
def compile_() -> None:
    """Write the .mo files that the application reads, where the .po is newer."""
    if written := catalogues.compile_all():
        click.echo(f"{written} catalogues compiled")


@i18n.command()
def check() -> None:
    """Fail for missing, fuzzy or doubtful translations and for catalogues behind the code."""
    faults = find_faults()
    for fault in faults:
        click.echo(fault)
    if faults:
        raise Refused(f"{len(faults)} faults in the catalogues")
    click.echo(f"The catalogues are whole: {', '.join(LANGUAGES)}")
