"""What a citizen learns of a complaint by number and secret: steps in plain words, never a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from core import db
from core.data.scope import ORDINARY
from core.data.search import latin_digits
from core.data.visibility import attached
from core.work.history import IMPORTED
from core.work.moves import TransitionRow
from core.work.notes import PUBLIC, Note
from plugins.complaints import papers, promises
from plugins.complaints.codes import OUTCOMES
from plugins.complaints.models import Complaint
from plugins.complaints.tracking import matches
from plugins.complaints.workflow import COMPLAINT

WORDS: dict[str, Any] = {
    "register": _("We received and registered your complaint."),
    "examine": _("It is being examined."),
    "refer": _("It was sent to the body in charge."),
    "acknowledge": _("The body in charge has received it and is working on it."),
    "reply": _("The body in charge has replied; its reply is being reviewed."),
    "approve": _("The reply was approved. You find it on this page."),
    "close": _("The complaint was closed."),
    IMPORTED: _("Taken over from an earlier register."),
}
"""By action, for every step that the table marks as public."""
_NUMBER = re.compile(r"(\d{4})\D+(\d{1,6})|(\d{5,6})\D+(\d{4})")
NOBODY = ("-" * 32, "0" * 64)
"""Stands in for a complaint that is not there, so that both cases cost the same."""


@dataclass(frozen=True)
class Step:
    """Something that happened, for the citizen; `said` is what was written to them."""

    at: datetime
    title: Any
    said: str = ""


@dataclass(frozen=True)
class Progress:
    """A complaint without anything personal: it is shown to whoever holds the paper.

    `promised_on` is the day first given, pauses included; `due_on` the one that holds now,
    while the answer is still to come.
    """

    number: str
    received_at: datetime
    category: str
    state: Any
    body: str
    outcome: Any
    reply: str
    promised_on: date | None
    due_on: date | None
    steps: list[Step]
    files: list[papers.Paper]


def read_number(typed: str) -> str:
    """The number as we write it, `2026/000123`, from either digit set and order; else what was typed."""
    plain = latin_digits(typed).strip()[:40]
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return plain
    year, n = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f"{year}/{int(n):06d}"


def find(number: str, secret: str) -> int | None:
    """The id of the complaint with this number, if that is its secret; under a scope that sees it."""
    row = db.session.execute(
        select(Complaint.id, Complaint.uuid, Complaint.tracking_hash).where(Complaint.number == number)
    ).first()
    uuid, stored = (row.uuid, row.tracking_hash or NOBODY[1]) if row else NOBODY
    if not matches(uuid, stored, secret) or row is None:
        return None
    return int(row.id)


def of(key: int) -> Progress:
    """What the citizen learns of the complaint with this id; under a scope that sees it."""
    complaint = db.session.get_one(Complaint, key)
    told = complaint.answered_at is not None
    state, days = COMPLAINT.state(complaint.state), promises.dates(complaint)
    hidden = complaint.confidentiality > ORDINARY or complaint.with_body is None
    return Progress(
        number=complaint.number,
        received_at=complaint.received_at,
        category=complaint.category.name,
        state=state,
        body="" if hidden else str(complaint.with_body),
        outcome=OUTCOMES.get(complaint.outcome or "") if told else None,
        reply=(complaint.reply or "") if told else "",
        promised_on=days.promised,
        due_on=days.due if state.open else None,
        steps=_steps(complaint),
        files=papers.of(complaint),
    )


def _steps(complaint: Complaint) -> list[Step]:
    moves = db.session.scalars(attached(TransitionRow, complaint))
    notes = db.session.scalars(attached(Note, complaint))
    steps = [Step(move.at, WORDS[move.action]) for move in moves if move.action in WORDS]
    steps += [Step(note.at, _("Note for you"), note.body) for note in notes if note.visibility == PUBLIC]
    return sorted(steps, key=lambda step: step.at)
