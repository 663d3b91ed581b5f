"""One audit row per changed row, in the same transaction.

Changes are collected at each flush and written just before the outermost commit, with the head
row of the chain locked last of all: who commits holds it for a few milliseconds, and no writer
waits for a counter or a record while holding it, so it cannot be part of a deadlock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g, has_app_context
from sqlalchemy import Connection, event, func, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper, Session, SessionTransaction, object_session

from core.data import guard  # noqa: F401  (the guard's listeners come first)
from core.data.base import db
from core.data.labels import label
from core.data.scope import Scope
from core.data.session import GovernorateSession
from core.data.time import now
from core.keys import derive
from core.work.chain import FIRST, ONLY, AuditHead, AuditRow, Head, canonical, code_of, link
from core.work.diff import Digest, audited_columns, changes, plain, record_id, values
from core.work.refusals import Unaudited, allow_bulk, is_audited


@dataclass
class Pending:
    """Entries of the present transaction. `marks` are their numbers at the start of each savepoint."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    marks: dict[SessionTransaction, int] = field(default_factory=dict)
    written: bool = False


def record(op: str, about: Any, detail: Any = None, *, actor_id: int | None = None) -> None:
    """Enter something that changes no row: a view of a confidential record, unscoped work.

    `about` is a record or a label. In a writing session the entry commits with the transaction;
    in one that only reads it is written at once, so that nothing is shown that was not recorded.
    """
    session = db.session()
    if session.info.get("write"):
        _enter(session, op, about, plain(detail or {}), actor_id)
        return
    session.commit()  # ends the reading: on SQLite an old snapshot could not be written from
    session.info["write"] = True
    try:
        _enter(session, op, about, plain(detail or {}), actor_id)
        session.commit()
    finally:
        session.info["write"] = False


def last_change(about: str) -> datetime | None:
    """When a row of the model with this label was last written; None if that was never entered here."""
    return db.session.scalar(select(func.max(AuditRow.at)).where(AuditRow.model == about))


@contextmanager
def acting(session: Session, scope: Scope) -> Iterator[None]:
    """What is flushed inside is entered under `scope`'s actor instead of the session's."""
    before = session.info.get("acting")
    session.info["acting"] = scope
    try:
        yield
    finally:
        session.info["acting"] = before


@event.listens_for(db.Model, "before_mapper_configured", propagate=True)
def _keep_old_values(mapper: Mapper[Any], cls: type[Any]) -> None:
    """An attribute that was not loaded is read before it is overwritten, or the old value would be lost."""
    if is_audited(cls):
        for name in audited_columns(mapper):
            prop = mapper.column_attrs[name]
            prop.active_history = not prop.deferred


@event.listens_for(db.Model, "after_insert", propagate=True)
def collect_insert(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Enter a new row. Mapper events, because a session's lists leave out deleted orphans."""
    session = object_session(row)
    if session is not None and is_audited(row):
        enter_created(session, row)


@event.listens_for(db.Model, "after_update", propagate=True)
def collect_update(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Enter what changed in a row, if anything did."""
    session = object_session(row)
    if session is not None and is_audited(row):
        diff = changes(row, _digest(session, row))
        if diff:
            enter_update(session, row, diff)


@event.listens_for(db.Model, "after_delete", propagate=True)
def collect_delete(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Enter a row that goes, with its last values."""
    session = object_session(row)
    if session is not None and is_audited(row):
        _enter(session, "delete", row, values(row, _digest(session, row)))


def enter_created(session: Session, row: Any) -> None:
    """Enter a row that was inserted, by the flush or by a statement of core's own."""
    _enter(session, "create", row, values(row, _digest(session, row)))


def enter_update(session: Session, row: Any, diff: dict[str, Any]) -> None:
    """Enter a change; `diff` maps columns that are not personal to [old, new]."""
    _enter(session, "update", row, diff)


def _digest(session: Session, row: Any) -> Digest:
    key = derive(code_of(session), "audit-digest")
    return Digest(key, f"{label(row)}\n{record_id(row)}")


def _enter(session: Session, op: str, about: Any, diff: Any, actor_id: int | None = None) -> None:
    pending = _pending(session)
    if pending.written:
        raise Unaudited("a change after the audit of its transaction was written")
    scope: Scope = session.info.get("acting") or session.info.get("scope") or Scope.of_public()
    pending.entries.append(
        {
            "at": now(),
            "actor_id": actor_id if actor_id is not None else scope.actor_id,
            "unit_id": scope.unit_id,
            "request_id": g.get("request_id") if has_app_context() else None,
            "model": about if isinstance(about, str) else label(about),
            "record_id": None if isinstance(about, str) else record_id(about),
            "op": op,
            "diff": canonical(diff),
        }
    )


def _pending(session: Session) -> Pending:
    pending: Pending = session.info.setdefault("audit", Pending())
    return pending


@event.listens_for(GovernorateSession, "before_commit")
def write(session: Session) -> None:
    """Append the transaction's entries to the chain; not yet at the end of a savepoint."""
    if session.get_nested_transaction() is not None:
        return
    while not session._is_clean():
        session.flush()
    pending = _pending(session)
    if not pending.entries:
        return
    key = derive(code_of(session), "audit")
    rows, head = link(key, _lock_head(session, len(pending.entries)), pending.entries)
    log, end = inspect(AuditRow).local_table, inspect(AuditHead).local_table
    session.execute(allow_bulk(insert(log)), rows)
    session.execute(allow_bulk(update(end).where(end.c.id == ONLY).values(hash=head.hash)))
    pending.written = True


def _lock_head(session: Session, count: int) -> Head:
    """The head before ours, its row locked until the commit and its number already moved on."""
    table = inspect(AuditHead).local_table
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(table).values(id=ONLY, seq=count, hash=FIRST)
    moved = first.on_conflict_do_update(index_elements=["id"], set_={"seq": table.c.seq + count})
    row = session.execute(allow_bulk(moved.returning(table.c.seq, table.c.hash))).one()
    return Head(row.seq - count, row.hash)


@event.listens_for(GovernorateSession, "after_transaction_create")
def mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    """Remember where a savepoint begins."""
    if transaction.nested:
        _pending(session).marks[transaction] = len(_pending(session).entries)


@event.listens_for(GovernorateSession, "after_soft_rollback")
def drop_undone(session: Session, transaction: SessionTransaction) -> None:
    """What a savepoint undid was not done."""
    start = _pending(session).marks.get(transaction)
    if start is not None:
        del _pending(session).entries[start:]


@event.listens_for(GovernorateSession, "after_transaction_end")
def forget(session: Session, transaction: SessionTransaction) -> None:
    """Begin anew after each transaction; a savepoint's mark is still needed when it was rolled back."""
    if transaction.parent is None:
        session.info.pop("audit", None)
