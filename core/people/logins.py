"""Sessions on the server: a cookie is good only while its row here is open."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.time import now
from core.data.visibility import Shared
from core.people.users import User

LONGEST = timedelta(hours=12)
"""A shift: after it everybody signs in again."""


class Login(Shared, db.Model):
    """One sign-in. The cookie holds the random number, the row only its hash."""

    __tablename__ = "core_login"
    __table_args__ = (Index(None, "user_id", "ended_at"),)
    __personal__ = ("address", "agent")

    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + LONGEST)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(30))
    address: Mapped[str | None] = mapped_column(String(60))
    agent: Mapped[str | None] = mapped_column(String(200))


def open_login(session: Session, user: User, *, address: str | None = None, agent: str | None = None) -> str:
    """Enter a sign-in and return the random number for its cookie (256 bits); the caller commits."""
    number = secrets.token_urlsafe(32)
    agent = (agent or "")[:200] or None
    session.add(Login(number_hash=_hash(number), user_id=user.id, address=address, agent=agent))
    return number


def find_login(session: Session, number: str) -> User | None:
    """The active user behind an open sign-in, or None; one select."""
    open_now = (Login.number_hash == _hash(number), Login.ended_at.is_(None), Login.expires_at > now())
    return session.scalar(select(User).join(Login, Login.user_id == User.id).where(*open_now, User.active))


def end_login(session: Session, number: str, reason: str) -> None:
    """Close one sign-in; the caller commits."""
    row = session.scalar(select(Login).where(Login.number_hash == _hash(number), Login.ended_at.is_(None)))
    if row is not None:
        row.ended_at, row.ended_by = now(), reason


def end_logins(session: Session, user_id: int, reason: str, *, but: str | None = None) -> int:
    """Close every open sign-in of a user except the one with number `but`; returns how many.

    Called when the password, the roles or the account change. The caller commits.
    """
    kept = _hash(but) if but else None
    rows = session.scalars(select(Login).where(Login.user_id == user_id, Login.ended_at.is_(None)))
    ended = [row for row in rows if row.number_hash != kept]
    for row in ended:
        row.ended_at, row.ended_by = now(), reason
    return len(ended)


def _hash(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
