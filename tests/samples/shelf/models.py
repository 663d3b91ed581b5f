"""A book: a record of a unit with one column of each kind."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Category, Place, Scoped, Searchable, Versioned, db, now


class Book(Scoped, Searchable, Versioned, db.Model):
    """A book of a unit's library."""

    __tablename__ = "shelf_book"
    __search__ = ("number", "title")
    __table_args__ = (Index(None, "received_at", "id"), Index(None, "bought_on", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20), default="novel")
    copies: Mapped[int] = mapped_column(default=1)
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    bought_on: Mapped[date | None] = mapped_column(Date)
    received_at: Mapped[datetime] = mapped_column(default=now)
    summary: Mapped[str | None] = mapped_column(Text)
    rare: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str | None] = mapped_column(String(20))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("core_category.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("core_place.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("shelf_book.id"))
    category: Mapped[Category | None] = relationship()
    place: Mapped[Place | None] = relationship()
    follows: Mapped[Book | None] = relationship(remote_side="Book.id")
