"""The files that a citizen may open: their own, and what staff meant for them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, url_for
from flask_babel import gettext as _

from core import Refused, db, now, unscoped
from core.data.sealed import open_sealed, seal
from core.work.files.attachments import attachments_of, find_attachment
from core.work.files.serving import serve
from plugins.complaints.models import Complaint

PLACE = "complaints.paper"
GOOD_FOR = timedelta(minutes=5)
"""A link that was passed on opens nothing later (trust.md 3, row 29)."""


@dataclass(frozen=True)
class Paper:
    """One file: its name, its size in bytes, whether the citizen brought it, and where it is given."""

    name: str
    size: int
    own: bool
    url: str


def of(complaint: Complaint) -> list[Paper]:
    """The citizen's files of a complaint; under a scope that sees it."""
    return [
        Paper(
            row.file_name,
            row.size,
            row.from_citizen,
            url_for("complaints.file", token=_token(complaint, row.id)),
        )
        for row in attachments_of(complaint)
        if row.is_public
    ]


def _token(complaint: Complaint, key: int) -> str:
    """Names one file of one complaint for a few minutes, and nothing in another governorate."""
    until = int((now() + GOOD_FOR).timestamp())
    return urlsafe_b64encode(seal(f"{complaint.id} {key} {until}", PLACE)).decode()


def give(token: str) -> Response:
    """The file that a page of ours named a few minutes ago; raises Refused."""
    try:
        complaint, key, until = map(int, open_sealed(urlsafe_b64decode(token[:500]), PLACE).split())
    except (ValueError, IndexError):
        raise Refused(_("There is nothing at this address, or it is not open to you."), 404) from None
    if now().timestamp() > until:
        raise Refused(_("This link has ended. Open your complaint again with number and secret."), 404)
    with unscoped("a citizen opens a file of a complaint", origin="citizen"):
        found = find_attachment(db.session.get_one(Complaint, complaint), key)
        if not found.is_public:
            raise Refused(_("There is nothing at this address, or it is not open to you."), 404)
        return serve(found)
