"""The receipt: number, secret and a QR code, shown once.

The QR code holds the address of the tracking page with the number in the query and the secret in
the fragment. A browser never sends the fragment, so the secret reaches no server log, proxy or
Referer header. A small script moves it into the form and out of the address bar; on a telephone
without script the page opens with the number filled in, and the secret is typed from the paper.
A secret in path or query would need no typing, but would be a password in every log on the way.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import segno
from flask import session
from markupsafe import Markup

from core import db
from core.data.sealed import open_sealed, seal
from core.data.visibility import attached
from core.messages.outbox import Message
from plugins.complaints.letters import tracking_address
from plugins.complaints.models import Complaint
from plugins.complaints.tracking import spell

KEY, PLACE = "complaints_receipt", "complaints.receipt"


@dataclass(frozen=True)
class Receipt:
    """What is printed: the complaint's id and number, the secret as it is spelt, and the QR code as SVG.

    `told` is whether a message with both was queued.
    """

    id: int
    number: str
    secret: str
    told: bool

    @property
    def address(self) -> str:
        """Where the citizen follows the complaint."""
        return tracking_address(self.number)

    @property
    def qr(self) -> Markup:
        """An SVG without any style in it, which the content policy would not allow."""
        code = segno.make(f"{self.address}#{self.secret}", error="m", micro=False)
        svg = code.svg_inline(scale=3, border=4, svgclass="qr", lineclass=None, light="#fff", omitsize=True)
        return Markup(svg)  # noqa: S704 - drawn by segno, holds no text


def keep(complaint: Complaint) -> None:
    """Put the receipt into the browser's session, sealed, for the one page that follows."""
    told = db.session.scalar(attached(Message, complaint).limit(1)) is not None
    text = f"{complaint.id} {complaint.new_secret} {int(told)} {complaint.number}"
    session[KEY] = urlsafe_b64encode(seal(text, PLACE)).decode()


def take() -> Receipt | None:
    """The receipt kept by the request before, once; None when there is none."""
    kept = session.pop(KEY, None)
    if kept is None:
        return None
    try:
        id_, secret, told, number = open_sealed(urlsafe_b64decode(kept), PLACE).split(" ", 3)
    except ValueError:
        return None
    return Receipt(int(id_), number, spell(secret), told == "1")
