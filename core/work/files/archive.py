"""Documents of Office are zip files from strangers: looked at from outside, never unpacked."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from flask_babel import gettext as _

from core.errors import Invalid
from core.work.files.kinds import ACTIVE, OLD, Kind

LARGEST_CONTENT, WORST_RATIO, MOST_PARTS = 200 * 1024 * 1024, 200, 2000
"""Bytes when unpacked, how many times smaller a part may be packed, and parts; beyond it is a bomb."""
HARMLESS = 1024 * 1024
"""Bytes; so small a part may be packed as tightly as it likes."""
LARGEST_LABEL = 256 * 1024
"""Bytes of the few parts that are read, because they say what the others are."""
MAIN = {
    "docx": (b"wordprocessingml.document.main+xml", "word/"),
    "xlsx": (b"spreadsheetml.sheet.main+xml", "xl/"),
}
"""What the list of contents must name, and the folder that must be there."""
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
_PROGRAM_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/", "word/activex/", "xl/activex/")


def check_document(data: bytes, kind: Kind) -> None:
    """Raise Invalid for a bomb, a password, macros, or what is no document of this kind."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            if any(part.flag_bits & 1 for part in parts):
                raise Invalid(OLD)
            if _holds_program(archive, parts):
                raise Invalid(ACTIVE)
            sound = _is_document(archive, kind.endings[0], parts)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise _damaged() from error
    if not sound:
        raise _damaged()


def _damaged() -> Invalid:
    return Invalid(_("This document is damaged or of another kind. Save it anew and send it again."))


def _check_sizes(parts: list[ZipInfo]) -> None:
    """By what is declared: nothing here ever unpacks more than a label."""
    tight = any(part.file_size > max(HARMLESS, WORST_RATIO * part.compress_size) for part in parts)
    if tight or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise Invalid(_("This document unpacks to far more than a document holds; it was not opened."))


def _holds_program(archive: ZipFile, parts: list[ZipInfo]) -> bool:
    """Macros, controls, or a template that is fetched from elsewhere when the document is opened."""
    names = [part.filename.lower() for part in parts]
    if any(name.endswith(_PROGRAMS) or name.startswith(_PROGRAM_FOLDERS) for name in names):
        return True
    labels = {part.filename: part for part in parts if part.filename.lower().endswith("settings.xml.rels")}
    return any(b'"External"' in _label(archive, part) for part in labels.values())


def _is_document(archive: ZipFile, ending: str, parts: list[ZipInfo]) -> bool:
    names = [part.filename for part in parts]
    if any(".." in name.split("/") or name.startswith("/") for name in names):
        return False
    if ending == "odt":
        return names[0] == "mimetype" and _label(archive, parts[0]).endswith(b"opendocument.text")
    contents = _label(archive, archive.getinfo("[Content_Types].xml"))
    main, folder = MAIN[ending]
    return main in contents and any(name.startswith(folder) for name in names)


def _label(archive: ZipFile, part: ZipInfo) -> bytes:
    """The beginning of a part."""
    with archive.open(part) as file:
        return file.read(LARGEST_LABEL)
