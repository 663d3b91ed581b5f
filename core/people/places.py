"""The administrative map: governorate, markaz, city or village unit, village."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.visibility import Shared
from core.people.bilingual import Bilingual
from core.people.tree import Tree


class Place(Tree, Bilingual, Shared, db.Model):
    """A node of the map. `code` is the office's own, kept stable so that files can name the place."""

    __tablename__ = "core_place"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    active: Mapped[bool] = mapped_column(default=True)


def root_place(session: Session, governorate: Any) -> Place:
    """The top of the map; where there is none yet, the governorate itself under its own code."""
    place = session.scalar(select(Place).where(Place.parent_id.is_(None)).order_by(Place.id).limit(1))
    if place is None:
        place = Place(
            code=governorate.code,
            kind="governorate",
            name_ar=f"محافظة {governorate.name_ar}",
            name_en=f"{governorate.name_en} Governorate",
        )
        session.add(place)
        session.flush()
    return place
