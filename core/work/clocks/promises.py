"""A promise follows what decides it: the record's category was changed, or what the category promises was.

Collected at each flush, entered once before the outermost commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from core.data.labels import label, model_by_label
from core.data.scope import scope_in
from core.data.session import GovernorateSession
from core.data.visibility import cleared
from core.work.clocks.book import enter_promises
from core.work.clocks.tables import ClockRow
from core.work.workflow import Workflow, workflows

PENDING = "clock_promises"
Change = tuple[str, str, str, int]
"""Model of the records, the column by which they are found, what was changed, id."""


@event.listens_for(GovernorateSession, "before_flush")
def note_changes(session: Session, context: Any, instances: Any) -> None:
    """Remember what is changed that may decide a promise."""
    if not session.dirty:
        return
    watched = [(flow, name) for flow in workflows().values() for name in _columns(flow)]
    for row in session.dirty if watched else ():
        for flow, name in watched:
            session.info.setdefault(PENDING, set()).update(_changes(session, row, flow, name))


def _columns(flow: Workflow) -> set[str]:
    return {name for clock in flow.clocks for name in clock.promise_by}


def _changes(session: Session, row: Any, flow: Workflow, name: str) -> Iterator[Change]:
    """What of `row` bears on the promise by the column `name` of the records of `flow`."""
    state, cls = inspect(row), model_by_label(flow.model)
    if type(row) is cls:
        relations = [
            relation.key
            for relation in state.mapper.relationships
            if any(local.name == name for local in relation.local_columns)
        ]
        if any(state.attrs[key].history.has_changes() for key in (name, *relations)):
            yield flow.model, "id", flow.model, row.id
        return
    keys = getattr(cls, name).property.columns[0].foreign_keys
    if any(key.column.table is state.mapper.local_table for key in keys) and session.is_modified(row):
        yield flow.model, name, label(row), row.id


@event.listens_for(GovernorateSession, "before_commit")
def enter_changes(session: Session) -> None:
    """Enter the new promises of all open records concerned, whoever may see them; not at a savepoint."""
    if session.get_nested_transaction() is not None or PENDING not in session.info:
        return
    session.flush()
    actor = scope_in(session).actor_id
    for model, column, cause, key in sorted(session.info.pop(PENDING)):
        cls = model_by_label(model)
        running = select(ClockRow.record_id).where(ClockRow.model == model, ClockRow.stopped_at.is_(None))
        concerned = select(cls.id).where(getattr(cls, column) == key, cls.id.in_(running))
        ids = session.scalars(cleared(concerned)).all()
        enter_promises(session, workflows()[model], ids, cause, actor)


@event.listens_for(GovernorateSession, "after_transaction_end")
def forget(session: Session, transaction: Any) -> None:
    """Undone or done: the next transaction begins anew."""
    if transaction.parent is None:
        session.info.pop(PENDING, None)
