"""The staff's screens: complaints, and for a body the list of what was referred to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select

from admin import FigurePage, Filter, RecordView, Section, badge, due_cell, expose, is_ahead, ref
from admin.dates import day
from core import Category, Invalid, Refused, Scope, State, db, may, now, present, transition
from core.access import Access
from core.data.scope import CONFIDENTIAL, ORDINARY
from core.work.clocks.listing import in_time, late, stopped_late
from core.work.transition import allowed
from plugins.complaints import competence, counter, identity, receipts
from plugins.complaints.codes import APPLICANTS, CHANNELS, KINDS, OUTCOMES
from plugins.complaints.forms import LIST
from plugins.complaints.models import (
    ACKNOWLEDGED,
    ANSWERED,
    MODEL,
    OVERALL,
    SENT,
    Complaint,
    Referral,
    addressed_here,
)
from plugins.complaints.promises import dates
from plugins.complaints.workflow import COMPLAINT as TABLE
from plugins.complaints.workflow import EXAMINING, RECEIVED, REGISTERED

ACKNOWLEDGE, REFER, REPRINT = "acknowledge", "refer", "reprint"
LOCATION = "location"
FOCAL_POINT = "FOC"
LATE, IN_TIME, TOO_LATE = "late", "in_time", "too_late"
GROUP = _("Complaint desk")
CONFIDENTIAL_SUBJECT = _("Confidential complaint")
WORDS = {
    "applicant_name": _("Applicant"),
    "identity": _("Identity number"),
    "contact_refused": _("Why there is no telephone"),
    "applicant_kind": _("Kind of applicant"),
    "channel": _("Channel"),
    "address": _("Address or landmark"),
    "location": _("Point on the map"),
    "with_body": _("With"),
    "outcome": _("Outcome"),
    "reply": _("Reply to the citizen"),
    "source": _("Source"),
    "source_ref": _("Number at the source"),
    "answered_at": _("Answered on"),
    "notified_at": _("Citizen told"),
    "due_on": _("Answer due on"),
    "due_at": _("Promised to the citizen"),
    "sent_at": _("Sent on"),
    "complaint.number": _("Complaint"),
    "complaint.subject": _("Subject"),
}


OPEN = frozenset(TABLE.open_states)
PROMISE = Filter(
    "promise",
    _("Date of the answer"),
    [(LATE, _("Overdue")), (IN_TIME, _("Still in time")), (TOO_LATE, _("Answered after its date"))],
    lambda value: {
        LATE: lambda: late(Complaint, OVERALL, now()),
        IN_TIME: lambda: in_time(Complaint, OVERALL, now()),
        TOO_LATE: lambda: stopped_late(Complaint, OVERALL),
    }[value](),
)
"""By the clock's row: a list and its count show what a tile counts."""


