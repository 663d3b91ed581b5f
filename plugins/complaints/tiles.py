"""What waits for whom, on the first page: a number that opens the list behind it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func

from admin import Tile
from core import Scope, db, may, select_visible
from plugins.complaints.models import ANSWERING, WAITING, Complaint, Referral, addressed_here
from plugins.complaints.workflow import COMPLAINT as TABLE
from plugins.complaints.workflow import EXAMINING, IN_ACTION, REFERRED, REGISTERED, REPLY_REVIEW

COMPLAINTS = "complaints.complaint"
DESK = frozenset({"EXM", "OFF"})
REVIEW = frozenset({"REV", "DIR"})
BODY = frozenset(ANSWERING)


def tiles(scope: Scope) -> list[Tile]:
    """The queues of this person's roles; for who only reads, how many are open."""
    if not may("read", COMPLAINTS, scope):
        return []
    found: list[Tile] = []
    if scope.roles & DESK:
        found += [_in_state(_("To examine"), REGISTERED), _in_state(_("To refer"), EXAMINING)]
    if scope.roles & BODY:
        found.append(_at_my_body(scope))
    if scope.roles & REVIEW:
        found.append(_in_state(_("Replies to review"), REPLY_REVIEW))
    if scope.roles & (DESK | REVIEW):
        found.append(_in_state(_("With bodies"), REFERRED, IN_ACTION))
    return found or [_in_state(_("Open complaints"), *TABLE.open_states)]


def _in_state(title: Any, *states: str) -> Tile:
    counted = select_visible(Complaint, func.count(Complaint.id)).where(Complaint.state.in_(states))
    url = url_for("complaints_complaint.index", state=",".join(states))
    return Tile(title, db.session.scalar(counted) or 0, url)


def _at_my_body(scope: Scope) -> Tile:
    """Counted as the list counts: what is addressed to the person's own units and not answered."""
    counted = select_visible(Referral, func.count(Referral.id)).where(
        Referral.state.in_(WAITING), *addressed_here(scope)
    )
    url = url_for("complaints_referral.index", state=",".join(WAITING))
    return Tile(_("Waiting at my body"), db.session.scalar(counted) or 0, url)
