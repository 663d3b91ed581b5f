"""`diwan init`: a new installation, with `--demo` one that shows something. Safe to repeat and to resume."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import select

from core.data.scope import Scope
from core.errors import Refused
from core.governorates.present import governorate_context, registry, running_app
from core.governorates.setting import Setting
from core.modules import lifecycle
from core.modules.dispatch import READY
from core.modules.models import ENABLED, InstalledModule
from core.modules.upgrades import upgrade_governorate
from core.operation.birth import add
from core.people.demo import load_people
from core.people.sign_in import DEMO
from core.people.users import User

PLAN = Path(__file__).with_name("demo.csv")
TOLD = "demo:{}"
"""Setting that says that a module's demo records are written."""


@click.command()
@click.option("--demo", is_flag=True, help="Add four governorates with invented people and records.")
def init(demo: bool) -> None:
    """Prepare the data folder and the registry; what is there already stays as it is."""
    settings = current_app.config["DIWAN"]
    if demo:
        if settings.production:
            raise Refused("no demo in production: its passwords are published")
        for code, modules in read_plan():
            if build(code, modules):
                click.echo(f"{code}: demo data written ({', '.join(modules) or 'no modules'})")
    served = registry().all()
    click.echo(
        f"Ready in {settings.data_dir}: {', '.join(one.code for one in served) or 'no governorate yet'}"
    )
    if not served:
        click.echo("Next: diwan governorate add EG-KN; diwan user first-admin --governorate EG-KN; diwan run")


def read_plan() -> list[tuple[str, list[str]]]:
    """The demo's governorates and the modules that each has switched on."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        return [(row["governorate"], row["modules"].split()) for row in csv.DictReader(file)]


def build(code: str, modules: list[str]) -> bool:
    """Bring one governorate of the demo to its planned state; returns False if it was there.

    Each step commits by itself and is passed over when it is done, so a run that was interrupted goes on.
    Raises Refused for a governorate with real people in it, before anything is changed.
    """
    if registry().get(code) is None:
        add(code, url=_left_over(code))
    for step in upgrade_governorate(code):
        if step.error:
            raise Refused(f"{code} {step.plugin}: {step.error}")
    usable = [name for name in modules if _is_ready(name)]
    with _session(code) as session:
        standing = {row.id: row.state for row in session.scalars(select(InstalledModule))}
        told = [name for name in usable if session.get(Setting, TOLD.format(name))]
        is_demo = session.get(Setting, DEMO) is not None
        if is_demo and told == usable and all(standing.get(name) == ENABLED for name in usable):
            return False
        if not is_demo and session.scalar(select(User.id).limit(1)) is not None:
            raise Refused(f"{code} has real people: no demo is put among them")
    for name in usable:
        if standing.get(name) != ENABLED:
            lifecycle.install(code, name)
            lifecycle.enable(code, name)
    with _session(code) as session:
        load_people(session, code)
        session.commit()
    for name in usable:
        if name not in told:
            _tell(code, name)
    return True


def _tell(code: str, module: str) -> None:
    """The module's own demo records and the note that they are written, in one transaction."""
    with _session(code) as session:
        lifecycle.host().call_plugin(module, "diwan_demo", session=session, governorate=registry().get(code))
        session.add(Setting(key=TOLD.format(module), value="1"))
        session.commit()


def _is_ready(module: str) -> bool:
    known = lifecycle.host().modules.get(module)
    return known is not None and known.state == READY


def _left_over(code: str) -> str | None:
    """The file of an earlier run that was interrupted before the governorate was registered."""
    path = current_app.config["DIWAN"].data_dir / "governorates" / f"{code}.sqlite"
    return f"sqlite:///{path}" if path.exists() else None


def _session(code: str) -> Any:
    return governorate_context(running_app(), code, Scope.of_system(), write=True)
