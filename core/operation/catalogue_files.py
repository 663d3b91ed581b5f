"""One catalogue as a file: read strictly, written so that the same messages always give the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from core.errors import Refused

PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
    "en": "nplurals=2; plural=(n != 1)",
}
"""gettext's rules. The catalogue read last decides for all, and Babel's own Arabic line swaps forms 4 and 5
(11 days and 100 days), so every catalogue carries exactly these lines."""
NOISE = (
    b'"POT-Creation', b'"PO-Revision', b'"Generated-By', b'"Last-Translator', b'"Language-Team', b'"Report-',
    b'"Project-',
)  # fmt: skip
"""Header lines that change without meaning; git knows when and who."""
Key = tuple[str, str | None]
"""English message and its context."""


def empty(language: str) -> Catalog:
    """A catalogue without messages, with the header that all of ours have."""
    catalog = Catalog(locale=language, header_comment="# Diwan", project="diwan", version="-", fuzzy=False)
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalog


def read(po: Path, language: str) -> Catalog:
    """The catalogue in a file, empty where there is none; raises Refused for one that cannot be parsed."""
    if not po.is_file():
        return empty(language)
    try:
        with po.open("rb") as file:
            return read_po(file, locale=language, ignore_obsolete=True, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise Refused(f"{po} cannot be read: {error}") from error


def write(catalog: Catalog, po: Path) -> None:
    """Write a catalogue so that the same messages always give the same bytes."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False)
    lines = [line for line in buffer.getvalue().splitlines(keepends=True) if not line.startswith(NOISE)]
    _replace(po, b"".join(lines))


def compile_po(po: Path, language: str) -> bool:
    """Write the `.mo` beside a `.po` that is newer; returns whether there was need."""
    mo = po.with_suffix(".mo")
    if not po.is_file() or (mo.is_file() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns):
        return False
    buffer = BytesIO()
    write_mo(buffer, read(po, language))
    _replace(mo, buffer.getvalue())
    return True


def messages(catalog: Catalog) -> Iterator[Message]:
    """Its messages without the header."""
    return (message for message in catalog if message.id)


def key(message: Message) -> Key:
    """What names a message: its English text (the singular) and its context."""
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def forms(message: Message) -> tuple[str, ...]:
    """Its translated forms: one, or one per number."""
    words = message.string or ""
    return (words,) if isinstance(words, str) else tuple(words)


def filled(message: Message) -> bool:
    """Whether every form has words."""
    return all(forms(message))


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: two set-ups may run at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
