"""Registers of earlier systems: one row, one complaint with its past. Understands Open311 headings too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import Category, Invalid, Place, present
from core.data.scope import CONFIDENTIAL, ORDINARY
from core.data.search import fold
from core.exchange import Column, ImportSpec, Row, choice, digits, past
from core.people.bilingual import LONGEST_NAME
from core.people.identity import Mistyped
from core.people.units import root_unit
from core.work.history import History
from plugins.complaints.codes import CHANNELS, COLLECTIVE, INDIVIDUAL, KINDS, OUTCOMES, REMOVED
from plugins.complaints.forms import LIST
from plugins.complaints.models import LONGEST_BODY, LONGEST_SUBJECT, MODEL, Applicant, Complaint
from plugins.complaints.workflow import ANSWERED, CLOSED, DRAFT, EXAMINING, REGISTERED  # fmt: skip
from plugins.complaints.workflow import COMPLAINT as TABLE

STATES = {state.code: state.code for state in TABLE.states if state.code != DRAFT} | {
    "open": REGISTERED, "مفتوحة": REGISTERED, "مقيدة": REGISTERED,
    "closed": CLOSED, "مغلقة": CLOSED, "منفذة": CLOSED, "تم التنفيذ": CLOSED, "تم الرد": ANSWERED,
}  # fmt: skip
LABELS = {state.code: state.label for state in TABLE.states if state.code != DRAFT}
SETTLED = (ANSWERED, CLOSED)
STANDING = (REGISTERED, EXAMINING, *SETTLED)
"""States that a complaint can go on from. One that was with a body there has no referral here: it is
examined anew, with what the register said in its history."""
COLUMNS = (
    Column("source", required=True, default="register", headings=("المصدر",), longest=40),
    Column("source_ref", headings=("service_request_id", "token", "رقم الشكوى", "الرقم"), longest=80),
    Column("received_at", required=True, parse=past,
           headings=("requested_datetime", "تاريخ الورود", "التاريخ")),
    Column("kind", parse=choice({k: k for k in KINDS} | {"فردية": INDIVIDUAL, "جماعية": COLLECTIVE}, KINDS),
           headings=("نوع الشكوى",)),
    Column("category", headings=("service_code", "التصنيف"), longest=LONGEST_NAME),
    Column("category_name", headings=("service_name", "اسم التصنيف"), longest=LONGEST_NAME),
    Column("place", headings=("المكان", "المركز", "القرية"), longest=LONGEST_NAME),
    Column("address", headings=("العنوان",), longest=300),
    Column("subject", headings=("الموضوع",), longest=LONGEST_SUBJECT),
    Column("body", headings=("description", "نص الشكوى"), longest=LONGEST_BODY),
    Column("status", parse=choice(STATES, LABELS), default=REGISTERED, headings=("الحالة",)),
    Column("outcome", parse=choice({code: code for code in OUTCOMES} | {"أزيل سبب الشكوى": REMOVED},
           OUTCOMES), headings=("النتيجة",)),
    Column("reply", headings=("status_notes", "الرد"), longest=LONGEST_BODY),
    Column("closed_at", parse=past, headings=("updated_datetime", "تاريخ الإغلاق")),
    Column("channel", parse=choice({code: code for code in CHANNELS}, CHANNELS), default="upstream",
           headings=("القناة",)),
    Column("applicant_name", headings=("الاسم", "مقدم الشكوى"), longest=LONGEST_NAME),
    Column("phone", parse=digits, headings=("الهاتف", "المحمول"), longest=40),
    Column("national_id", parse=digits, headings=("الرقم القومي",), longest=60),
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """Reference data of the governorate: categories (id, confidential) and places by folded code or name."""

    unit_id: int
    region: str
    categories: dict[str, tuple[int, bool]]
    places: dict[str, int]


def prepare(session: Session) -> Known:
    """Looked up once for all rows; where two have one name, the first in the tree stands."""
    categories: dict[str, tuple[int, bool]] = {}
    places: dict[str, int] = {}
    for category in session.scalars(select(Category).where(Category.list == LIST).order_by(Category.path)):
        for name in (category.code, category.name_ar, category.name_en):
            categories.setdefault(fold(name or ""), (category.id, category.confidential))
    for place in session.scalars(select(Place).order_by(Place.path)):
        for name in (place.code, place.name_ar, place.name_en):
            places.setdefault(fold(name or ""), place.id)
    return Known(root_unit(session, present()).id, present().phone_region, categories, places)


def build(row: Row, known: Known) -> tuple[Complaint, History]:
    """The complaint of one row in the state it had; raises Invalid for what is not known here."""
    category_id, confidential = _category(row, known)
    settled = row["status"] in SETTLED
    if row["closed_at"] and _day_of(row["closed_at"]) < _day_of(row["received_at"]):
        raise Invalid(_("The row has faults."), {"closed_at": [_("is before the complaint was received")]})
    dates = {"received_at": row["received_at"], "closed_at": row["closed_at"] if settled else None}
    subject = row["subject"] or _first_line(row["body"]) or row["category_name"] or row["category"]
    complaint = Complaint(
        unit_id=known.unit_id,
        confidentiality=CONFIDENTIAL if confidential else ORDINARY,
        category_id=category_id,
        place_id=_place(row, known),
        subject=subject[:LONGEST_SUBJECT],
        body=row["body"] or subject,
        outcome=row["outcome"] or None,
        reply=(row["reply"] or None) if settled else None,
        answered_at=dates["closed_at"],
        closed_at=dates["closed_at"] if row["status"] == CLOSED else None,
        received_at=row["received_at"],
        applicants=_applicants(row, known),
        **{name: row[name] or None for name in ("source", "source_ref", "kind", "channel", "address")},
    )
    source, state = f"{row['source']} ({row.file}, {row.line})", row["status"]
    if state not in STANDING:
        source, state = f"{source}: {TABLE.state(state).label}", EXAMINING
    return complaint, History(state, source, dates, row["outcome"] or None)


def _day_of(moment: datetime) -> date:
    """Days are compared: a register often has the hour of one date and not of the other."""
    return present().local(moment).date()


def _category(row: Row, known: Known) -> tuple[int, bool]:
    for name in (row["category"], row["category_name"]):
        if name and fold(name) in known.categories:
            return known.categories[fold(name)]
    name = row["category"] or row["category_name"]
    sentence = _("there is no category “%(name)s” here", name=name) if name else _("is missing")
    raise Invalid(_("The row has faults."), {"category": [sentence]})


def _place(row: Row, known: Known) -> int | None:
    if row["place"] and fold(row["place"]) not in known.places:
        sentence = _("there is no place “%(name)s” here", name=row["place"])
        raise Invalid(_("The row has faults."), {"place": [sentence]})
    return known.places[fold(row["place"])] if row["place"] else None


def _applicants(row: Row, known: Known) -> list[Applicant]:
    """Who complained, where the register says; a number that cannot be is refused, not stored."""
    if not any(row[name] for name in ("applicant_name", "phone", "national_id")):
        return []
    applicant = Applicant(name=row["applicant_name"] or "-")
    for name, put in (
        ("national_id", applicant.set_identity),
        ("phone", lambda typed: applicant.set_phone(typed, known.region)),
    ):
        try:
            put(row[name])
        except Mistyped as mistyped:
            raise Invalid(_("The row has faults."), {name: [mistyped.args[0]]}) from None
    return [applicant]


def _first_line(body: str) -> str:
    return body.strip().partition("\n")[0]


COMPLAINT: Any = ImportSpec(MODEL, COLUMNS, build, prepare)
