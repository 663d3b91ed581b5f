"""Folded Arabic search: one rule for stored text and for what people type."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Text, and_, event, true
from sqlalchemy.orm import Mapped, mapped_column

from core.data.signs import INVISIBLE

LONGEST_QUERY = 200
_LETTERS = str.maketrans("آأإٱىیةک", "ااااييهك", "ءؤئـ")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DROPPED = re.compile(f"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed{INVISIBLE}]")
_SPACES = re.compile(r"\s+")
_SERVANT = re.compile(r"\bعبد ")


def latin_digits(text: str) -> str:
    """Arabic-Indic and Persian digits as 0-9; everything else as it is."""
    return text.translate(_DIGITS)


def fold(text: str) -> str:
    """Text as search compares it: letters, digits and spaces unified, marks dropped.

    Hamza seats are dropped because official texts write both شئون and شؤون (measured best of
    three rules). NFKC also opens presentation forms.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    return _SPACES.sub(" ", _DROPPED.sub("", text).translate(_LETTERS).translate(_DIGITS)).strip()


def search_text(*parts: Any) -> str:
    """What is stored: the folded parts, and names in "عبد X" also in their joined form."""
    text = fold(" ".join(str(part) for part in parts if part is not None))
    joined = _SERVANT.sub("عبد", text)
    return text if joined == text else f"{text} {joined}"


class Searchable:
    """A model that declares `__search__`, the attributes whose text is searched."""

    __search__: ClassVar[tuple[str, ...]] = ()
    search_text: Mapped[str] = mapped_column(Text, default="", deferred=True)


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _store(mapper: Any, connection: Any, row: Searchable) -> None:
    row.search_text = search_text(*(getattr(row, name) for name in row.__search__))


def search_criteria(model: Any, text: str) -> ColumnElement[bool]:
    """Rows that hold every word of `text` (first 200 characters) somewhere in their search text.

    LIKE on one stored column, so that PostgreSQL's trigram index serves it.
    """
    words = fold(text[:LONGEST_QUERY].replace("\x00", " ")).split()
    return and_(true(), *(model.search_text.contains(word, autoescape=True) for word in words))
