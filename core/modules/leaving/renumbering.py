"""New ids for rows of core's that come back and find their own taken: SQLite gives removed ids again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select


@dataclass
class Renumbering:
    """`moved` maps the table's name to old id -> new id; tables are given in the order of foreign keys."""

    connection: Connection
    moved: dict[str, dict[int, int]] = field(default_factory=dict)

    def make_room(self, table: Table, file: Path) -> None:
        """Find new ids for the rows of `file` whose ids are taken."""
        if [column.name for column in table.primary_key] != ["id"]:
            return
        place = [name for name, _kind in header_of(file)].index("id")
        with file.open("rb") as lines:
            next(lines)
            ids = {json.loads(line)[place] for line in lines}
        key = table.c.id
        within = select(key).where(key.between(min(ids, default=0), max(ids, default=0)))
        taken = sorted(ids.intersection(self.connection.scalars(within)))
        if taken:
            last = self.connection.scalar(select(func.max(key))) or 0
            first = max(last, *ids) + 1
            self.moved[table.name] = dict(zip(taken, range(first, first + len(taken)), strict=True))

    def corrector(self, table: Table) -> Callable[[dict[str, Any]], None] | None:
        """What gives a row of `table` its new ids: its own, those it points to, and those of its path.

        None where all stay as they are.
        """
        own = self.moved.get(table.name, {})
        columns: dict[str, Mapping[int, int]] = {"id": own} if own else {}
        for column in table.columns:
            for key in column.foreign_keys:
                if moved := self.moved.get(key.column.table.name):
                    columns[column.name] = moved

        def correct(row: dict[str, Any]) -> None:
            for name, moved in columns.items():
                row[name] = moved.get(row[name], row[name])
            if own and "path" in row:
                row["path"] = "/".join(str(own.get(int(p), p)) if p else "" for p in row["path"].split("/"))

        return correct if columns else None


def header_of(file: Path) -> list[list[str]]:
    """Name and kind of each column of an exported table (core.data.archive)."""
    with file.open("rb") as lines:
        columns: list[list[str]] = json.loads(lines.readline())["columns"]
    return columns
