"""What each role does first: its queue, and figures that open the list behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from admin import Task, backlog, tile
from core import Scope, may, now, present
from plugins.complaints.models import ACKNOWLEDGED, ANSWERING, MODEL, SENT, WAITING
from plugins.complaints.views import LATE as LATE_ONES
from plugins.complaints.views import ComplaintView, ReferralView
from plugins.complaints.workflow import COMPLAINT as TABLE
from plugins.complaints.workflow import EXAMINING, IN_ACTION, REFERRED, REGISTERED, REPLY_REVIEW

CLERK, DIRECTOR = "CLK", "DIR"
DESK = frozenset({"EXM", "OFF"})
REVIEW = frozenset({"REV", "DIR"})
BODY = frozenset(ANSWERING)
OPEN = ",".join(TABLE.open_states)
FIGURES = frozenset({"OFF", DIRECTOR, "HED", "LOC"})
"""Roles that answer for how it goes."""
LATE = frozenset({"OFF", DIRECTOR, *ANSWERING})
"""Roles that must know of an answer that is late."""


def tiles(scope: Scope) -> list[Any]:
    """What waits for this person's roles; for who only reads, how many are open."""
    if not may("read", MODEL, scope):
        return []
    roles = scope.roles
    found = [
        *(_of_counter() if may("create", MODEL, scope) else ()),
        *(_of_clerk() if CLERK in roles else ()),
        *(_of_desk() if roles & DESK else ()),
        *(_of_body() if roles & BODY else ()),
        *(_late() if roles & LATE else ()),
        *(_of_review() if roles & REVIEW else ()),
        *(_of_director() if DIRECTOR in roles else _with_bodies() if roles & (DESK | REVIEW) else ()),
    ]
    found = [one for one in found if one]
    figures = _figures() if roles & FIGURES or not found else ()
    return [*(found or [tile(ComplaintView, _("Open complaints"), state=OPEN)]), *figures]


def _figures() -> Iterator[Any]:
    yield Task(_("Figures of complaints"), url_for("complaints_figures.index"), "chart-bar")


def _of_counter() -> Iterator[Any]:
    today = present().local(now()).date().isoformat()
    yield Task(_("New complaint"), url_for("complaints_complaint.create"))
    yield tile(ComplaintView, _("Received today"), received_at_from=today, received_at_to=today)


def _of_clerk() -> Iterator[Any]:
    yield tile(ComplaintView, _("Waiting for examination"), state=REGISTERED)
    yield tile(ComplaintView, _("Open complaints"), state=OPEN)
    columns = ("number", "received_at", "subject", "place", "state")
    yield backlog(ComplaintView, _("Latest open complaints"), columns, state=OPEN)


def _of_desk() -> Iterator[Any]:
    yield tile(ComplaintView, _("To examine"), state=REGISTERED)
    yield tile(ComplaintView, _("To refer"), state=EXAMINING)
    columns = ("number", "received_at", "subject", "category", "place")
    yield backlog(
        ComplaintView, _("To examine, the oldest first"), columns, state=REGISTERED, sort="received_at"
    )


def _of_body() -> Iterator[Any]:
    """Counted as the list counts: what is addressed to the person's own units and not answered."""
    waiting = ",".join(WAITING)
    yield tile(ReferralView, _("Waiting at my body"), state=waiting)
    yield tile(ReferralView, _("To acknowledge"), state=SENT)
    yield tile(ReferralView, _("To answer"), state=ACKNOWLEDGED)
    columns = ("number", "complaint.subject", "sent_at", "due_on", "state")
    yield backlog(
        ReferralView, _("Waiting at my body, the oldest first"), columns, state=waiting, sort="sent_at"
    )


def _of_review() -> Iterator[Any]:
    yield tile(ComplaintView, _("Replies to review"), state=REPLY_REVIEW)
    columns = ("number", "received_at", "subject", "category", "with_body")
    yield backlog(
        ComplaintView,
        _("Replies to review, the oldest first"),
        columns,
        state=REPLY_REVIEW,
        sort="received_at",
    )


def _with_bodies() -> Iterator[Any]:
    yield tile(ComplaintView, _("With bodies"), state=f"{REFERRED},{IN_ACTION}")


def _of_director() -> Iterator[Any]:
    for code in TABLE.open_states:
        if code not in (TABLE.initial, REPLY_REVIEW):  # which has its own, as a queue
            yield tile(ComplaintView, TABLE.state(code).label, state=code)
    columns = ("number", "received_at", "subject", "state", "with_body")
    yield backlog(ComplaintView, _("Unanswered, the oldest first"), columns, state=OPEN, sort="received_at")


def _late() -> Iterator[Any]:
    yesterday = (present().local(now()).date() - timedelta(days=1)).isoformat()
    yield tile(ComplaintView, _("Late for the citizen"), "danger", promise=LATE_ONES)
    yield tile(
        ReferralView, _("Late: the answer was due"), "danger", state=",".join(WAITING), due_on_to=yesterday
    )
