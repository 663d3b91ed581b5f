"""`diwan user add|password|first-admin`."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.scope import Scope
from core.errors import Invalid, Refused
from core.governorates.address import base_address
from core.governorates.present import governorate_context, running_app
from core.people.accounts import new_user
from core.people.invitations import issue_first_admin_token
from core.people.keepers import reset_rights
from core.people.passwords import set_password
from core.people.roles import ACCESS
from core.people.units import Unit
from core.people.users import Role, User, add_membership, login_name

inside = click.option("--governorate", "code", required=True, metavar="CODE", help="For example EG-KN.")


@click.group()
def user() -> None:
    """Accounts of staff, in one governorate."""


@user.command("add")
@click.argument("username")
@inside
@click.option("--name-ar", required=True, help="Name in Arabic.")
@click.option("--name-en", help="Name in English.")
@click.option("--email")
@click.option(
    "--member", "members", multiple=True, metavar="UNIT:ROLE", help="For example CSD:CLK; may be repeated."
)
def add_(
    username: str, code: str, name_ar: str, name_en: str | None, email: str | None, members: tuple[str, ...]
) -> None:
    """Add an account; the password is asked for, or read from standard input, and replaced by its owner."""
    with open_governorate(code) as session:
        user = _plainly(
            new_user,
            session,
            username=username,
            password=_password(),
            name_ar=name_ar,
            name_en=name_en,
            email=email,
            initial=True,
        )
        for member in members:
            unit, _, role = member.partition(":")
            add_membership(user, _one(session, Unit, unit), _one(session, Role, role))
        session.commit()
        click.echo(f"{user.username} may sign in at /{code}/login")


@user.command("password")
@click.argument("username")
@inside
def password_(username: str, code: str) -> None:
    """Give an account a new password, to be changed at the next sign-in, and end its sessions."""
    with open_governorate(code) as session:
        user = session.scalar(select(User).where(User.username == login_name(username)))
        if user is None:
            raise Refused(f"there is no user {username} in {code}")
        _plainly(set_password, user, _password(), initial=True)
        session.commit()
        click.echo(f"{user.username} has a new password; open sessions have ended")


@user.command("rights")
@inside
@click.option("--reset", "role", required=True, metavar="ROLE", help="For example ADM.")
def rights_(code: str, role: str) -> None:
    """Give a role the rights again that its modules ship; a way back when nobody can do it on the page."""
    modules = current_app.extensions["diwan"].modules.values()
    shipped = {module.id: module.folder / "access.csv" for module in modules}
    with open_governorate(code) as session:
        _one(session, Role, role)
        count = reset_rights(session, role, {"core": ACCESS} | shipped)
        session.commit()
        click.echo(f"{role} in {code} has the rights again that were shipped: {count} lines")


@user.command("first-admin")
@inside
def first_admin(code: str) -> None:
    """Print a link that makes an administrator: once, within 24 hours."""
    with open_governorate(code) as session:
        token = issue_first_admin_token(session)
        session.commit()
    click.echo(f"{base_address()}/{code}/first-admin/{token}")


def open_governorate(code: str) -> Any:
    """A session that writes, as the system, for a command's block."""
    return governorate_context(running_app(), code, Scope.of_system(), write=True)


def _password() -> str:
    """Typed twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _plainly(action: Any, *values: Any, **named: Any) -> Any:
    """Run `action`; what is wrong with single fields is said in the one line a command has."""
    try:
        return action(*values, **named)
    except Invalid as error:
        wrong = "; ".join(f"{field}: {sentence}" for field, said in error.errors.items() for sentence in said)
        raise Refused(wrong or str(error)) from error


def _one(session: Session, model: Any, code: str) -> Any:
    found = session.scalar(select(model).where(model.code == code))
    if found is None:
        raise Refused(f"there is no {model.__name__.lower()} {code}")
    return found
