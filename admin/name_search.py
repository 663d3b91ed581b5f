"""Finding rows by what they are called, folded as everywhere: "قنا" finds "قِنَا", "شئون" finds "شؤون"."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from admin.columns import column_of
from core.data.base import db
from core.data.search import LONGEST_QUERY, Searchable, fold, search_criteria
from core.data.visibility import Governed

NAMES = ("name_ar", "name_en", "code", "number", "title", "username", "email")
MOST = 500
"""So many of the matches are used; who gets more types more."""


def names_of(model: type[Any]) -> list[Any]:
    """The columns by which rows of `model` are known."""
    return [getattr(model, name) for name in NAMES if column_of(model, name) is not None]


def can_search(model: type[Any]) -> bool:
    """Whether `name_criteria` finds anything for this model."""
    return issubclass(model, Searchable) or bool(names_of(model))


def name_criteria(model: type[Any], text: str) -> ColumnElement[bool]:
    """Rows that hold every word of `text`.

    Records have a stored folded column. Shared tables (units, places, users) are small: their names
    are folded here. Governed ones without a search column are compared as they are.
    """
    if issubclass(model, Searchable):
        return search_criteria(model, text)
    text = text.replace("\x00", " ")[:LONGEST_QUERY]
    if issubclass(model, Governed):
        return or_(*(column.icontains(text, autoescape=True) for column in names_of(model)))
    words = fold(text).split()
    rows = db.session.execute(select(model.id, *names_of(model)))
    found = [key for key, *names in rows if _holds(fold(" ".join(filter(None, names))), words)]
    return model.id.in_(found[:MOST])


def _holds(folded: str, words: list[str]) -> bool:
    return all(word in folded for word in words)
