"""How a model is imported, as data: the contract between `diwan import` and a plugin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.data.base import db
from core.data.labels import model_by_label
from core.data.visibility import select_visible
from core.exchange.values import text


@dataclass(frozen=True)
class Column:
    """One value that a file may bring.

    `parse` turns a cell (text, number, date, None) into the value and raises Invalid with a lazy
    sentence; `headings` are further names it goes by, compared folded; `longest` counts characters.
    `default` stands in for an empty cell or a missing column.
    """

    name: str
    required: bool = False
    parse: Callable[[Any], Any] = text
    headings: tuple[str, ...] = ()
    longest: int | None = None
    default: Any = None


@dataclass(frozen=True)
class Row:
    """One parsed row: `values` by column name, and where it stood for the record's history."""

    values: Mapping[str, Any]
    line: int
    file: str

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def nothing(session: Session) -> None:
    """The context of an importer that looks nothing up."""


@dataclass(frozen=True)
class ImportSpec:
    """An importer of the model `label` ("complaints.complaint").

    `prepare(session)` looks up once what all rows need (ids of categories by code, best as plain
    dicts). `build(row, context)` returns a new record or, for a model with a workflow, the pair
    (record, core.work.history.History); it raises Invalid or Refused, with a lazy sentence, for a
    row that cannot be taken. `key` are columns that are also attributes of the model and name a
    record in its source: what is there already is refused as a duplicate. Where the last of them
    is empty, a digest of the row's cells stands in, so that no file enters twice.
    """

    label: str
    columns: Sequence[Column]
    build: Callable[[Row, Any], Any]
    prepare: Callable[[Session], Any] = nothing
    key: tuple[str, ...] = ("source", "source_ref")

    def known(self, keys: Collection[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
        """Which of `keys` the present session's governorate holds already; one select."""
        model = model_by_label(self.label)
        columns = [getattr(model, name) for name in self.key]
        among = (
            column.in_(set(values)) for column, values in zip(columns, zip(*keys, strict=True), strict=True)
        )
        found = db.session.execute(select_visible(model, *columns).where(*among))
        return {tuple(row) for row in found}
