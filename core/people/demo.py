"""The demo's organisation: places, units and invented users of a governorate, from CSV."""

from __future__ import annotations

from pathlib import Path

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Refused
from core.governorates.setting import Setting
from core.people.places import Place
from core.people.seeds import line_of, load_tree, named, rows
from core.people.sign_in import DEMO
from core.people.units import Unit
from core.people.users import Role, User, add_membership

FOLDER = Path(__file__).with_name("demo")
PASSWORD = "diwan-demo-2026"  # noqa: S105 - published; good only for users marked `demo`, in demo data
"""Everybody's in the demo."""


def load_people(session: Session, code: str, folder: Path = FOLDER) -> None:
    """Write places, units and users of governorate `code`; the caller commits. Safe to repeat.

    Users get only the roles that exist, so repeat it after modules with roles of their own were
    installed. Raises Refused if there is no demo for `code`, naming the line if a file is wrong.
    """
    if not (folder / code).is_dir():
        raise Refused(f"there is no demo for {code}")
    _rename_top(session, code, folder / code / "places.csv")
    places = load_tree(session, Place, folder / code / "places.csv")
    units = load_tree(session, Unit, folder / code / "units.csv", skip=("service_area",))
    for number, row in rows(folder / code / "units.csv"):
        serves, where = row["service_area"].replace(";", " ").split(), line_of(Path("units.csv"), number)
        units[row["code"]].areas = [named(places, place, where) for place in serves]
    _load_users(session, folder / code / "users.csv", units)
    session.merge(Setting(key=DEMO, value="1"))
    session.flush()


def _rename_top(session: Session, code: str, path: Path) -> None:
    """The place that a governorate is born with becomes the top of the demo's map, not a second one."""
    top = session.scalar(select(Place).where(Place.code == code))
    code = next(row["code"] for _number, row in rows(path) if not row["parent"])
    if top is not None and session.scalar(select(Place.id).where(Place.code == code)) is None:
        top.code = code


def _load_users(session: Session, path: Path, units: dict[str, Unit]) -> None:
    users = {user.username: user for user in session.scalars(select(User))}
    roles = {role.code: role for role in session.scalars(select(Role))}
    password = hash_password(PASSWORD)
    for number, row in rows(path):
        user = users.get(row["username"])
        if user is None:
            user = users[row["username"]] = User(username=row["username"], password=password, demo=True)
            session.add(user)
        if not user.demo:
            raise Refused(f"{path.name} line {number}: {row['username']} is a real user here")
        user.name_ar, user.name_en, user.email = row["name_ar"], row["name_en"], row["email"] or None
        for pair in row["memberships"].replace(";", " ").split():
            unit, _, role = pair.partition(":")
            if role in roles:
                add_membership(user, named(units, unit, line_of(path, number)), roles[role])


def demo_accounts(session: Session) -> list[str]:
    """User names of the demo's users whose published password would be good; for `diwan doctor`."""
    return list(session.scalars(select(User.username).where(User.demo, User.active).order_by(User.username)))
