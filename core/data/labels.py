"""The name of a model as people and files write it: `complaints.complaint`."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from core.data.base import Base, db

OWNERS: set[str] = {"core"}
"""Ids that may own tables; the loader adds each plugin before its models are imported."""


def owner_of(table: str, owners: Collection[str] = OWNERS) -> str:
    """Id of the plugin that owns `table`: the longest that fits, so `complaints_land` beats `complaints`."""
    fitting = [owner for owner in owners if table.startswith(f"{owner}_")]
    return max(fitting, key=len) if fitting else table.partition("_")[0]


def label(model: Any) -> str:
    """`core.unit` for the class or a record of the table `core_unit`."""
    table: str = model.__tablename__
    owner = owner_of(table)
    return f"{owner}.{table.removeprefix(owner + '_')}"


def model_by_label(name: str) -> type[Any]:
    """The class for a label; raises LookupError if no loaded plugin has it."""
    found = _models(len(db.metadata.tables)).get(name)
    if found is None:
        raise LookupError(name)
    return found


@cache
def _models(generation: int) -> dict[str, type[Any]]:
    """All mapped classes by label; `generation` grows when a plugin maps more."""
    return {label(mapper.class_): mapper.class_ for mapper in Base.registry.mappers}
