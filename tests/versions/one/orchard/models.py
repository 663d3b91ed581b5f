"""Palms and their baskets, as the first version had them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Json, Scoped, ScopedByParent, db, now


class Palm(Scoped, db.Model):
    """A palm; `state` is sound or ill."""

    __tablename__ = "orchard_palm"
    id: Mapped[int] = mapped_column(primary_key=True)
    species: Mapped[str] = mapped_column(String(40), index=True)
    harvest: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="sound")
    planted_at: Mapped[datetime] = mapped_column(default=now)
    remarks: Mapped[dict] = mapped_column(Json)


class Basket(ScopedByParent, db.Model):
    """What was picked from a palm."""

    __tablename__ = "orchard_basket"
    __parent__ = "palm"
    id: Mapped[int] = mapped_column(primary_key=True)
    palm_id: Mapped[int] = mapped_column(ForeignKey("orchard_palm.id"), index=True)
    text: Mapped[str]
    palm: Mapped[Palm] = relationship()
