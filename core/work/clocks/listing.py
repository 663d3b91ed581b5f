"""Clocks in lists: the due moment as a column, and what is late as a condition, in SQL.

Both only add to a select of records that has its own visibility: they show nothing of a record that is not
in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.data.labels import label
from core.work.clocks.tables import ClockRow

rows: Any = ClockRow.__table__


def due_column(model: str, clock: str, key: Any) -> Any:
    """When a record's clock is due, for `column_property(..., deferred=True)`; `key` is its id column."""
    mine = (rows.c.model == model, rows.c.clock == clock, rows.c.record_id == key)
    return select(rows.c.due_at).where(*mine).correlate_except(rows).scalar_subquery()


def late(model: type[Any], clock: str, at: datetime) -> ColumnElement[bool]:
    """Records of `model` whose clock was due before `at` and has not stopped, nor stood by then."""
    standing = or_(rows.c.paused_at.is_(None), rows.c.due_at < rows.c.paused_at)
    return _with(model, clock, rows.c.stopped_at.is_(None), rows.c.due_at < at, standing)


def in_time(model: type[Any], clock: str, at: datetime) -> ColumnElement[bool]:
    """Records of `model` whose clock has not stopped and is not late."""
    return and_(_with(model, clock, rows.c.stopped_at.is_(None)), ~late(model, clock, at))


def stopped_late(model: type[Any], clock: str) -> ColumnElement[bool]:
    """Records of `model` whose clock stopped after it was due."""
    until = func.coalesce(rows.c.stopped_at, rows.c.due_at)
    return _with(model, clock, rows.c.due_at < until)


def _with(model: Any, clock: str, *conditions: Any) -> ColumnElement[bool]:
    ids = select(rows.c.record_id).where(rows.c.model == label(model), rows.c.clock == clock, *conditions)
    return model.id.in_(ids)
