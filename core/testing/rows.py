"""Rows for tests, made from the models alone: every text column says whose row it is.

Written by plain INSERT from unsaved objects: numbering, checks and refusals happen at the flush, and none of
that may decide what a test finds in the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    insert,
    inspect,
)

from core.data.columns import UtcDateTime
from core.data.labels import label
from core.data.search import Searchable, search_text
from core.data.time import now
from core.work.workflow import workflow_of

NAMES = UUID(int=7)
UUID_LENGTH, SHORTEST = 32, 8
"""Text of 32 signs is a random key; in less than 8 no text can say whose it is."""


@dataclass(frozen=True)
class Cell:
    """Whose a row is: its unit ("OWN" or "OTHER"), its level of confidentiality; its id in every table."""

    name: str
    unit: str
    level: int
    id: int


CELLS = (Cell("own", "OWN", 0, 1001), Cell("other", "OTHER", 0, 2001), Cell("secret", "OWN", 1, 3001))
Values = Callable[[str, Cell], Mapping[str, Any]]


def plain_value(column: Column[Any], text: Callable[[], Any]) -> Any:
    """What a column that is neither text nor key is filled with; None leaves it to its default.

    `text` gives a text for columns that hold JSON.
    """
    kind = column.type
    if column.default is not None or column.nullable:
        return None
    if isinstance(kind, UtcDateTime):
        return now() - timedelta(days=3)
    if isinstance(kind, Date):
        return date(2026, 1, 5)
    if isinstance(kind, JSON):
        return {"note": text()}
    return False if isinstance(kind, Boolean) else 1 if isinstance(kind, Integer | Numeric) else None


@dataclass
class Rows:
    """Rows of `models` in one governorate. `ids` are the keys of core's rows by (table, unit).

    `values` (label, cell) -> values of columns whose content has a meaning. `texts` tells afterwards whose a
    text is: text -> (code, name of the cell).
    """

    code: str
    models: list[type[Any]]
    ids: Mapping[tuple[str, str], int]
    values: Values
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def statements(self) -> Iterator[Any]:
        """An INSERT for each model and cell, parents before children."""
        order = [table.name for table in self.models[0].metadata.sorted_tables] if self.models else []
        for model in sorted(self.models, key=lambda model: order.index(model.__tablename__)):
            for cell in CELLS:
                yield insert(model.__table__).values(self._row(model, cell))

    def _row(self, model: type[Any], cell: Cell) -> dict[str, Any]:
        record, name = model(), label(model)
        workflow = workflow_of(name)
        fixed = {workflow.column: workflow.states[0].code} if workflow else {}
        fixed |= self.values(name, cell)
        for attribute in inspect(model).column_attrs:
            column = attribute.columns[0]
            if column.table is not model.__table__:
                continue
            key = attribute.key
            value = fixed[key] if key in fixed else self._value(column, cell, name, key)
            if value is not None:
                setattr(record, key, value)
        if isinstance(record, Searchable):
            record.search_text = search_text(*(getattr(record, key) for key in model.__search__))
        keys = {
            column: inspect(model).get_property_by_column(column).key for column in model.__table__.columns
        }
        return {column.name: getattr(record, key) for column, key in keys.items() if key in vars(record)}

    def _value(self, column: Column[Any], cell: Cell, name: str, key: str) -> Any:
        if column.foreign_keys:
            return self._reference(column, cell)
        if column.primary_key:
            return cell.id
        if key == "confidentiality":
            return cell.level
        kind = column.type
        if isinstance(kind, LargeBinary):
            return None if column.nullable else b""
        if isinstance(kind, String) and not isinstance(kind, Enum):
            return self._text(column, cell, name, key)
        return plain_value(column, lambda: self._keep(f"canary-{self.code}-{cell.name}-{name}-{key}", cell))

    def _reference(self, column: Column[Any], cell: Cell) -> int | None:
        """Where a foreign key leads: to the cell's unit or row, to some place or category, to nobody."""
        (foreign,) = column.foreign_keys
        table = foreign.column.table.name
        if (table, cell.unit) in self.ids:
            return self.ids[table, cell.unit]
        if table == column.table.name or table.startswith("core_"):
            return None
        return cell.id

    def _text(self, column: Column[Any], cell: Cell, name: str, key: str) -> str | None:
        length = getattr(column.type, "length", None)
        if length == UUID_LENGTH:
            return uuid5(NAMES, f"{self.code}.{name}.{key}.{cell.id}").hex
        text = f"canary-{self.code}-{cell.name}-{name}-{key}"
        if length is not None and len(text) > length:
            if length < SHORTEST:
                return None if column.nullable or column.default is not None else "x"
            text = "k" + hashlib.sha256(text.encode()).hexdigest()[: min(length, 16) - 1]
        return self._keep(text, cell)

    def _keep(self, text: str, cell: Cell) -> str:
        self.texts[text] = (self.code, cell.name)
        return text