class ComplaintView(RecordView):
    """The register of complaints."""

    model = Complaint
    title, singular, icon = _("Complaints"), _("Complaint"), "message-report"
    parts = {"complaints.applicant": _("Applicants")}
    menu_group = GROUP
    create_label = _("New complaint")
    public_notes_by = ("OFF", "REV", "DIR")
    attachments = True
    empty = _("Complaints taken in at the counter or sent by citizens appear here.")
    labels = WORDS
    choices = {
        "kind": list(KINDS.items()),
        "channel": list(CHANNELS.items()),
        "applicant_kind": list(APPLICANTS.items()),
        "outcome": list(OUTCOMES.items()),
    }
    list_columns = ("number", "received_at", "due_at", "subject", "category", "state", "with_body")
    list_formatters = {
        "received_at": lambda value, row: day(value),
        "due_at": lambda value, row: due_cell(value, row["state"] in OPEN),
        "subject": lambda value, row: show_subject(value, row),
    }
    list_also = ("confidentiality",)
    sort = "received_at desc"
    filters = (
        "state", PROMISE, "category", "with_body", "unit", "kind", "channel", "place", "outcome",
        "received_at",
    )  # fmt: skip
    relation_criteria = {"category": lambda: Category.list == LIST}
    search_hint = _("Number, subject or text")
    stages = RECEIVED
    form_sections = (
        Section(None, ("category", "place", "address", "kind", "applicant_kind", "channel", "subject")),
    )
    form_needed = ("place", "kind", "applicant_kind", "channel")
    detail_sections = (
        Section(_("Complaint"), ("category", "place", "address", "location", "kind", "channel", "received_at",
                                 "unit", "with_body", "source", "source_ref", "body")),
        Section(_("Applicant"), (*identity.FIELDS, "applicant_kind")),
        Section(_("Answer"), ("outcome", "answered_at", "notified_at", "closed_at", "reply")),
    )  # fmt: skip
    record_template = "complaints/record.html"

    def access_of(self, method: str) -> Access | None:
        """The receipt is for whoever takes complaints in."""
        return Access("right", MODEL, "create") if method == "receipt" else super().access_of(method)

    def may_edit(self, record: Complaint) -> bool:
        """What was entered wrongly is put right before it goes to a body, by who may handle it."""
        return record.state in (REGISTERED, EXAMINING) and record.confidentiality <= g.scope.level

    def before_save(self, record: Complaint, form: Any) -> None:
        """A category that is confidential by default makes the complaint so; nothing takes that back here."""
        if db.session.scalar(select(Category.id).where(Category.parent_id == record.category.id).limit(1)):
            raise Invalid(
                _("Choose one of the list."), {"category": [_("Choose a subject inside this group.")]}
            )
        if record.category.confidential:
            record.confidentiality = CONFIDENTIAL

    def prepare_step(self, record: Complaint, action: str, form: Any) -> None:
        """Referring: the competent body by category and place is proposed, another may be chosen.

        So is the day: the one by which the citizen is to be answered, or today if that is over.
        """
        if action == REFER:
            due = dates(record).due
            if due is not None and form.due_on.data is None and not form.due_on.raw_data:
                form.due_on.data = max(due, present().local(now()).date())
            found = competence.suggest(record)
            if found is not None:
                form.unit_id.suggest(found.units, found.reason, preset=found.sure)

    def opened(self, record: Complaint) -> None:
        """A focal point's first opening of a referral acknowledges it; a fetch ahead is no opening."""
        if is_ahead():
            return
        if FOCAL_POINT in g.scope.roles and ACKNOWLEDGE in {step.action for step in allowed(record)}:
            acknowledge(record)

    def detail_value(self, record: Complaint, name: str) -> Any:
        """Who complains is masked by the rules of `identity`."""
        if name in identity.FIELDS:
            return identity.shown(record, name, g.scope)
        if name == LOCATION:
            return show_location(record)
        return super().detail_value(record, name)

    def detail_extra(self, record: Complaint) -> Any:
        """The bodies it was sent to."""
        html = render_template("complaints/referrals.html", referrals=record.referrals, outcomes=OUTCOMES)
        return Markup(html)  # noqa: S704 - a template's, escaped

    @expose("/new", methods=("GET", "POST"))
    def create_page(self) -> ResponseReturnValue:
        """The counter."""
        return counter.take(self)

    @expose("/<int:id>/receipt")
    def receipt(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Number and secret, once, right after registering or a reprint."""
        record = self.find(id)
        found = receipts.take()
        mine = found if found is not None and found.id == record.id else None
        crumbs = self.crumbs((record.number, self.link("record", id=id)), (_("Receipt"), None))
        return self.show(
            "complaints/receipt.html", title=_("Receipt"), record=record, receipt=mine, crumbs=crumbs
        )

    @expose("/<int:id>/do/<action>", methods=("GET", "POST"))
    def move(self, id: int, action: str) -> ResponseReturnValue:  # noqa: A002
        """A step; a new secret leads to its receipt, for it is shown nowhere else."""
        if action != REPRINT or request.method != "POST":
            return super().move(id=id, action=action)
        record = self.find(id)
        transition(record, REPRINT)
        db.session.commit()
        receipts.keep(record)
        return redirect(self.link("receipt", id=id))


def show_location(record: Complaint) -> Any:
    """The point as text, a link to the maps of whoever reads it (RFC 5870); nothing where none was given."""
    if record.latitude is None or record.longitude is None:
        return None
    point = f"{record.latitude:.5f},{record.longitude:.5f}"
    return Markup('<a href="geo:{}">{}</a>').format(point, ref(point.replace(",", ", ")))


def show_subject(value: Any, row: Mapping[str, Any]) -> Any:
    """Lists keep the subject of a confidential complaint back: opening the record is what is entered."""
    return value if row["confidentiality"] <= ORDINARY else CONFIDENTIAL_SUBJECT


def acknowledge(complaint: Complaint) -> None:
    """The one write of a GET: the body has opened what was referred to it. Done once; a race is no fault."""
    session = db.session()
    session.commit()  # ends the reading: on SQLite an old snapshot could not be written from
    session.info["write"] = True
    try:
        transition(complaint, ACKNOWLEDGE)
        session.commit()
    except Refused:
        session.rollback()
    finally:
        session.info["write"] = False


REFERRAL_STATES = {
    state.code: state
    for state in (
        State(SENT, _("Sent"), colour="indigo"),
        State(ACKNOWLEDGED, _("Received"), colour="purple"),
        State(ANSWERED, _("Replied"), open=False, colour="teal"),
    )
}


def _referrals_of(scope: Scope | None) -> str:
    """What the list is called for this person: it holds their own bodies' referrals, or every body's.

    For who may not open it, an administrator of rights, just what it is.
    """
    if scope is None or not may("read", "complaints.referral", scope):
        return str(_("Referrals"))
    return str(_("Referrals to my body") if addressed_here(scope) else _("Referrals to all bodies"))


class ReferralView(RecordView):
    """What was referred to the actor's body; who sees the whole governorate sees every body's."""

    model = Referral
    title, singular, icon = LazyString(lambda: _referrals_of(g.get("scope"))), _("Referral"), "inbox"
    menu_group = GROUP
    empty = _("Complaints that are referred to your body appear here.")
    labels = WORDS
    choices = {
        "state": [(code, state.label) for code, state in REFERRAL_STATES.items()],
        "outcome": list(OUTCOMES.items()),
    }
    list_columns = ("number", "complaint.number", "complaint.subject", "unit", "sent_at", "due_on", "state")
    list_formatters = {
        "complaint.subject": lambda value, row: show_subject(value, row),
        "sent_at": lambda value, row: day(value),
        "state": lambda value, row: badge(REFERRAL_STATES[value]),
    }
    list_also = ("confidentiality",)
    wide_columns = ("complaint.subject",)
    sort = "sent_at desc"
    filters = ("state", "unit", "due_on")
    create = edit = notes = search = False

    def list_where(self) -> list[Any]:
        """Only those addressed to one's own units."""
        return addressed_here(g.scope)

    @expose("/<int:id>")
    def record(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """The complaint itself: it is what the body works on."""
        return redirect(url_for("complaints_complaint.record", id=self.find(id).complaint_id))


class ComplaintFigures(FigurePage):
    """How the desk does: each reader sees the part that is theirs."""

    name, title = "figures", _("Figures of complaints")
    menu_group = GROUP
    reads = MODEL
    figures = ("complaints.cohort", "complaints.flow", "complaints.removed", "complaints.told")
