"""Staff: users, what they are (role) and where (membership of a unit), and posts."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from uuid import uuid4

from flask_security import UserMixin
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.data.base import db
from core.data.search import latin_digits
from core.data.time import now
from core.data.visibility import Shared
from core.people.bilingual import Bilingual
from core.people.units import Unit

INITIAL_GOOD_FOR = timedelta(days=7)
"""How long one can sign in with a password that somebody else made (OWASP ASVS 5.0, 6.4.1)."""
REACHES = ("none", "unit", "subtree", "area", "all")
"""What a role sees from its unit: no record; the unit's; also those below; also those whose place
the unit serves; the whole governorate's."""


def login_name(text: str) -> str:
    """A user name or e-mail address as it is stored and compared: no capitals, Latin digits."""
    folded = unicodedata.normalize("NFKC", latin_digits(text)).casefold()
    return "".join(sign for sign in folded if sign.isprintable()).strip()


class User(UserMixin, Bilingual, Shared, db.Model):
    """A member of staff, or a machine that acts for one.

    `fs_uniquifier` names the person in cookies; a new one ends every session. `demo` marks the
    invented users, whose published passwords work in demonstration data only. `initial_password_at`:
    when somebody else made the present one, and knows it; None for their own.
    """

    __tablename__ = "core_user"
    __personal__ = ("email", "name_ar", "name_en", "password")

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    email: Mapped[str | None] = mapped_column(String(255), unique=True)  # type: ignore[assignment]
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    initial_password_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    language: Mapped[str | None] = mapped_column(String(2))
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="Membership.id"
    )

    @property
    def must_choose_password(self) -> bool:
        """Whether nothing is open to them before they chose a password; the demo's is everybody's."""
        return self.initial_password_at is not None and not self.demo

    @property
    def initial_password_ended(self) -> bool:
        """Whether they let the password that somebody else made lie for too long."""
        made = self.initial_password_at
        return made is not None and not self.demo and now() >= made + INITIAL_GOOD_FOR

    @validates("username", "email")
    def _fold(self, key: str, value: str | None) -> str | None:
        """One spelling for each account, so that uniqueness means what people think it means."""
        return login_name(value) or None if value else None


class Role(Bilingual, Shared, db.Model):
    """What somebody may be in a unit. `changed` keeps an administrator's changes over upgrades."""

    __tablename__ = "core_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    plugin: Mapped[str] = mapped_column(String(40), default="core")
    reach: Mapped[str] = mapped_column(String(10), default="unit")
    confidential: Mapped[bool] = mapped_column(default=False)
    changed: Mapped[bool] = mapped_column(default=False)

    @validates("reach")
    def _known(self, key: str, value: str) -> str:
        """Raises ValueError for a reach nobody has defined."""
        if value not in REACHES:
            raise ValueError(f"{value!r} is not a reach: use one of {', '.join(REACHES)}")
        return value


class Post(Shared, db.Model):
    """A named position in a unit; an office that does not use posts leaves it empty everywhere."""

    __tablename__ = "core_post"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id"), index=True)
    title_ar: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    unit: Mapped[Unit] = relationship()


class Membership(Shared, db.Model):
    """A user's role in a unit, and the post they hold there if the office uses posts."""

    __tablename__ = "core_membership"
    __table_args__ = (UniqueConstraint("user_id", "unit_id", "role_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("core_role.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("core_post.id"))
    active: Mapped[bool] = mapped_column(default=True)
    user: Mapped[User] = relationship(back_populates="memberships")
    unit: Mapped[Unit] = relationship()
    role: Mapped[Role] = relationship()
    post: Mapped[Post | None] = relationship()


def add_membership(user: User, unit: Unit, role: Role) -> Membership:
    """Give `user` the role in the unit, reviving an ended membership; the caller commits."""
    for known in user.memberships:
        if known.unit is unit and known.role is role:
            known.active = True
            return known
    made = Membership(unit=unit, role=role)
    user.memberships.append(made)
    return made
