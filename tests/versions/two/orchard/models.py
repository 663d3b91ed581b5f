"""Palms and their crates: a column more, a column and a table renamed, one state become two."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Json, Scoped, ScopedByParent, db, now


class Palm(Scoped, db.Model):
    """A palm; `state` is sound, ailing or dead; `grade` is A from fifty kilograms of `harvest` on, else B."""

    __tablename__ = "orchard_palm"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    harvest: Mapped[int]
    grade: Mapped[str] = mapped_column(String(1))
    state: Mapped[str] = mapped_column(String(20), default="sound")
    planted_at: Mapped[datetime] = mapped_column(default=now)
    remarks: Mapped[dict] = mapped_column(Json)


class Crate(ScopedByParent, db.Model):
    """What was picked from a palm."""

    __tablename__ = "orchard_crate"
    __parent__ = "palm"
    id: Mapped[int] = mapped_column(primary_key=True)
    palm_id: Mapped[int] = mapped_column(ForeignKey("orchard_palm.id"), index=True)
    text: Mapped[str]
    palm: Mapped[Palm] = relationship()
