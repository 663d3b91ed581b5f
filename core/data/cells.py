"""One value of any column as JSON that says the same on SQLite and PostgreSQL.

Integers, floats, true, false and text stand as they are. Moments are UTC with microseconds, days and times
ISO 8601, bytes base64; decimals, JSON and what only one database knows are carried as text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (  # fmt: skip
    JSON,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    Time,
    Uuid,
    cast,
)
from sqlalchemy.types import TypeDecorator, TypeEngine


@dataclass(frozen=True)
class Cell:
    """How values of one kind of column are written and read; None where they stand as they are."""

    kind: str
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


class AsText(TypeDecorator[str]):
    """A column of the type `stored`, read and written as the database's own text for it."""

    impl = Text
    cache_ok = True

    def __init__(self, stored: TypeEngine[Any], told: bool) -> None:
        super().__init__()
        self.stored = stored
        self.told = told

    def column_expression(self, column: Any) -> Any:
        """Read as text: SQLite keeps a lone number in a JSON column as a number."""
        return cast(column, Text)

    def bind_expression(self, bindvalue: Any) -> Any:
        """PostgreSQL must be told the type; SQLite takes the text as it is."""
        return cast(bindvalue, self.stored) if self.told else bindvalue


def _write_moment(value: datetime) -> str:
    """A naive value is UTC already: that is how SQLite keeps it (core.data.columns)."""
    plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return plain.isoformat(timespec="microseconds") + "Z"


def _read_zoned(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read_naive(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _write_bytes(value: bytes) -> str:
    return b64encode(value).decode()


def _write_decimal(text: str) -> str:
    """1.50 and 1.5 are one number, and so are 0 and -0. No digit is lost: arithmetic would round to 28."""
    value = Decimal(text)
    plain = format(value, "f") if value else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _write_json(text: str) -> str:
    """PostgreSQL keeps no order of keys, no spaces and no exponents."""
    value = json.loads(text, parse_float=_number)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _number(text: str) -> int | float:
    """Exact where it is whole, for so PostgreSQL writes it out: 5.9e+16 is 59000000000000000 there."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(text)


def _write_uuid(value: Any) -> str:
    return value.hex if isinstance(value, UUID) else str(value)


ZONED = Cell("moment", _write_moment, _read_zoned)
NAIVE = Cell("moment", _write_moment, _read_naive)
CELLS: tuple[tuple[Any, Cell], ...] = (
    (Boolean, Cell("boolean")),
    (Integer, Cell("integer")),
    (Float, Cell("float")),
    (Numeric, Cell("decimal", _write_decimal)),
    (Date, Cell("date", date.isoformat, date.fromisoformat)),
    (Time, Cell("time", time.isoformat, time.fromisoformat)),
    (LargeBinary, Cell("bytes", _write_bytes, b64decode)),
    (JSON, Cell("json", _write_json)),
    (Uuid, Cell("text", _write_uuid, UUID)),
    (String, Cell("text")),
)
"""Types as reflected, the particular before the general. Whatever is none of them is "other"."""
OTHER = Cell("other")
BY_TEXT = frozenset({"decimal", "json", "other"})


def cell_of(stored: TypeEngine[Any]) -> Cell:
    """The kind of a column by its type as reflected from the database."""
    if isinstance(stored, DateTime):
        return ZONED if stored.timezone else NAIVE
    return next((cell for kind, cell in CELLS if isinstance(stored, kind)), OTHER)
