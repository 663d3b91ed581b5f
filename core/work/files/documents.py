"""Documents of Office are zip files from strangers: looked at from outside, never unpacked."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from defusedxml.ElementTree import fromstring
from flask_babel import gettext as _

from core.errors import Invalid
from core.work.files.kinds import ACTIVE, OLD, Kind

LARGEST_CONTENT, WORST_RATIO, MOST_PARTS = 200 * 1024 * 1024, 200, 2000
"""Bytes when unpacked, how many times smaller a part may be packed, and parts; beyond it is a bomb."""
HARMLESS = 1024 * 1024
"""Bytes; so small a part may be packed as tightly as it likes."""
LARGEST_LABELS = 1024 * 1024
"""Bytes of the few parts that are read whole, because they say what the others are; 7,000 links fit in."""
BROKEN = (
    BadZipFile, zlib.error, struct.error, IndexError, KeyError, ValueError, EOFError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What reading a damaged zip file may raise."""
CONTENTS = "[Content_Types].xml"
MANIFEST = "META-INF/manifest.xml"
MAIN = {
    "docx": ("wordprocessingml.document.main+xml", "word/"),
    "xlsx": ("spreadsheetml.sheet.main+xml", "xl/"),
}
"""What the list of contents must name, and the folder that must be there."""
LINKS = {"hyperlink", "image", "externallinkpath", "externallinklongpath", "xlpathmissing"}
"""Relationships (ECMA-376-1, by the end of their type) that may lead out of it: nothing runs by them."""
_LISTED = b"PK\x01\x02"
"""What a part's line in the list of a zip file begins with (APPNOTE 4.3.12)."""
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
_PROGRAM_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/", "word/activex/", "xl/activex/")


def check_document(data: bytes, kind: Kind) -> None:
    """Raise Invalid for a bomb, a password, macros, or what is no document of this kind."""
    if data.count(_LISTED) > MOST_PARTS:  # each is a step of Python's before any can be looked at
        raise _too_much()
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            if any(part.flag_bits & 1 for part in parts) or _is_sealed(archive, parts):
                raise Invalid(OLD)
            if _holds_program(archive, parts):
                raise Invalid(ACTIVE)
            sound = _is_document(archive, kind.endings[0], parts)
    except (*BROKEN, OSError, ParseError) as error:
        raise _damaged() from error
    if not sound:
        raise _damaged()


def _too_much() -> Invalid:
    return Invalid(_("This document unpacks to far more than a document holds; it was not opened."))


def _damaged() -> Invalid:
    return Invalid(_("This document is damaged or of another kind. Save it anew and send it again."))


def _check_sizes(parts: list[ZipInfo]) -> None:
    """By what is declared: nothing here ever unpacks more than the labels."""
    tight = any(part.file_size > max(HARMLESS, WORST_RATIO * part.compress_size) for part in parts)
    labels = sum(part.file_size for part in parts if _is_label(part))
    if tight or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise _too_much()
    if labels > LARGEST_LABELS:
        raise Invalid(_("This document holds far too many links. Send it as a PDF."))


def _is_label(part: ZipInfo) -> bool:
    return part.filename in ("mimetype", CONTENTS, MANIFEST) or part.filename.lower().endswith(".rels")


def _is_sealed(archive: ZipFile, parts: list[ZipInfo]) -> bool:
    """Whether a text of LibreOffice is behind a password: its list says so, not the zip (ODF 1.2, part 3)."""
    lists = (part for part in parts if part.filename == MANIFEST)
    marks = (one.tag for part in lists for one in _elements(archive, part, dtd=True))
    return any(mark.endswith("}encryption-data") for mark in marks)


def _holds_program(archive: ZipFile, parts: list[ZipInfo]) -> bool:
    """Macros, controls, or what is fetched from elsewhere when the document is opened, such as a template."""
    names = [part.filename.lower() for part in parts]
    if any(name.endswith(_PROGRAMS) or name.startswith(_PROGRAM_FOLDERS) for name in names):
        return True
    return any(_fetches(archive, part) for part in parts if part.filename.lower().endswith(".rels"))


def _fetches(archive: ZipFile, part: ZipInfo) -> bool:
    """Whether relationships lead out of the document that are no mere links."""
    kinds = [
        relation.get("Type", "").rpartition("/")[2].lower()
        for relation in _elements(archive, part)
        if relation.get("TargetMode", "").strip().lower() == "external"
    ]
    return not LINKS.issuperset(kinds)


def _is_document(archive: ZipFile, ending: str, parts: list[ZipInfo]) -> bool:
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(".." in name.split("/") or name.startswith("/") for name in names):
        return False
    if ending == "odt":
        return names[0] == "mimetype" and _read(archive, parts[0]).endswith(b"opendocument.text")
    main, folder = MAIN[ending]
    contents = _elements(archive, archive.getinfo(CONTENTS))
    named = any(one.get("ContentType", "").endswith(main) for one in contents)
    return named and any(name.startswith(folder) for name in names)


def _elements(archive: ZipFile, part: ZipInfo, *, dtd: bool = False) -> Iterator[Any]:
    """Of a part that is XML in any encoding; raises ParseError or ValueError for another, or for entities.

    A DTD is allowed where OpenOffice's older versions name one; it is not fetched.
    """
    elements: Iterator[Any] = fromstring(_read(archive, part), forbid_dtd=not dtd).iter()
    return elements


def _read(archive: ZipFile, part: ZipInfo) -> bytes:
    """The part, whole; only packed as documents are (ISO/IEC 29500-2), for nothing bounds other ways."""
    if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile("another way of packing")
    return archive.read(part)
