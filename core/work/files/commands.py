"""`diwan files`: what the store holds beside the rows."""

from __future__ import annotations

from datetime import timedelta

import click

from core.data.scope import Scope
from core.governorates.present import governorate_context, running_app
from core.work.files import sweeping


@click.group()
def files() -> None:
    """Files that hang on records."""


@files.command()
@click.option("--governorate", "code", metavar="CODE", required=True)
@click.option("--days", type=click.IntRange(min=1), default=1, help="Only files that are older; default 1.")
@click.option("--remove", is_flag=True, help="Remove them; without it they are only listed.")
@click.option("--let-go", is_flag=True, help="The database that a backup replaced is not needed any more.")
def orphans(code: str, days: int, remove: bool, let_go: bool) -> None:
    """List files that no record names: what a crash left between storing and saving."""
    look = sweeping.sweep if remove else sweeping.orphans
    with governorate_context(running_app(), code, Scope.of_system(), write=let_go) as session:
        if let_go:
            sweeping.let_go(session)
            session.commit()
        found, kept = look(session, timedelta(days=days)), sweeping.replaced(session)
    for file in found:
        click.echo(f"{file.name} {file.size:>12} bytes, since {file.at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"{len(found)} {'removed' if remove else 'found'}")
    if kept:
        click.echo(f"Some may be files that only {kept} names, which a backup replaced", err=True)
