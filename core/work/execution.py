"""Carrying out a checked transition: the same few statements for one record and for a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import insert, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.data.scope import Scope
from core.data.visibility import cleared
from core.errors import Conflict
from core.work.audit import acting, enter_created, enter_update
from core.work.clocks.book import enter_moves
from core.work.diff import plain
from core.work.moves import TransitionRow
from core.work.refusals import allow_bulk
from core.work.workflow import Context, Transition, Workflow


@dataclass(frozen=True)
class Order:
    """A transition asked for, after what concerns no single record has been checked: role and data."""

    session: Session
    workflow: Workflow
    step: Transition
    data: Mapping[str, Any]
    scope: Scope
    at: datetime

    def context(self, record: Any) -> Context:
        """What guards and the effect are told about this record's move."""
        source = getattr(record, self.workflow.column)
        target = self.step.target_of(record, self.data, source)
        return Context(self.scope, self.step, self.at, source, target)


def carry_out(order: Order, records: Sequence[Any]) -> list[TransitionRow]:
    """Move locked and checked records: all of them, or none if an effect refuses.

    States, transition rows and clocks are written first, so that what an effect asks the database is
    answered as of after the move; then the effects, then the modules hear of it.
    """
    session = order.session
    contexts = [order.context(record) for record in records]
    moves: list[TransitionRow] = []
    with acting(session, order.scope):
        try:
            with session.begin_nested():
                _write_states(order, records, contexts)
                moves += _write_moves(order, records, contexts)
                _write_clocks(order, records, contexts)
                if order.step.effect is not None:
                    for record, context in zip(records, contexts, strict=True):
                        order.step.effect(record, order.data, context)
        except BaseException:
            _forget(session, records, moves)
            raise
        _tell_modules(order, records, contexts)
    return moves


def _forget(session: Session, records: Sequence[Any], moves: Sequence[TransitionRow]) -> None:
    """The savepoint undid rows that the session took for loaded ones: it must not believe them."""
    for record in records:
        session.expire(record)
    for move in moves:
        session.expunge(move)


def _write_states(order: Order, records: Sequence[Any], contexts: Sequence[Context]) -> None:
    """One statement per pair of states; the records stay unmodified in the session's eyes."""
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for record, context in zip(records, contexts, strict=True):
        if context.source != context.target:
            groups[context.source, context.target].append(record)
    for (source, target), moved in groups.items():
        _write_state(order, moved, source, target)


def _write_state(order: Order, records: Sequence[Any], source: str, target: str) -> None:
    cls, column = type(records[0]), order.workflow.column
    values: dict[str, Any] = {column: target}
    version = _version_attribute(cls)
    if version is not None:
        values[version] = getattr(cls, version) + 1
    here = (cls.id.in_([record.id for record in records]), getattr(cls, column) == source)
    statement = update(cls).where(*here).values(values).execution_options(synchronize_session=False)
    result: Any = order.session.execute(cleared(allow_bulk(statement)))
    if result.rowcount != len(records):
        raise Conflict(_("Somebody else changed this meanwhile. Please look at it again."))
    for record in records:
        set_committed_value(record, column, target)
        if version is not None:
            set_committed_value(record, version, getattr(record, version) + 1)
        enter_update(order.session, record, {column: [source, target]})


def _version_attribute(cls: type[Any]) -> str | None:
    mapper = inspect(cls)
    return None if mapper.version_id_col is None else mapper.get_property_by_column(mapper.version_id_col).key


def _write_moves(order: Order, records: Sequence[Any], contexts: Sequence[Context]) -> list[TransitionRow]:
    """One row per record, in the order of the records."""
    data, session = plain(order.data), order.session
    rows = [
        {
            "model": order.workflow.model,
            "record_id": record.id,
            "action": order.step.action,
            "source": context.source,
            "target": context.target,
            "actor_id": order.scope.actor_id,
            "unit_id": order.scope.unit_id,
            "post_id": order.scope.post_id,
            "at": order.at,
            "duty": order.step.duty,
            "data": data,
            "origin": order.scope.origin,
        }
        for record, context in zip(records, contexts, strict=True)
    ]
    statement = cleared(allow_bulk(insert(TransitionRow).returning(TransitionRow)))
    made = {move.record_id: move for move in session.scalars(statement, rows)}
    moves = [made[record.id] for record in records]
    for move in moves:
        enter_created(session, move)
    return moves


def _write_clocks(order: Order, records: Sequence[Any], contexts: Sequence[Context]) -> None:
    """What the moves do to the records' clocks."""
    changes = [(record, one.source, one.target) for record, one in zip(records, contexts, strict=True)]
    by = {"at": order.at, "cause": order.step.action, "actor_id": order.scope.actor_id}
    enter_moves(order.session, order.workflow, changes, **by)


def _tell_modules(order: Order, records: Sequence[Any], contexts: Sequence[Context]) -> None:
    host = current_app.extensions["diwan"]
    for record, context in zip(records, contexts, strict=True):
        if context.source != context.target:
            host.call(
                "diwan_moved",
                record=record,
                source=context.source,
                target=context.target,
                scope=order.scope,
            )
