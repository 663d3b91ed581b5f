"""What must follow when people, units or rights change, whoever changes them.

A listener on every session, so that a screen, an import and a command cannot forget it: other
processes learn of the change, open sign-ins of the person end, administrators' decisions are marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from core.data.session import GovernorateSession
from core.people.access import Access
from core.people.generation import renew
from core.people.logins import end_logins
from core.people.units import Unit, UnitArea
from core.people.users import Membership, Role, User

FOLLOWED = (User, Role, Membership, Unit, UnitArea, Access)


@event.listens_for(GovernorateSession, "before_flush")
def follow(session: Session, context: Any, instances: Any) -> None:
    """Run once per flush, inside the change's own transaction."""
    changed = [row for row in _changed(session) if isinstance(row, FOLLOWED)]
    if not changed:
        return
    with session.no_autoflush:
        renew(session)
        for user_id, reason in {(user_id, why) for row in changed for user_id, why in _ended(session, row)}:
            end_logins(session, user_id, reason)
    if not session.info.get("shipping"):
        for row in changed:
            if isinstance(row, Access | Role) and row not in session.new:
                row.changed = True


def _changed(session: Session) -> Iterator[Any]:
    yield from session.new
    yield from session.deleted
    yield from (row for row in session.dirty if session.is_modified(row))


def _ended(session: Session, row: Any) -> Iterator[tuple[int, str]]:
    """(user id, reason) of those who must sign in again because of `row`."""
    user = row.user if isinstance(row, Membership) else row
    if (
        not isinstance(user, User)
        or inspect(user).transient
        or user in session.new
        or user in session.deleted
    ):
        return  # new here, or gone with all their rows
    if isinstance(row, Membership):
        yield user.id, "role"
        return
    state = inspect(user).attrs
    if state.fs_uniquifier.history.has_changes() or state.password.history.has_changes():
        yield user.id, "password"
    if not user.active:
        yield user.id, "account"
