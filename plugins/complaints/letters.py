"""What the citizen is told and where: short messages in Arabic, queued with the step that causes them."""

from __future__ import annotations

from typing import Any

from flask import current_app, has_request_context, request
from flask_babel import force_locale
from flask_babel import gettext as _

from core import db, present, queue
from core.data.labels import label
from core.data.visibility import attached
from core.governorates.address import base_address
from core.messages.outbox import QUEUED, Message
from core.people.identity import Mistyped
from core.people.phones import parse_phone
from plugins.complaints.codes import OUTCOMES
from plugins.complaints.models import Applicant, Complaint
from plugins.complaints.promises import dates, written
from plugins.complaints.tracking import spell

ANSWERED = ":answered:"
"""Part of the key of the message whose proven sending means that the citizen was told."""


def tell_number(complaint: Complaint, secret: str) -> None:
    """Number and secret, as soon as the complaint is registered; the text is erased once it is sent."""
    with force_locale("ar"):
        day = dates(complaint).promised
        body = _(
            "Your complaint was registered under number %(number)s. To follow it: secret %(secret)s, %(url)s",
            number=complaint.number,
            secret=spell(secret),
            url=tracking_address(complaint.number),
        )
        if day is not None:
            promise = _("You will be answered by %(day)s.", day=written(day))
            body = f"{body} {promise}"
        _send(complaint, _subject(complaint), body, f"registered:{complaint.id}", secret=True)


def tell_answer(complaint: Complaint, occasion: int) -> None:
    """That the answer is there, with its outcome; the reply itself stays behind the secret."""
    with force_locale("ar"):
        body = _(
            "Your complaint %(number)s was answered: %(outcome)s. Read the reply: %(url)s",
            number=complaint.number,
            outcome=OUTCOMES[str(complaint.outcome)],
            url=tracking_address(complaint.number),
        )
        _send(complaint, _subject(complaint), body, f"{complaint.id}{ANSWERED}{occasion}")


def addresses(applicant: Applicant | None) -> dict[str, str]:
    """Channel to address: an SMS only where the telephone is a mobile one."""
    found = {"sms": _mobile(applicant), "mail": applicant.email if applicant else None}
    return {channel: address for channel, address in found.items() if address}


def tracking_address(number: str) -> str:
    """The full address of the tracking page with the number filled in.

    In production the Host header is not believed: a stranger may forge it.
    """
    path = f"/complaints/track?number={number}"
    governorate, settings = present(), current_app.config["DIWAN"]
    if governorate.host:
        return f"https://{governorate.host}{path}"
    asked = has_request_context() and not settings.base_url
    base = request.host_url.rstrip("/") if asked and not settings.production else base_address()
    return f"{base}/{governorate.code}{path}"


def _subject(complaint: Complaint) -> str:
    return _("Complaint %(number)s", number=complaint.number)


def _send(complaint: Complaint, subject: str, body: str, effect: str, *, secret: bool = False) -> None:
    for channel, address in addresses(complaint.applicant).items():
        key = f"complaints.complaint:{effect}:{channel}"
        queue(channel, address, subject, body, complaint, key, secret=secret)


def _mobile(applicant: Applicant | None) -> Any:
    """E.164, or None: what was imported may be no number at all."""
    try:
        phone = (
            parse_phone(applicant.phone, present().phone_region) if applicant and applicant.phone else None
        )
    except Mistyped:
        return None
    return phone.e164 if phone and phone.mobile else None


def is_on_its_way(complaint: Complaint) -> bool:
    """Whether a message with the answer still waits to be sent."""
    messages = db.session.scalars(attached(Message, complaint))
    return any(one.state == QUEUED and ANSWERED in one.effect_key for one in messages)


def note_told(message: Any) -> None:
    """The first proof that the answer left is when the citizen was told; called by the worker."""
    if message.model != label(Complaint) or ANSWERED not in message.effect_key:
        return
    complaint = db.session.get(Complaint, message.record_id)
    if complaint is not None and complaint.notified_at is None:
        complaint.notified_at = message.sent_at
