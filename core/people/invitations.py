"""The first administrator: a one-time link from the command line, good for a day."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.time import now
from core.data.visibility import Shared
from core.errors import NotFound
from core.governorates.present import present
from core.people.accounts import new_user
from core.people.roles import ADMINISTRATOR
from core.people.units import root_unit
from core.people.users import Role, User, add_membership

GOOD_FOR = timedelta(hours=24)


class Invitation(Shared, db.Model):
    """A link that makes one administrator. Only the hash of its token is kept."""

    __tablename__ = "core_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + GOOD_FOR)
    used_at: Mapped[datetime | None]


def issue_first_admin_token(session: Session) -> str:
    """A new token for `/<CODE>/first-admin/<token>`, single use, good for 24 hours; the caller commits.

    Earlier unused ones of this governorate end.
    """
    for earlier in session.scalars(select(Invitation).where(Invitation.used_at.is_(None))):
        earlier.expires_at = min(earlier.expires_at, now())
    token = secrets.token_urlsafe(32)
    session.add(Invitation(token_hash=_hash(token)))
    return token


def check_token(session: Session, token: str) -> None:
    """Raise NotFound unless `token` can still be redeemed; for showing the page."""
    _good(session, token)


def redeem(
    session: Session,
    token: str,
    *,
    username: str,
    password: str,
    name_ar: str,
    name_en: str | None = None,
    email: str | None = None,
) -> User:
    """Make the administrator whom `token` invites, at the top unit; the caller commits.

    Raises NotFound for a wrong, used or old token and Invalid (errors by field) for unusable data;
    after Invalid, roll back: the token stays good.
    """
    _good(session, token).used_at = now()
    user = new_user(
        session,
        username=username,
        password=password,
        name_ar=name_ar,
        name_en=name_en,
        email=email,
        initial=False,
    )
    role = session.scalars(select(Role).where(Role.code == ADMINISTRATOR)).one()
    add_membership(user, root_unit(session, present()), role)
    session.flush()
    return user


def _good(session: Session, token: str) -> Invitation:
    """The invitation, locked: of two who come at once the second finds it used."""
    good = (
        Invitation.token_hash == _hash(token),
        Invitation.used_at.is_(None),
        Invitation.expires_at > now(),
    )
    found = session.scalar(select(Invitation).where(*good).with_for_update())
    if found is None:
        raise NotFound(_SPENT)
    return found


_SPENT = _("This link has been used or is too old. Ask for a new one on the server: diwan user first-admin.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
