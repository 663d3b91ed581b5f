"""`diwan init`: a new installation, with `--demo` one that shows something. Safe to repeat and to resume."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from core.data.scope import Scope
from core.errors import Refused
from core.explanation import explain
from core.governorates.present import governorate_context, registry, running_app
from core.governorates.setting import Setting
from core.modules import lifecycle
from core.modules.dispatch import READY
from core.modules.migrations import CORE
from core.modules.models import ENABLED, InstalledModule
from core.modules.upgrades import upgrade_governorate
from core.operation.birth import add
from core.people.demo import load_people
from core.people.sign_in import DEMO
from core.people.users import User

logger = logging.getLogger("diwan.setup")
PLAN = Path(__file__).with_name("demo.csv")
TOLD = "demo:{}"
"""Setting that says that a module's demo records are written."""


@click.command()
@click.option("--demo", is_flag=True, help="Add four governorates with invented people and records.")
def init(demo: bool) -> None:
    """Prepare the data folder and the registry; what is there already stays as it is."""
    settings = current_app.config["DIWAN"]
    faults = 0
    if demo:
        if settings.production:
            raise Refused("no demo in production: its passwords are published")
        for code, modules in read_plan():
            faults += _show(code, modules)
    served = registry().all()
    click.echo(
        f"Ready in {settings.data_dir}: {', '.join(one.code for one in served) or 'no governorate yet'}"
    )
    if not served:
        click.echo("Next: diwan governorate add EG-KN; diwan user first-admin --governorate EG-KN; diwan run")
    if faults:
        raise Refused(f"not all is in order: {faults} {'fault' if faults == 1 else 'faults'}, named above")


def read_plan() -> list[tuple[str, list[str]]]:
    """The demo's governorates and the modules that each has switched on."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        return [(row["governorate"], row["modules"].split()) for row in csv.DictReader(file)]


def _show(code: str, modules: list[str]) -> int:
    """Build one governorate and say what became of it, each fault in a line; returns their number."""
    faults: dict[str, str] = {}
    try:
        if build(code, modules, faults):
            written = ", ".join(name for name in modules if name not in faults)
            click.echo(f"{code}: demo data written ({written or 'no modules'})")
    except Exception as error:
        logger.info("the demo of %s failed", code, exc_info=True)  # shown by --traceback
        faults[CORE] = explain(error)
    for name, fault in faults.items():
        place = code if name == CORE else f"{code} {name}"
        click.echo(f"{place}: {fault}", err=True)
    return len(faults)


def build(code: str, modules: list[str], faults: dict[str, str]) -> bool:
    """Bring one governorate of the demo to its planned state; returns False if it was there.

    Each step commits by itself and is passed over when it is done, so a run that was interrupted goes on.
    A module that cannot be used goes into `faults` with the reason, and the others go on.
    Raises Refused for a governorate with real people in it, before anything is changed.
    """
    if registry().get(code) is None:
        add(code, url=_left_over(code))
    faults |= {step.plugin: step.error for step in upgrade_governorate(code) if step.error}
    if CORE in faults:
        return False
    usable = list(_usable(modules, faults))
    with _session(code) as session:
        standing = {row.id: row.state for row in session.scalars(select(InstalledModule))}
        told = [name for name in usable if session.get(Setting, TOLD.format(name))]
        is_demo = session.get(Setting, DEMO) is not None
        if is_demo and told == usable and all(standing.get(name) == ENABLED for name in usable):
            return False
        if not is_demo and session.scalar(select(User.id).limit(1)) is not None:
            raise Refused("it has real people: no demo is put among them")
    for name in usable:
        if standing.get(name) != ENABLED:
            with _noting(name, faults):
                lifecycle.install(code, name)
                lifecycle.enable(code, name)
    with _session(code) as session:
        load_people(session, code)
        session.commit()
    for name in usable:
        if name not in told and name not in faults:
            with _noting(name, faults):
                _tell(code, name)
    return True


@contextmanager
def _noting(module: str, faults: dict[str, str]) -> Iterator[None]:
    """Whatever a module raises is its own fault, and stops no other."""
    try:
        yield
    except Exception as error:
        logger.info("the demo of %s failed", module, exc_info=True)  # shown by --traceback
        faults[module] = explain(error)


def _tell(code: str, module: str) -> None:
    """The module's own demo records and the note that they are written, in one transaction."""
    with _session(code) as session:
        lifecycle.host().call_plugin(module, "diwan_demo", session=session, governorate=registry().get(code))
        session.add(Setting(key=TOLD.format(module), value="1"))
        session.commit()


def _usable(modules: list[str], faults: dict[str, str]) -> Iterator[str]:
    """The modules that are sound and up to date; the others are in `faults`, or enter there."""
    for name in modules:
        known = lifecycle.host().modules.get(name)
        if known is None or known.state != READY:
            faults.setdefault(name, known.error if known else _("Its code is missing."))
        elif name not in faults:
            yield name


def _left_over(code: str) -> str | None:
    """The file of an earlier run that was interrupted before the governorate was registered."""
    path = current_app.config["DIWAN"].data_dir / "governorates" / f"{code}.sqlite"
    return f"sqlite:///{path}" if path.exists() else None


def _session(code: str) -> Any:
    return governorate_context(running_app(), code, Scope.of_system(), write=True)
