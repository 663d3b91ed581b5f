"""What the steps of a complaint ask (guards) and do (effects); the workflow engine calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from core import Context, Invalid, NotAllowed, NotPossible, Unit, db, pure
from core.data.visibility import level_on
from core.messages.outbox import withdraw_secrets
from plugins.complaints import letters
from plugins.complaints.models import Complaint, Referral, addressed_to
from plugins.complaints.tracking import hash_secret, new_secret

Data = Mapping[str, Any]
NEEDED = ("subject", "body", "category_id", "place_id")


def is_complete(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: a complaint has subject, text, category, place and an applicant who can be told."""
    missing: dict[str, list[Any]] = {
        name: [_("This is needed.")] for name in NEEDED if not getattr(complaint, name)
    }
    applicant = complaint.applicant
    if applicant is None or not applicant.name.strip():
        missing["name"] = [_("This is needed.")]
    elif not (applicant.phone or applicant.email or applicant.contact_refused):
        missing["phone"] = [_("Give a telephone or an e-mail address, or say why there is none.")]
    if missing:
        raise Invalid(_("Something is missing."), missing)


@pure
def is_cleared_for(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: a confidential complaint is handled by the two roles alone that may see identities."""
    if complaint.confidentiality > level_on(complaint, context.scope):
        raise NotAllowed(
            _("This complaint is confidential: only the complaints officer or the director goes on.")
        )


@pure
def is_with_actor(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: only the body to which it was referred acts on it."""
    if _open_referral(complaint, context) is None:
        raise NotAllowed(_("This complaint was referred to another body."))


def can_answer(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: it goes to a body that is in service."""
    unit = db.session.get(Unit, data["unit_id"])
    if unit is None or not unit.active:
        raise Invalid(_("Something is missing."), {"unit_id": [_("This body is not in service any more.")]})


@pure
def is_citizen_told(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: closing needs the proof that the answer left, wherever there is an address to send it to."""
    if complaint.notified_at is None and letters.addresses(complaint.applicant):
        raise NotPossible(_("The citizen has not been told yet: the message waits to be sent."))


@pure
def is_untold(complaint: Complaint, data: Data, context: Context) -> None:
    """Guard: no message told the citizen and none will: it failed, or none was ever queued."""
    if complaint.notified_at is not None:
        raise NotPossible(_("The citizen has been told already."))
    if letters.is_on_its_way(complaint):
        raise NotPossible(_("The citizen has not been told yet: the message waits to be sent."))


def tell_otherwise(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: staff told the citizen themselves; how is kept with the step."""
    complaint.notified_at = context.at


def tell_number(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect of registering: the citizen gets number and secret."""
    if complaint.new_secret:
        letters.tell_number(complaint, complaint.new_secret)


def renew_secret(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect of a reprint: the old secret ends; the new one is on `new_secret` for this request alone.

    What was not sent yet would bring the citizen the old one.
    """
    complaint.new_secret = new_secret()
    complaint.tracking_hash = hash_secret(complaint.uuid, complaint.new_secret)
    withdraw_secrets(complaint)


def refer(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: a referral with a number of the body's own register."""
    complaint.body_id = data["unit_id"]
    db.session.add(
        Referral(
            complaint=complaint,
            unit_id=data["unit_id"],
            from_unit_id=context.scope.unit_id or complaint.unit_id,
            created_by_id=context.scope.actor_id,
            confidentiality=complaint.confidentiality,
            sent_at=context.at,
            due_on=data["due_on"],
            note=data["note"] or None,
        )
    )


def acknowledge(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: the body has seen it."""
    _referral(complaint, context).acknowledged_at = context.at


def reply(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: the body's own words wait at the referral for review."""
    referral = _referral(complaint, context)
    referral.outcome, referral.answer, referral.answered_at = data["outcome"], data["text"], context.at


def return_reply(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: the referral is open again; what was written stays to be completed."""
    _last_referral(complaint).answered_at = None


def approve(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect: the reply becomes the answer, and the message to the citizen is queued."""
    referral = _last_referral(complaint)
    complaint.outcome, complaint.reply = referral.outcome, referral.answer
    complaint.answered_at = context.at
    letters.tell_answer(complaint, referral.id)


def close(complaint: Complaint, data: Data, context: Context) -> None:
    """Effect."""
    complaint.closed_at = context.at


def _open_referral(complaint: Complaint, context: Context) -> Referral | None:
    """The unanswered referral addressed to the actor's own units."""
    mine = addressed_to(Referral.unit_id, context.scope, context.transition.roles)
    return _latest(Referral.complaint_id == complaint.id, Referral.answered_at.is_(None), mine)


def _referral(complaint: Complaint, context: Context) -> Referral:
    found = _open_referral(complaint, context)
    if found is None:
        raise NotAllowed(_("This complaint was referred to another body."))
    return found


def _last_referral(complaint: Complaint) -> Referral:
    found = _latest(Referral.complaint_id == complaint.id)
    if found is None or found.outcome is None:
        raise NotPossible(_("There is no reply to approve."))
    return found


def _latest(*criteria: Any) -> Referral | None:
    return db.session.scalar(select(Referral).where(*criteria).order_by(Referral.id.desc()).limit(1))
