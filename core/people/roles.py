"""Roles as core and plugins ship them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Refused
from core.people.access import shipping, sync
from core.people.users import Role

ADMINISTRATOR, AUDITOR = "ADM", "AUD"
ACCESS = Path(__file__).with_name("access.csv")


@dataclass(frozen=True)
class RoleSpec:
    """A role as declared in code: what hook `diwan_roles` returns a list of.

    `reach` is none, unit, subtree, area or all (see `core.people.users.REACHES`); `confidential`
    opens confidential records.
    """

    code: str
    name_ar: str
    name_en: str
    reach: str = "unit"
    confidential: bool = False


CORE_ROLES = (
    RoleSpec(ADMINISTRATOR, "مدير النظام", "Administrator", reach="none"),
    RoleSpec(AUDITOR, "المراجعة والحوكمة (قراءة فقط)", "Auditor (reads only)", reach="all"),
)


def sync_roles(session: Session, plugin: str, specs: Iterable[RoleSpec]) -> None:
    """Bring a plugin's roles into the table; the caller commits. Safe to repeat.

    A role that an administrator changed stays; one no longer declared stays too, for memberships
    refer to it. Raises Refused if another plugin has the code.
    """
    known = {role.code: role for role in session.scalars(select(Role))}
    with shipping(session):
        for spec in specs:
            role = known.get(spec.code)
            if role is None:
                session.add(Role(plugin=plugin, **vars(spec)))
            elif role.plugin != plugin:
                owner = current_app.extensions["diwan"].title(role.plugin)
                sentence = _("The role %(code)s belongs to “%(name)s” already.", code=spec.code, name=owner)
                raise Refused(sentence)
            elif not role.changed:
                for name, value in vars(spec).items():
                    setattr(role, name, value)


def sync_core(session: Session) -> None:
    """Core's own roles and rights; at the birth of a governorate and at every upgrade."""
    sync_roles(session, "core", CORE_ROLES)
    sync(session, "core", ACCESS)
