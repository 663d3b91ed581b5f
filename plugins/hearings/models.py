"""The register of hearing days."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Place, Scoped, Searchable, Series, Unit, Versioned, db

LEVELS = [("governorate", _("Governorate")), ("directorate", _("Directorate")), ("markaz", _("Markaz"))]


class Hearing(Scoped, Searchable, Versioned, db.Model):
    """A day on which an official hears citizens one by one. Names of citizens have no place in it.

    `heard_by` is the post that listens ("محافظ قنا"); `citizens` were counted on the day itself.
    """

    __tablename__ = "hearings_hearing"
    __number__ = Series("hearing", per="unit", dated="held_on", format="{unit}/{year}/{n:03d}")
    __search__ = ("number", "heard_by", "summary")
    __table_args__ = (Index(None, "held_on", "id"), Index(None, "unit_id", "held_on", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(80), unique=True)
    held_on: Mapped[date]
    level: Mapped[str] = mapped_column(String(20))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("core_place.id"))
    heard_by: Mapped[str] = mapped_column(String(200))
    citizens: Mapped[int | None]
    summary: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))

    place: Mapped[Place | None] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="Hearing.unit_id")
