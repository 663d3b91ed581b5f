"""Petitions that move through states, and letters numbered by unit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import Scoped, Searchable, Series, Versioned, db, now
from core.data.sealed import Sealed, SealedRow, index_column, sealed_column


class Petition(SealedRow, Scoped, Searchable, Versioned, db.Model):
    """A petition, one series for the whole governorate by the day it came."""

    __tablename__ = "desk_petition"
    __search__ = ("number", "title")
    __personal__ = ("phone",)
    __number__ = Series("petition", dated="received_at")
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    title: Mapped[str]
    state: Mapped[str | None] = mapped_column(String(20))
    reply: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(default=now)
    phone_sealed: Mapped[bytes | None] = sealed_column()
    phone_index: Mapped[str | None] = index_column()
    phone = Sealed()


class Letter(Scoped, db.Model):
    """A letter, numbered by the unit that wrote it."""

    __tablename__ = "desk_letter"
    __table_args__ = (UniqueConstraint("unit_id", "number"),)
    __number__ = Series("letter", per="unit", format="{unit}-{year}-{n}")
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str]
