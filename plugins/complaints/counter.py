"""The counter: a clerk takes a complaint in, one column, from the identity number to the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from admin import posted
from admin.forms.relations import FIND
from admin.saving import accuse
from core import Invalid, Refused, Scope, db, select_visible
from core.data.scope import scope_in
from core.data.sealed import blind_index
from core.people.identity import Mistyped, parse_national_id
from core.people.limits import hit
from core.people.person import NATIONAL
from core.work import audit
from plugins.complaints import receipts
from plugins.complaints.forms import CounterForm
from plugins.complaints.models import Applicant, Complaint
from plugins.complaints.registration import Draft, TooMany, register

KNOWN = "known"
"""Name of the button that asks who the holder of an identity number is, instead of saving."""
SHOWN = 5
LOOK_UPS, HOUR = 60, 3600
"""A busy window asks once a minute; who asks more often is trying numbers."""


@dataclass(frozen=True)
class Citizen:
    """What the clerk may know of the holder of an identity number: how many complaints, and the latest."""

    count: int
    latest: list[Any]


def take(view: Any) -> ResponseReturnValue:
    """The counter's form; saved, it leads to the receipt."""
    sent = posted(CounterForm)
    form = CounterForm(sent)
    refused: Refused | None = None
    if sent is not None and {FIND, KNOWN}.isdisjoint(sent.keys()) and form.validate():
        try:
            return _register(view, form)
        except Refused as refusal:
            db.session.rollback()
            refused = refusal
    if not form.token.data or refused is not None:
        form.token.data = Draft.new().token()
    citizen: Citizen | None = None
    if sent is not None and KNOWN in sent:
        try:
            citizen = find_citizen(form)
        except Refused as refusal:
            refused = refusal
    if not form.errors and refused is None:
        _focus(form)
    return _page(view, form, citizen, refused)


def _register(view: Any, form: CounterForm) -> ResponseReturnValue:
    complaint = register(form.data, Draft.read(form.token.data or ""))
    db.session.commit()
    receipts.keep(complaint)
    return redirect(view.link("receipt", id=complaint.id))


def _page(
    view: Any, form: CounterForm, citizen: Citizen | None, refused: Refused | None
) -> ResponseReturnValue:
    if isinstance(refused, Invalid):
        accuse(form, refused)
    html = view.show(
        "complaints/counter.html",
        title=view.create_label,
        form=form,
        citizen=citizen,
        asked=KNOWN in request.form,
        sentence=str(refused) if refused else None,
        cancel_url=view.link(),
        crumbs=view.crumbs((view.create_label, None)),
    )
    return html, refused.status if refused else 422 if form.errors else 200


def find_citizen(form: CounterForm) -> Citizen | None:
    """The holder of the identity number typed; fills in name and telephone where nothing was typed yet.

    Only from complaints that the clerk sees by the ordinary rule, never from confidential ones that
    stay open to their author and their body: a citizen known elsewhere counts as new here. Raises
    TooMany; what was found is entered in the audit.
    """
    digits = _digits_typed(form)
    if digits is None:
        return None
    scope = scope_in(db.session())
    if not hit(f"complaints.known:{scope.actor_id}", LOOK_UPS, HOUR):
        raise TooMany(_("Too many look-ups. Please try again in an hour."))
    found = _complaints_of(digits, scope)
    if found.latest:
        audit.record("looked_up", found.latest[0], {"complaints": [one.number for one in found.latest]})
        db.session.commit()
        _fill_in(form, found.latest[0].applicant)
    return found


def _digits_typed(form: CounterForm) -> str | None:
    """The national ID as typed; None, and its fault on the form, where there is none."""
    if form.identity_kind_now() != NATIONAL:
        return None
    try:
        return parse_national_id(form.identity.data or "").digits
    except Mistyped as mistyped:
        form.identity.errors = [*form.identity.errors, mistyped.args[0]]
        return None


def _complaints_of(digits: str, scope: Scope) -> Citizen:
    held = select(Applicant.complaint_id).where(Applicant.identity_index == blind_index("identity", digits))
    mine = Complaint.id.in_(held) & (Complaint.confidentiality <= scope.level)
    count = db.session.scalar(select_visible(Complaint, func.count(Complaint.id)).where(mine)) or 0
    newest = select(Complaint).where(mine).order_by(Complaint.received_at.desc(), Complaint.id.desc())
    return Citizen(count, list(db.session.scalars(newest.limit(SHOWN))))


def _focus(form: CounterForm) -> None:
    """The cursor stands in the first field that is still empty, so that hands stay on the keys."""
    for field in (form.identity, form.name, form.phone, form.category_id):
        if not field.data:
            field.render_kw = (field.render_kw or {}) | {"autofocus": True}
            return


def _fill_in(form: CounterForm, applicant: Applicant | None) -> None:
    """What is known goes where nothing was typed yet."""
    if applicant is None:
        return
    for field, value in (
        (form.name, applicant.name),
        (form.phone, applicant.phone_typed),
        (form.email, applicant.email),
    ):
        if value and not field.data:
            field.data = value
