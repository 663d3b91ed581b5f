"""The organisation tree of one governorate: diwan, directorates, marakiz, village units, bodies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from core.data.base import db
from core.data.visibility import Shared
from core.people.bilingual import Bilingual
from core.people.places import Place
from core.people.tree import Tree

KINDS = (
    "diwan", "directorate", "markaz", "district", "village_unit", "executive_office", "service_centre",
    "department", "company",
)  # fmt: skip


class UnitArea(Shared, db.Model):
    """A place that a unit serves, also one outside its own branch (a water company's region)."""

    __tablename__ = "core_unit_area"

    unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id", ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("core_place.id"), primary_key=True, index=True)


class Unit(Tree, Bilingual, Shared, db.Model):
    """A node of the tree. `category_body` is the code by which categories name the competent body."""

    __tablename__ = "core_unit"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    category_body: Mapped[str | None] = mapped_column(String(20), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    areas: Mapped[list[Place]] = relationship(secondary="core_unit_area", order_by=Place.path)


def root_unit(session: Session, governorate: Any) -> Unit:
    """The top of the tree; where there is none yet, a general diwan named after the governorate."""
    unit = session.scalar(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1))
    if unit is None:
        unit = Unit(
            code="DIWAN",
            kind="diwan",
            name_ar=f"ديوان عام محافظة {governorate.name_ar}",
            name_en=f"{governorate.name_en} General Diwan",
        )
        session.add(unit)
        session.flush()
    return unit


def competent_units(session: Session, body: str, place: Place | None = None) -> dict[Unit, bool]:
    """Active units that answer for the body code `body`, and whether they serve `place`; those first.

    Serving a place means that a service area is the place itself or one above it.
    """
    above = place.ancestor_ids if place is not None else ()
    serves = exists().where(UnitArea.unit_id == Unit.id, UnitArea.place_id.in_(above))
    known = select(Unit, serves).where(Unit.category_body == body, Unit.active).order_by(Unit.path)
    rows = session.execute(known).all()
    return {unit: bool(serving) for unit, serving in sorted(rows, key=lambda row: not row[1])}
