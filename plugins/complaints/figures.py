"""What the complaint desk is held to, by the definitions of the domain reference (4.3).

`R` received in the period, `ended` answered or closed by the cut-off. Percentages as the press prints them
did not reproduce (4.1): here each is named, with both counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from core import Category, FigureSource, Period, db, select_visible
from plugins.complaints.codes import REMOVED
from plugins.complaints.forms import LIST
from plugins.complaints.models import MODEL, Complaint
from plugins.complaints.workflow import ANSWERED, CLOSED, DRAFT

YES, NO = literal(1), literal(0)


def ended(period: Period) -> ColumnElement[bool]:
    """Answered by the cut-off; a register's closed complaint without a date counts as ended long ago."""
    settled = Complaint.state.in_((ANSWERED, CLOSED))
    return and_(settled, or_(Complaint.answered_at.is_(None), period.known(Complaint.answered_at)))


def facts(date: Any, **counted: Any) -> Select[Any]:
    """One row for each complaint that the reader sees, with the columns of the contract.

    `counted` are those of the figure's kind. The unit is the body that it is with, else the desk that has
    it; the class is its subject.
    """
    return select_visible(
        Complaint,
        literal(MODEL).label("record_type"),
        Complaint.id.label("record_id"),
        Complaint.number.label("record_ref"),
        func.coalesce(Complaint.body_id, Complaint.unit_id).label("org_unit_id"),
        date.label("event_date"),
        Category.code.label("stratum"),
        Complaint.confidentiality.label("confidentiality"),
        *(column.label(name) for name, column in counted.items()),
    ).join(Category, Category.id == Complaint.category_id)


def received(period: Period, **counted: Any) -> Select[Any]:
    """The complaints received in the period."""
    return facts(Complaint.received_at, **counted).where(
        period.covers(Complaint.received_at), Complaint.state != DRAFT
    )


def of_cohort(period: Period) -> Select[Any]:
    """K1: those of the received that have ended; K1c, as the press words it, is the same as yet."""
    return received(period, numerator=case((ended(period), 1), else_=0), denominator=YES)


def of_flow(period: Period) -> list[Select[Any]]:
    """K1b: what ended in the period, whenever received, against what was received in it."""
    gone = facts(Complaint.answered_at, numerator=YES, denominator=NO).where(
        period.covers(Complaint.answered_at), Complaint.state.in_((ANSWERED, CLOSED))
    )
    return [gone, received(period, numerator=NO, denominator=YES)]


def of_removal(period: Period) -> Select[Any]:
    """K1d: those of the received whose cause was removed."""
    removed = and_(ended(period), Complaint.outcome == REMOVED)
    return received(period, numerator=case((removed, 1), else_=0), denominator=YES)


def of_answer_time(period: Period) -> Select[Any]:
    """K4: from receipt to the proven notification, in calendar days.

    The reference has working days; clocks keep what was consumed in no column, so that SQL cannot sum it.
    """
    return received(
        period,
        value=period.elapsed(Complaint.received_at, Complaint.notified_at, Complaint.closed_at),
        censored=case((period.known(Complaint.notified_at), 0), else_=1),
    )


def subjects() -> Mapping[str, str]:
    """Words for the classes."""
    listed = select(Category).where(Category.list == LIST)
    return {category.code: category.name for category in db.session.scalars(listed)}


_SAME: dict[str, Any] = {
    "reads": MODEL,
    "denominator": _("Complaints received"),
    "unit_label": _("Body, or the desk where it is with none"),
    "stratum_label": _("Subject"),
    "strata": subjects,
}

SOURCES = (
    FigureSource(
        key="complaints.cohort",
        label=_("Completion of the period's complaints (cohort)"),
        select=of_cohort,
        numerator=_("Answered or closed"),
        counts=_(
            "Of the complaints received in the period, those answered or closed by the cut-off, whatever the"
            " outcome. This is the honest rate: what is still open stays in the count."
        ),
        leaves_out=_("Complaints received before the period, also where they were answered in it; drafts."),
        **_SAME,
    ),
    FigureSource(
        key="complaints.flow",
        label=_("Completion against intake (flow)"),
        select=of_flow,
        kind="flow",
        numerator=_("Ended in the period"),
        counts=_(
            "Complaints that were answered in the period, whenever they were received, set against those"
            " received in it. It shows whether the backlog shrinks, and may exceed one hundred per cent."
        ),
        leaves_out=_("Drafts; complaints of earlier registers that are closed without a date."),
        **_SAME,
    ),
    FigureSource(
        key="complaints.removed",
        label=_("Cause of the complaint removed"),
        select=of_removal,
        numerator=_("Cause removed"),
        counts=_(
            "Of the complaints received in the period, those that ended by the cut-off because the cause was"
            " removed."
        ),
        leaves_out=_(
            "Answers that only inform, refuse, plan or send on: they end a complaint, not its cause."
        ),
        **_SAME,
    ),
    FigureSource(
        key="complaints.told",
        label=_("Time to the final answer, in calendar days"),
        select=of_answer_time,
        kind="duration",
        numerator=_("Told of the answer"),
        rest=_("Not told"),
        counts=_(
            "For the complaints received in the period, the days from receipt to the proof that the answer"
            " reached the citizen, days of rest included. One that waits still counts as long as it has"
            " waited by the cut-off; one that was closed without such proof, up to its closing."
        ),
        leaves_out=_("Complaints received before the period, also where they were answered in it; drafts."),
        **_SAME,
    ),
)
