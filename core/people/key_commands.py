"""`diwan key add|list|revoke`: keys of other programs, in one governorate."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select

from core.access import machine_doors
from core.errors import Refused
from core.governorates.present import present
from core.people.commands import inside, open_governorate
from core.people.machine_keys import MachineKey, issue, revoke
from core.people.units import Unit, root_unit


@click.group()
def key() -> None:
    """Keys of other programs, in one governorate."""


@key.command("add")
@click.argument("name")
@inside
@click.option("--door", required=True, metavar="DOOR", help="For example open311.")
@click.option("--unit", "unit_code", metavar="CODE", help="Whose records come in by it; default the diwan.")
def add_(name: str, code: str, door: str, unit_code: str | None) -> None:
    """Issue a key and print it, once: it can be revoked, never read again."""
    doors = machine_doors(current_app)
    if door not in doors:
        raise Refused(f"there is no door {door}; there is {', '.join(sorted(doors)) or 'none'}")
    with open_governorate(code) as session:
        unit = session.scalar(select(Unit).where(Unit.code == unit_code)) if unit_code else None
        if unit_code and unit is None:
            raise Refused(f"there is no unit {unit_code}")
        text = issue(session, name, door, unit or root_unit(session, present()))
        session.commit()
    click.echo(text)


@key.command("list")
@inside
def list_(code: str) -> None:
    """Which keys there are: name, door, unit, when made, last used and revoked."""
    with open_governorate(code) as session:
        for one in session.scalars(select(MachineKey).order_by(MachineKey.id)):
            days = (one.made_at, one.last_used_at, one.revoked_at)
            shown = (f"{present().local(at):%Y-%m-%d %H:%M}" if at else "-" for at in days)
            click.echo("\t".join((one.name, one.door, one.unit.code, *shown)))


@key.command("revoke")
@click.argument("name")
@inside
def revoke_(name: str, code: str) -> None:
    """End a key at once."""
    with open_governorate(code) as session:
        revoke(session, name)
        session.commit()
    click.echo(f"{name} opens nothing in {code} any more")
