"""Papers of units, and their pages."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Scoped, ScopedByParent, db


class Paper(Scoped, db.Model):
    """A paper of a unit."""

    __tablename__ = "careless_paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Page(ScopedByParent, db.Model):
    """A page of a paper."""

    __tablename__ = "careless_page"
    __parent__ = "paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("careless_paper.id"))
    text: Mapped[str]
    paper: Mapped[Paper] = relationship()
