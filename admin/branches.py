"""What may be chosen, in groups: a tree by the branches below its top, in the tree's own order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

SPACE = "\u2003"
"""A space that a select does not collapse; one for each level inside a group."""


@dataclass
class Branch:
    """A group of options, (value, words) each; the one without a name stands outside any group."""

    name: str | None
    options: list[tuple[Any, str]] = field(default_factory=list)


def branches(nodes: Iterable[tuple[Any, str, str]], without: Collection[Any] = ()) -> list[Branch]:
    """Groups of (value, name, path), values in `without` left out; what has no path is a group without name.

    Each node right below the top that has others below it is a group, itself the first option in it;
    the rest comes first. The top itself may be missing, or several trees may stand side by side.
    """
    rows = [(value, name, _ids(path)) for value, name, path in nodes]
    rows.sort(key=lambda row: row[2])  # a tree's order is the order in which it was written
    level = 1 if len({ids[0] for _value, _name, ids in rows if ids}) == 1 else 0
    heads = {ids[level] for _value, _name, ids in rows if len(ids) > level + 1}
    loose, found = Branch(None), dict[int, Branch]()
    for value, name, ids in rows:
        head = ids[level] if len(ids) > level and ids[level] in heads else None
        branch = loose if head is None else found.setdefault(head, Branch(name))
        if value not in without:
            depth = 0 if head is None else len(ids) - level - 1
            branch.options.append((value, SPACE * depth + name))
    return [branch for branch in (loose, *found.values()) if branch.options]


def _ids(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.split("/") if part)


def drawn(groups: Iterable[Branch], chosen: Iterable[Any]) -> Markup:
    """The options of a select; drawn here, because there may be two hundred."""
    marked = {str(value) for value in chosen}
    return Markup("").join(_group(branch, marked) for branch in groups)


def _group(branch: Branch, marked: set[str]) -> Markup:
    options = Markup("").join(
        (_CHOSEN if str(value) in marked else _OPTION) % (value, words) for value, words in branch.options
    )
    return options if branch.name is None else _GROUP % (branch.name, options)


_GROUP = Markup('<optgroup label="%s">%s</optgroup>')
_OPTION = Markup('<option value="%s">%s</option>')
_CHOSEN = Markup('<option value="%s" selected>%s</option>')
