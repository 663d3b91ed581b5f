"""Taking a complaint in, from the counter and from the citizen's telephone alike, once per form."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import Category, Invalid, Refused, db, now, present, transition
from core.data.scope import CONFIDENTIAL, ORDINARY, scope_in
from core.data.sealed import open_sealed, seal
from core.work.files.attachments import attach
from plugins.complaints.models import Applicant, Complaint
from plugins.complaints.tracking import hash_secret, new_secret

GOOD_FOR = timedelta(hours=12)
PLACE = "complaints.draft"
PERSON = ("name", "contact_refused", "email")
TOLD = ("category_id", "place_id", "subject", "body")
"""By these a second complaint in a form that was sent before is told from the same one sent twice."""
STATED = ("category_id", "place_id", "address", "subject", "body", "kind", "applicant_kind", "channel")


@dataclass(frozen=True)
class Draft:
    """A form that was handed out: the complaint's future uuid and secret.

    It travels in the form, sealed with the governorate's key, so that sending a form twice finds the
    complaint of the first time, with the same number and secret, and nobody can forge or read it.
    It serves the one to whom it was shown: `actor_id`, nobody on the citizens' page.
    """

    uuid: str
    secret: str
    made_at: datetime
    actor_id: int | None

    @classmethod
    def new(cls) -> Draft:
        """For a form about to be shown."""
        return cls(uuid4().hex, new_secret(), now(), _actor())

    def token(self) -> str:
        """The hidden field's value."""
        text = f"{self.uuid} {self.secret} {int(self.made_at.timestamp())} {self.actor_id or 0}"
        return urlsafe_b64encode(seal(text, PLACE)).decode()

    @classmethod
    def read(cls, token: str) -> Draft:
        """The draft of a posted form; raises Invalid for a forged, a too old or another person's one."""
        try:
            uuid, secret, made, actor = open_sealed(urlsafe_b64decode(token[:500]), PLACE).split()
        except (ValueError, IndexError):
            raise Invalid(_OLD) from None
        draft = cls(uuid, secret, datetime.fromtimestamp(int(made), UTC), int(actor) or None)
        if now() - draft.made_at > GOOD_FOR or draft.actor_id != _actor():
            raise Invalid(_OLD)
        return draft


class TooMany(Refused):
    """Tried too often (429)."""

    status = 429


class SentBefore(Invalid):
    """Another complaint was written into a form that was sent already."""


_OLD = _("This form is too old. Your text is still here: check it and send it again.")


def register(values: Mapping[str, Any], draft: Draft, **fixed: Any) -> Complaint:
    """The registered complaint of a validated form; the caller commits.

    `values` are the form's; `fixed` are columns that it does not ask (channel, unit_id). A form sent
    before gives the complaint of then; raises Invalid if it says something else now.
    `new_secret` on the result is the citizen's secret.
    """
    complaint = _sent_before(draft)
    if complaint is not None:
        return _same(complaint, values, draft)
    complaint = _build(values, draft, fixed)
    try:
        with db.session.begin_nested():
            db.session.add(complaint)
    except IntegrityError:
        earlier = _sent_before(draft)  # the same form, sent at the same moment
        if earlier is None:
            raise Invalid(_OLD) from None
        return _same(earlier, values, draft)
    complaint.new_secret = draft.secret
    transition(complaint, "register")
    _add_files(complaint, values)
    return complaint


def _same(complaint: Complaint, values: Mapping[str, Any], draft: Draft) -> Complaint:
    """The complaint sent before with this form; raises Invalid if another one was written into it since."""
    applicant = complaint.applicant
    if any(getattr(complaint, name) != values.get(name) for name in TOLD) or (
        applicant is not None and applicant.name != values.get("name")
    ):
        raise SentBefore(
            _(
                "This form was sent already, as complaint %(number)s. Your text is still here: "
                "send it again if it is another complaint.",
                number=complaint.number,
            )
        )
    complaint.new_secret = draft.secret
    _add_files(complaint, values)
    return complaint


def _add_files(complaint: Complaint, values: Mapping[str, Any]) -> None:
    """What the citizen brought; of a form that was sent before only what was not in it then."""
    if values.get("files"):
        attach(complaint, values["files"], from_citizen=True)


def _actor() -> int | None:
    return scope_in(db.session()).actor_id


def _sent_before(draft: Draft) -> Complaint | None:
    return db.session.scalar(select(Complaint).where(Complaint.uuid == draft.uuid))


def _build(values: Mapping[str, Any], draft: Draft, fixed: Mapping[str, Any]) -> Complaint:
    stated = {name: values.get(name) or None for name in STATED if name in values}
    complaint = Complaint(**{**stated, **fixed}, uuid=draft.uuid, received_at=now())
    category = db.session.get(Category, complaint.category_id)
    complaint.confidentiality = CONFIDENTIAL if category is not None and category.confidential else ORDINARY
    complaint.tracking_hash = hash_secret(draft.uuid, draft.secret)
    complaint.created_by_id = scope_in(db.session()).actor_id
    complaint.new_applicant = _build_applicant(values)
    complaint.applicants = [complaint.new_applicant]
    return complaint


def _build_applicant(values: Mapping[str, Any]) -> Applicant:
    applicant = Applicant(**{name: values.get(name) or None for name in PERSON})
    applicant.set_identity(values.get("identity") or "", values["identity_kind"])
    applicant.identity_none = values.get("identity_none") or None
    applicant.set_phone(values.get("phone") or "", present().phone_region)
    return applicant
