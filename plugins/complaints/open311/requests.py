"""The open list of complaints: what everybody may know, and nothing about a person.

Which rows are in it says `Complaint.published`: nothing confidential, no draft, no subject of social
protection, health or integrity. Subject and text are never given, whoever wrote them: people write names
and telephones into them. The place is the village or town, a point is rounded to some hundred metres.
What is called service_request_id is the complaint's random uuid: numbers run in order and stand on receipts,
so whoever has seen somebody's paper would find its subject and place. For the same reason no moment is given
finer than its day, and the requests of one day stand in no order.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, case, func, select

from core import Category, Place, Unit, db, present
from core.data.labels import label
from core.data.visibility import select_published
from core.errors import NotFound
from core.work.moves import TransitionRow
from plugins.complaints.codes import OUTCOMES
from plugins.complaints.models import Complaint
from plugins.complaints.open311.query import CLOSED, OPEN, Query
from plugins.complaints.workflow import COMPLAINT

OPTIONAL = ("agency_responsible", "expected_datetime")
"""What the standard lets out where it is not known; all else is there, and may be empty."""
DECIMALS = 3
"""Of a degree: some 110 m, so that a point shows the street and not the house."""


def list_requests(query: Query) -> list[dict[str, Any]]:
    """The requests of one page, those of the newest day first."""
    rows = _select()
    if query.ids:
        rows = rows.where(Complaint.uuid.in_(query.ids))
    else:
        first, *midnights, end = query.midnights
        rows = rows.where(Complaint.received_at >= first, Complaint.received_at < end)
        days = [(Complaint.received_at < midnight, n) for n, midnight in enumerate(midnights)]
        rows = rows.order_by(case(*days, else_=len(days)).desc()) if days else rows
        if query.codes:
            rows = rows.where(Category.code.in_(query.codes))
        if query.statuses:
            rows = rows.where(Complaint.state.in_(_states(query.statuses)))
    rows = rows.order_by(Complaint.uuid).limit(query.size).offset((query.page - 1) * query.size)
    return _shapes(rows)


def show_request(key: str) -> list[dict[str, Any]]:
    """The request with this id, alone; raises NotFound, alike for a hidden one and for none."""
    found = _shapes(_select().where(Complaint.uuid == key)) if key.isprintable() else []
    if not found:
        raise NotFound(_("There is no request with this service_request_id here."))
    return found


def _select() -> Select[Any]:
    moved = select(func.max(TransitionRow.at)).where(
        TransitionRow.model == label(Complaint), TransitionRow.record_id == Complaint.id
    )
    return (
        select_published(
            Complaint, Complaint.uuid, Complaint.state, Complaint.outcome, Complaint.received_at,
            Complaint.answered_at, Complaint.closed_at, Complaint.latitude, Complaint.longitude,
            Complaint.place_id, Complaint.body_id, Complaint.category_id, Complaint.due_at,
        )
        .add_columns(moved.correlate(Complaint).scalar_subquery().label("moved_at"))
        .join(Category, Complaint.category_id == Category.id)
    )  # fmt: skip


def _states(statuses: tuple[str, ...]) -> list[str]:
    return [state.code for state in COMPLAINT.states if (OPEN if state.open else CLOSED) in statuses]


def _shapes(rows: Select[Any]) -> list[dict[str, Any]]:
    """The rows as the standard names things; names of subjects, places and bodies are read once for all."""
    found = db.session.execute(rows).all()
    categories = _named(Category, {row.category_id for row in found})
    places = _named(Place, {row.place_id for row in found})
    bodies = _named(Unit, {row.body_id for row in found})
    return [_shape(row, categories, places, bodies) for row in found]


def _named(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    wanted = [key for key in ids if key is not None]
    return {one.id: one for one in db.session.scalars(select(model).where(model.id.in_(wanted)))}


def _shape(
    row: Any, categories: dict[Any, Category], places: dict[Any, Place], bodies: dict[Any, Unit]
) -> dict[str, Any]:
    """One request, as the standard names things."""
    category, place, body = categories[row.category_id], places.get(row.place_id), bodies.get(row.body_id)
    settled = not COMPLAINT.state(row.state).open
    updated = (row.closed_at or row.answered_at if settled else None) or row.moved_at or row.received_at
    shape = {
        "service_request_id": row.uuid,
        "status": CLOSED if settled else OPEN,
        "status_notes": str(_notes(row, settled=settled)),
        "service_name": category.name,
        "service_code": category.code,
        "description": None,
        "agency_responsible": body.name if body else None,
        "requested_datetime": _day(row.received_at),
        "updated_datetime": _day(updated),
        "expected_datetime": None if settled or row.due_at is None else _day(row.due_at),
        "address": place.name if place else None,
        "address_id": place.code if place else None,
        "zipcode": None,
        "lat": _coarse(row.latitude),
        "long": _coarse(row.longitude),
        "media_url": None,
    }
    return {key: value for key, value in shape.items() if value is not None or key not in OPTIONAL}


def _notes(row: Any, *, settled: bool) -> Any:
    """What came of it where it is settled, else how it stands; never words that somebody typed."""
    return (OUTCOMES.get(row.outcome) if settled else None) or COMPLAINT.state(row.state).label


def _day(at: datetime) -> str:
    """The midnight that its day began with on the governorate's clock, with the offset."""
    return datetime.combine(present().local(at).date(), time(), present().zone).isoformat()


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)
