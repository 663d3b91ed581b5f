"""Hearing days of citizens with officials, at three levels: a small register with a minute for each day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import Governorate, Place, RoleSpec, Unit, Workflow, hookimpl
from core.people.units import root_unit
from core.people.users import Role, User, add_membership
from core.work.history import History, import_history
from plugins.hearings.models import Hearing

ACTORS = {"clerk": "HRS", "director": "HRA"}


@hookimpl
def diwan_models() -> list[type[Any]]:
    """The register."""
    return [Hearing]


@hookimpl
def diwan_roles() -> list[RoleSpec]:
    """Who writes minutes, and who approves them."""
    return [
        RoleSpec("HRS", "أمين لقاءات المواطنين", "Secretary of hearings", reach="subtree"),
        RoleSpec("HRA", "معتمد محاضر اللقاءات", "Approver of minutes", reach="all"),
    ]


@hookimpl
def diwan_workflows() -> list[Workflow]:
    """Planned, held, minuted."""
    from plugins.hearings.workflow import HEARING

    return [HEARING]


@hookimpl
def diwan_views() -> list[type[Any]]:
    """The register's screen."""
    from plugins.hearings.views import HearingView

    return [HearingView]


@hookimpl
def diwan_demo(session: Session, governorate: Governorate) -> None:
    """Days as the press reported them, from demo/hearings.csv, and roles for two of the demo's users."""
    import_history(_days(session, governorate))
    for username, role in ACTORS.items():
        user = session.scalar(select(User).where(User.username == username, User.demo))
        if user is not None:
            unit = root_unit(session, governorate)
            add_membership(user, unit, session.scalars(select(Role).where(Role.code == role)).one())


def _days(session: Session, governorate: Governorate) -> Iterator[tuple[Hearing, History]]:
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    places = {place.code: place for place in session.scalars(select(Place))}
    with Path(__file__).with_name("demo").joinpath("hearings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["governorate"] == governorate.code and row["unit"] in units:
                hearing = Hearing(
                    held_on=date.fromisoformat(row["held_on"]),
                    level=row["level"],
                    unit_id=units[row["unit"]].id,
                    place=places.get(row["place"]),
                    heard_by=row["heard_by"],
                    citizens=int(row["citizens"]),
                    summary=row["summary"],
                )
                yield hearing, History("minuted", row["source"], {"held_on": hearing.held_on})
