"""Trees that come with Diwan or a module, from CSV: places, units, categories."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Refused


def load_tree(
    session: Session, model: Any, path: Path, *, skip: Iterable[str] = (), **fixed: Any
) -> dict[str, Any]:
    """Bring a tree from a CSV with `code`, `parent` and columns of `model`; returns its nodes by code.

    A known code is corrected, a new one added, none removed; parents stand before their children.
    `fixed` are columns that the file does not have (`list="complaints"`), and narrow what is known.
    """
    known = select(model).filter_by(**fixed)
    nodes = {node.code: node for node in session.scalars(known)}
    for number, row in rows(path):
        parent = named(nodes, row["parent"], line_of(path, number)) if row["parent"] else None
        node = nodes.get(row["code"])
        if node is None:
            node = nodes[row["code"]] = model(code=row["code"], **fixed)
            session.add(node)
        node.parent = parent
        for name in set(row) - {"code", "parent", *skip}:
            setattr(node, name, _value(model, name, row[name]))
    session.flush()
    return nodes


def rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(line number, row) of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return [(reader.line_num, row) for row in reader]


def line_of(path: Path, number: int) -> str:
    """A line of a file, for a sentence in the reader's language."""
    return _("%(file)s line %(number)d", file=path.name, number=number)


def named(known: dict[str, Any], code: str, where: str) -> Any:
    """The node `code`; raises Refused, saying `where`, if it is not among the known."""
    if code not in known:
        raise Refused(_("%(where)s: there is no %(code)s.", where=where, code=code))
    return known[code]


def _value(model: Any, name: str, text: str) -> Any:
    """A cell as the column wants it; an empty cell is None, except in text that may not be."""
    column = model.__table__.c[name]
    if text == "":
        return None if column.nullable else ""
    python: type = column.type.python_type
    return text == "1" if python is bool else python(text)
