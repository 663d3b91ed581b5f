"""`diwan governorate add|list|move|remove`."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app

from core.data.scope import Scope
from core.errors import Refused
from core.governorates.address import without_password
from core.governorates.directory import directory
from core.governorates.present import governorate_context, registry, running_app, served
from core.governorates.registry import Governorate
from core.operation.birth import add, remove
from core.people.places import root_place
from core.people.units import root_unit
from core.safekeeping import move as moving


@click.group()
def governorate() -> None:
    """Governorates of this installation, each with a database of its own."""


@governorate.command("list")
@click.option("--known", is_flag=True, help="Also those that could be added.")
def list_(known: bool) -> None:
    """The governorates served here."""
    served = {g.code: g for g in registry().all()}
    for code, g in served.items():
        address = without_password(g.url)
        click.echo(f"{code:7} {g.name_en:16} {g.name_ar:16} {address}" + (f"  {g.host}" if g.host else ""))
    if known:
        for code, row in directory().items():
            if code not in served:
                click.echo(f"{code:7} {row['name_en']:16} {row['name_ar']:16} -")


class Code(click.ParamType):
    """A governorate's code, also in small letters."""

    name = "code"

    def convert(self, value: str, param: Any, ctx: Any) -> str:
        """`eg-kn` is EG-KN."""
        return value.strip().upper()


@governorate.command("add")
@click.argument("code", type=Code())
@click.option(
    "--url", help="SQLAlchemy URL of an empty database; default: a SQLite file, or DIWAN_PROVISION_URL."
)
@click.option("--host", help="Host name that serves this governorate at its root.")
def add_(code: str, url: str | None, host: str | None) -> None:
    """Add governorate CODE (ISO 3166-2, for example EG-KN); it serves at once in every worker."""
    settings = current_app.config["DIWAN"]
    if url is None and settings.provision_url is None and settings.production:
        raise Refused("in production give --url or DIWAN_PROVISION_URL")
    made = add(code, url=url, host=host)
    _found(made)
    click.echo(f"{made.code} {made.name_en} is served at /{made.code}/")


def _found(made: Governorate) -> None:
    """The tops of map and organisation, without which nothing can be filed; what is there already stays."""
    with governorate_context(running_app(), made.code, Scope.of_system(), write=True) as session:
        root_place(session, made)
        root_unit(session, made)
        session.commit()


@governorate.command("remove")
@click.argument("code", type=Code())
@click.option("--drop-database", is_flag=True, help="Also delete its data, for good.")
@click.option("--confirm", type=Code(), metavar="CODE", help="Repeat the code to confirm.")
def remove_(code: str, drop_database: bool, confirm: str | None) -> None:
    """Stop serving governorate CODE; its database stays unless --drop-database is given."""
    served(code)
    if confirm != code:
        raise Refused(f"nothing done: repeat the code with --confirm {code}")
    remove(code, drop=drop_database)
    click.echo(f"{code} is no longer served")


@governorate.command("move")
@click.argument("code", type=Code())
@click.option("--to", "target", metavar="URL", help="SQLAlchemy URL of an empty database.")
@click.option("--abort", "undone", is_flag=True, help="Undo a move that was interrupted.")
def move_(code: str, target: str | None, undone: bool) -> None:
    """Move governorate CODE to another database; after an interruption the same command goes on.

    Meanwhile everything can be read and nothing saved. The old database stays as it was, and refuses writing.
    """
    if undone:
        known, emptied = moving.abort(code)
        click.echo(f"{code} stays where it was and can be written again: {without_password(known.source)}")
        if not emptied:
            click.echo(
                f"The other database is away and may hold a copy: {without_password(known.target)}", err=True
            )
        return
    known = moving.move(code, target, lambda step: click.echo(f"{code}: {step}"))
    click.echo(f"{code} is served from {without_password(known.target)}")
    click.echo(f"The old database is kept, and refuses writing: {without_password(known.source)}")
