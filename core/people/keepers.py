"""Somebody must always be able to give rights and roles; otherwise nobody could ever again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import NotPossible
from core.people.access import Access, shipping, sync
from core.people.users import Membership, Role, User

KEPT = (("core.access", "read"), ("core.access", "write"), ("core.membership", "write"))


def keep_keepers(session: Session) -> None:
    """Call before a commit that takes rights, roles or accounts away.

    Rolls back and raises NotPossible (409) if no open account would hold a role with one of the
    rights in KEPT any more.
    """
    session.flush()
    for label, verb in KEPT:
        holders = (
            select(Membership.id)
            .join(User, Membership.user_id == User.id)
            .join(Role, Membership.role_id == Role.id)
            .where(Membership.active, User.active, Role.code.in_(_roles_with(label, verb)))
        )
        if session.execute(holders.limit(1)).first() is None:
            session.rollback()
            raise NotPossible(
                _("Nobody could give rights and roles any more after this. Nothing was changed.")
            )


def governs(session: Session, user: User) -> bool:
    """Whether the user holds a role with one of the rights in KEPT that write."""
    held = {membership.role.code for membership in user.memberships if membership.active}
    writing = [_roles_with(label, verb) for label, verb in KEPT if verb == "write"]
    return any(held & set(session.scalars(roles)) for roles in writing)


def _roles_with(label: str, verb: str) -> Select[str]:
    return select(Access.role_code).where(Access.model == label, getattr(Access, verb))


def reset_rights(session: Session, role: str, shipped: Mapping[str, Path]) -> int:
    """Give a role the rights again that its modules ship; the number of lines, the caller commits.

    `shipped` are the modules' `access.csv` by id.
    """
    rows = session.scalars(select(Access).where(Access.role_code == role)).all()
    with shipping(session):
        for row in rows:
            row.changed = False
    for plugin in {row.plugin for row in rows} & shipped.keys():
        if shipped[plugin].exists():
            sync(session, plugin, shipped[plugin])
    return len(rows)
