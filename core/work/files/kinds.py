"""Which kinds of files are taken in, and what a file really is, whatever its sender calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import puremagic
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from core.errors import Invalid


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, the endings it may have (the first is its usual one), who checks it.

    `group` is image, office, pdf or text.
    """

    media_type: str
    endings: tuple[str, ...]
    group: str


OPENXML = "application/vnd.openxmlformats-officedocument"
KINDS = (
    Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "image"),
    Kind("image/png", ("png",), "image"),
    Kind("image/webp", ("webp",), "image"),
    Kind("image/gif", ("gif",), "image"),
    Kind("application/pdf", ("pdf",), "pdf"),
    Kind(f"{OPENXML}.wordprocessingml.document", ("docx",), "office"),
    Kind(f"{OPENXML}.spreadsheetml.sheet", ("xlsx",), "office"),
    Kind("application/vnd.oasis.opendocument.text", ("odt",), "office"),
    Kind("text/plain", ("txt",), "text"),
    Kind("text/csv", ("csv",), "text"),
)
"""Sound recordings are not among them: what says where they were made cannot be taken out of them."""
BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
ACCEPT = ",".join(f".{ending}" for kind in KINDS for ending in kind.endings)
"""For the attribute `accept` of a form's field."""

_BEGINNINGS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"%PDF-": "pdf"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""Also every spreadsheet or text document behind a password."""
ZIP = b"PK\x03\x04"
_MARKUP = re.compile(
    rb"<\s*(script|html|svg|iframe|object|embed|body|head|!doctype|\?xml|\?php|%)|^\s*#!", re.I
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
UNKNOWN = _("This kind of file is not taken. Send a picture, a PDF, a document (docx, odt, xlsx) or a text.")
OLD = _(
    "This is a document behind a password, or in an old format of Office. Save it as docx, xlsx or PDF "
    "without a password."
)
ACTIVE = _("This file holds program code, which is not taken. Send a picture or a PDF of it.")


def recognize(data: bytes, ending: str) -> Kind:
    """The kind of `data`; `ending` only tells apart texts and says which lie is refused.

    Raises Invalid for what is no listed kind, and for a name that belongs to none.
    """
    kind = _kind_of(data, ending)
    if ending and ending not in BY_ENDING:
        raise _misnamed(ending)
    if BY_ENDING.get(ending, kind).group != kind.group:
        raise _misnamed(ending)
    return kind


def _kind_of(data: bytes, ending: str) -> Kind:
    """By the very first bytes: a picture or PDF that begins with something else is two files in one."""
    if data.startswith(_OLD_OFFICE):
        raise Invalid(OLD)
    for beginning, found in _BEGINNINGS.items():
        if data.startswith(beginning):
            return BY_ENDING[found]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return BY_ENDING["webp"]
    if data.startswith(ZIP):
        return _office(ending)
    if ending in ("txt", "csv") and _is_text(data):
        return BY_ENDING[ending]
    raise Invalid(ACTIVE if _is_active(data) else UNKNOWN)


def _office(ending: str) -> Kind:
    """A zip file is a document if it says so; whether it really is one, `documents` looks."""
    kind = BY_ENDING.get(ending)
    if kind is None or kind.group != "office":
        raise Invalid(UNKNOWN)
    return kind


def _is_text(data: bytes) -> bool:
    """Words in one of the encodings that are met here, and nothing that a browser or shell would run."""
    if _CONTROLS.search(data) or _MARKUP.search(data) or _magic(data) is not None:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _decodes(data, "cp1256")
    return True


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_active(data: bytes) -> bool:
    found = _magic(data)
    return bool(_MARKUP.search(data[:65536])) or found in {".exe", ".elf", ".class", ".html", ".svg", ".sh"}


def _magic(data: bytes) -> str | None:
    """The usual ending of the best guess of thousands of known beginnings; None where none fits well."""
    try:
        found = puremagic.magic_string(data[:65536])
    except (puremagic.PureError, ValueError):
        return None
    return str(found[0].extension) if found and found[0].confidence >= SURE else None


SURE = 0.4
"""Beginnings of two bytes and less are found in ordinary words."""


def _misnamed(ending: str) -> Invalid:
    return Invalid(
        gettext(
            "The name says .%(ending)s, but that is not what the file holds, or it is not taken. "
            "Send the right file.",
            ending=ending[:10],
        )
    )
