"""Narrowing a list by what its records refer to: a unit, a place, a category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from admin.branches import Branch, branches
from admin.columns import column_of, name_of, ordering
from admin.cursor import LARGEST_ID
from admin.filters import Filter
from admin.name_search import name_criteria
from core.data.base import db
from core.data.search import latin_digits
from core.data.visibility import Governed, select_visible

MOST_OPTIONS = 200
"""More than so many are not offered in a select: the reader types part of the name instead."""


class RelationFilter(Filter):
    """By a related row; in a tree by a node and all below it. Many rows: by part of their name."""

    def __init__(self, name: str, title: Any, key: Any, target: type[Any], criterion: Any = None) -> None:
        super().__init__(name, title)
        self.key, self.target, self.criterion = key, target, criterion
        self.tree = column_of(target, "path") is not None

    def offered(self) -> list[Branch] | None:
        """(id, name) in groups, those of a tree by its branches; None if there are too many to offer."""
        rows = db.session.execute(self._rows().limit(MOST_OPTIONS + 1)).all()
        if len(rows) > MOST_OPTIONS:
            return None
        return branches((row[0], str(row[1]), row[2] if self.tree else "") for row in rows)

    def _rows(self) -> Any:
        columns = [self.target.id, name_of(self.target, self.target)] + (
            [self.target.path] if self.tree else []
        )
        start = (
            select_visible(self.target, *columns) if issubclass(self.target, Governed) else select(*columns)
        )
        if self.criterion is not None:
            start = start.where(self.criterion())
        return start.order_by(*ordering(self.target))

    def read(self, args: Mapping[str, str]) -> Any:
        """An id, or words; BadRequest for an id that is not there."""
        typed = latin_digits(args.get(self.name, "")).replace("\x00", "").strip()[:200]
        if not typed:
            return None
        if not typed.isdecimal():
            return typed
        if int(typed) > LARGEST_ID or self._name(int(typed)) is None:
            raise self.unknown()
        return int(typed)

    def _name(self, key: int) -> Any:
        return db.session.execute(self._rows().where(self.target.id == key)).first()

    def where(self, value: Any) -> ColumnElement[bool]:
        """The row itself, those below it, or all whose name holds the words."""
        if isinstance(value, int):
            if not self.tree:
                return self.key == value
            return self.key.in_(self._below([self._name(value)[2]]))
        named = name_criteria(self.target, value)
        found = db.session.execute(self._rows().where(named).limit(MOST_OPTIONS)).all()
        if self.tree:
            return self.key.in_(self._below([row[2] for row in found]))
        return self.key.in_([row[0] for row in found])

    def _below(self, paths: list[str]) -> Any:
        table = self.target.__table__.alias()
        below = [table.c.path.startswith(path, autoescape=True) for path in paths]
        return select(table.c.id).where(or_(table.c.id == 0, *below))

    def words(self, value: Any) -> str:
        """The name of the row, or the words."""
        return str(self._name(value)[1]) if isinstance(value, int) else f"“{value}”"
