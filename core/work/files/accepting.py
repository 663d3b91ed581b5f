"""Taking a file in: its name made honest, its kind found out, its contents made harmless or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from core.config import MEGABYTE, Settings
from core.errors import Invalid
from core.work.files.documents import check_document
from core.work.files.kinds import Kind, recognize
from core.work.files.names import ending_of, name_for, plain_name
from core.work.files.pictures import redraw

AT_ONCE = 5
"""Files in one form."""
_LAST = 2048
"""Bytes in which the end of a PDF must be found."""


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: `data` is what is stored, for a picture not what was sent."""

    name: str
    kind: Kind
    data: bytes

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def accept(name: str, data: bytes) -> Accepted:
    """The file as it may be kept; what its sender says of its type is never asked.

    Raises Invalid (422) with a sentence for what is too large, empty, damaged, active, behind a
    password, or not what its name says.
    """
    if not data:
        raise Invalid(_("This file is empty."))
    most = _settings().attachment_max_mb
    if len(data) > most * MEGABYTE:
        raise Invalid(_("This file is larger than %(most)d MB.", most=most))
    plain = plain_name(name)
    kind = recognize(data, ending_of(plain))
    if kind.group == "image":
        data, kind = redraw(data, kind)
    elif kind.group == "office":
        check_document(data, kind)
    elif kind.group == "pdf":
        _check_pdf(data)
    return Accepted(name_for(plain, kind), kind, data)


def accept_all(uploads: Iterable[FileStorage]) -> list[Accepted]:
    """The files of one form; raises Invalid with a sentence for each that is refused, under its name."""
    chosen = [upload for upload in uploads if upload.filename]
    if len(chosen) > AT_ONCE:
        raise Invalid(ngettext("At most %(num)d file at once.", "At most %(num)d files at once.", AT_ONCE))
    most, taken, refused = _settings().attachment_max_mb * MEGABYTE, [], []
    for upload in chosen:
        try:
            taken.append(accept(upload.filename or "", upload.stream.read(most + 1)))
        except Invalid as error:
            refused.append(f"\u2068{plain_name(upload.filename or '')[:80]}\u2069: {error.sentence}")
    if refused:
        raise Invalid(" ".join(refused))
    return taken


def limits() -> str:
    """What may be sent, in words, for the side of a field."""
    settings = _settings()
    return _(
        "Pictures, PDF, docx, odt, xlsx or text. At most %(files)d files, each up to %(most)d MB, "
        "together up to %(all)d MB.",
        files=AT_ONCE,
        most=settings.attachment_max_mb,
        all=settings.largest_request // MEGABYTE - 1,
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["DIWAN"]
    return settings


def _check_pdf(data: bytes) -> None:
    """Whole, and not behind a password; what it holds is never opened here, and only ever downloaded."""
    if b"%%EOF" not in data[-_LAST:]:
        raise Invalid(_("This PDF is damaged or came only in part. Send it again."))
    if b"/Encrypt" in data:
        raise Invalid(_("This PDF is behind a password. Save it without one and send it again."))
