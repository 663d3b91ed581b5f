"""A record of a unit, and a row that is seen as its record is."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Scoped, ScopedByParent, Searchable, Unit, Versioned, db


class Case(Scoped, Searchable, Versioned, db.Model):
    """A case of a unit."""

    __tablename__ = "ledger_case"
    __search__ = ("title",)
    __personal__ = ("owner",)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner: Mapped[str | None]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("core_place.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_case.id"))
    unit: Mapped[Unit] = relationship()
    lines: Mapped[list[Line]] = relationship(back_populates="case")


class Line(ScopedByParent, db.Model):
    """A line of a case."""

    __tablename__ = "ledger_line"
    __parent__ = "case"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("ledger_case.id"))
    text: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="lines")
