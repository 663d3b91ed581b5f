"""Keyset paging: a page is "the rows after this one", so page 10,000 costs what page 1 costs."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_
from werkzeug.exceptions import BadRequest

LARGEST_ID = 2**31 - 1
LONGEST = 600


class Order:
    """A list's order: one column, then the id, both in one direction; empty values come last."""

    def __init__(self, name: str, column: Any, key: Any, *, descending: bool) -> None:
        self.name, self.column, self.key, self.descending = name, column, key, descending
        self.nullable = bool(getattr(column, "nullable", True)) and column is not key

    @property
    def text(self) -> str:
        """As in the address: `received_at` or `-received_at`."""
        return f"-{self.name}" if self.descending else self.name

    def clauses(self, *, backwards: bool = False) -> list[Any]:
        """For ORDER BY; `backwards` for the page before."""
        down = self.descending is not backwards
        ordered = [c.desc() if down else c.asc() for c in dict.fromkeys((self.column, self.key))]
        empty = self.column.is_(None)
        return [*([empty.desc() if backwards else empty.asc()] if self.nullable else []), *ordered]

    def beyond(self, value: Any, key: int, *, backwards: bool = False) -> ColumnElement[bool]:
        """The rows after the row (value, key), or before it."""
        down = self.descending is not backwards
        further = self.key < key if down else self.key > key
        if self.column is self.key:
            return further
        if value is None:
            empty = and_(self.column.is_(None), further)
            return or_(empty, self.column.is_not(None)) if backwards else empty
        past = self.column < value if down else self.column > value
        reached = or_(past, and_(self.column == value, further))
        return or_(reached, self.column.is_(None)) if self.nullable and not backwards else reached


def write_cursor(value: Any, key: int) -> str:
    """The place (value, key) as text for an address."""
    plain = (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    )
    return urlsafe_b64encode(json.dumps([plain, key]).encode()).decode().rstrip("=")


def read_cursor(text: str, kind: type) -> tuple[Any, int]:
    """(value, key) from an address; `kind` is the column's Python type. BadRequest for anything else."""
    try:
        if len(text) > LONGEST:
            raise ValueError(text)
        value, key = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return _typed(value, kind), _bounded(key)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise BadRequest(_("This page of the list cannot be found. Open the list again.")) from None


def _bounded(key: Any) -> int:
    if not isinstance(key, int) or not 0 <= key <= LARGEST_ID:
        raise ValueError(key)
    return key


def _typed(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if issubclass(kind, datetime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, Decimal):
        return Decimal(value)
    if not isinstance(value, kind) or "\x00" in str(value):
        raise ValueError(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError(value)
    return value
