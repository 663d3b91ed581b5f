"""The visibility guard: default-deny for every statement and flush of a session.

Registered once on GovernorateSession. What it covers and what SQLAlchemy's loader criteria
alone would miss is listed in the contract test `tests/contracts/test_visibility.py`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Table, event, false, inspect, select
from sqlalchemy.orm import MANYTOONE, Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import TextClause, True_

from core.data.base import Base, db
from core.data.scope import Scope, scope_in
from core.data.session import GovernorateSession
from core.data.visibility import CLEARED, Governed, Scoped, cleared, criteria, visible, within_module
from core.errors import Hidden, NoScope, Unscoped


def governed_models() -> list[type[Any]]:
    """Every mapped class that the guard watches."""
    return list(_governed(len(db.metadata.tables)).values())


def governed_tables() -> dict[str, type[Any]]:
    """Their classes by table name."""
    return _governed(len(db.metadata.tables))


@cache
def _governed(generation: int) -> dict[str, type[Any]]:
    """`generation` grows when a plugin maps more."""
    mappers = Base.registry.mappers
    return {str(m.local_table): m.class_ for m in mappers if issubclass(m.class_, Governed)}


@event.listens_for(GovernorateSession, "do_orm_execute")
def narrow(state: ORMExecuteState) -> None:
    """Narrow an ORM statement to the scope; refuse what cannot be narrowed."""
    if state.execution_options.get("diwan_cleared") is CLEARED or state.is_column_load:
        return
    if not state.is_orm_statement:
        _refuse_governed(state.statement)
        return
    if (
        state.is_from_statement
        or state.is_insert
        or (state.is_executemany and (state.is_update or state.is_delete))
    ):
        _refuse_governed(state.statement)
    options = _options(state.session, state.statement)
    if options:
        state.statement = state.statement.options(*options)


def _options(session: Session, statement: Any) -> tuple[Any, ...]:
    """Loader criteria of all governed models, made once per session; none for the system."""
    known: tuple[Any, ...] | None = session.info.get("guard_options")
    if known is not None:
        return known
    scope = session.info.get("scope")
    if scope is None:
        if _governed_in(statement):
            raise NoScope("a governed record was asked for without a scope")
        return tuple(
            with_loader_criteria(model, false(), include_aliases=True) for model in governed_models()
        )
    options = _made(scope, criteria, len(db.metadata.tables))
    session.info["guard_options"] = options
    return options


@lru_cache(maxsize=1024)
def _made(scope: Scope, rule: Any, generation: int) -> tuple[Any, ...]:
    """Loader criteria for a scope, kept over requests: making them takes longer than asking by them."""
    conditions = ((model, rule(model, scope)) for model in governed_models())
    return tuple(
        with_loader_criteria(model, condition, include_aliases=True)
        for model, condition in conditions
        if not isinstance(condition, True_)
    )


def _refuse_governed(statement: Any) -> None:
    """Text is always refused; Core statements if they name a governed table."""
    if any(isinstance(element, TextClause) for element in visitors.iterate(statement)):
        raise Unscoped("text statements need unscoped(reason)")
    if named := _governed_in(statement):
        raise Unscoped(f"a statement on {named} needs select_visible, or unscoped(reason)")


def _governed_in(statement: Any) -> str | None:
    """Name of the first governed table that a statement names."""
    tables = governed_tables()
    names = (element.name for element in visitors.iterate(statement) if isinstance(element, Table))
    return next((name for name in names if name in tables), None)


def check_known_row(session: Session, row: Any) -> Any:
    """The row, or None if the session's scope does not see it."""
    if row is None or not isinstance(row, Governed):
        return row
    scope = scope_in(session)
    return row if scope.system or visible(row, scope) else None


GovernorateSession.known_row = check_known_row


@event.listens_for(GovernorateSession, "before_flush")
def check_writes(session: Session, context: Any, instances: Any) -> None:
    """Fill the unit, refuse units the actor does not reach and keys that lead to hidden rows."""
    rows = [r for r in (*session.new, *session.dirty) if session.is_modified(r) or r in session.new]
    governed = [row for row in rows if isinstance(row, Governed)]
    if not governed and not any(_keys_to_governed(inspect(type(row))) for row in rows):
        return
    scope = scope_in(session)
    for row in governed:
        if isinstance(row, Scoped):
            _fill(session, row, scope)
    if scope.system:
        return
    with session.no_autoflush:
        for row in rows:
            _check_unit(session, row, scope)
            _check_keys(session, row, scope)


def _fill(session: Session, row: Any, scope: Scope) -> None:
    """A new record belongs to the unit its author acts for, and remembers the author."""
    if _key(row, "unit_id")[0] is None:
        row.unit_id = scope.unit_id
    if row in session.new and _key(row, "created_by_id")[0] is None:
        row.created_by_id = scope.actor_id


def _check_unit(session: Session, row: Any, scope: Scope) -> None:
    """A record may only be put into a unit within reach."""
    scope = within_module(row, scope) if isinstance(row, Scoped) else scope
    if not isinstance(row, Scoped) or scope.whole:
        return
    unit_id, changed = _key(row, "unit_id")
    if not changed:
        return
    units = db.metadata.tables["core_unit"].alias()
    path = session.scalar(units.select().with_only_columns(units.c.path).where(units.c.id == unit_id))
    if unit_id in scope.unit_ids or (path and path.startswith(scope.unit_paths or ("-",))):
        return
    raise Hidden(f"unit {unit_id} is out of the actor's reach")


def _check_keys(session: Session, row: Any, scope: Scope) -> None:
    """Every changed foreign key to a governed table must lead to a row that the scope sees."""
    for attribute, target, remote in _keys_to_governed(inspect(type(row))):
        value, changed = _key(row, attribute)
        if value is None or not changed:
            continue
        column = getattr(target, remote)
        seen = cleared(select(column).where(column == value, criteria(target, scope)))
        if session.execute(seen).first() is None:
            raise Hidden(f"{attribute} leads to a row out of the actor's sight")


@cache
def _keys_to_governed(mapper: Mapper[Any]) -> list[tuple[str, type[Any], str]]:
    """(attribute, governed class, its column) for each foreign key of the mapper's table."""
    tables = governed_tables()
    columns = mapper.local_table.columns
    return [
        (mapper.get_property_by_column(column).key, tables[key.column.table.name], key.column.name)
        for column in columns
        for key in column.foreign_keys
        if key.column.table.name in tables
    ]


def _key(row: Any, attribute: str) -> tuple[Any, bool]:
    """The value that a foreign key will have after the flush, and whether it changes.

    A relationship that was set counts first: the flush copies its key only after this check.
    """
    state = inspect(row)
    for relation, remote in _relations_over(state.mapper, attribute):
        for other in state.attrs[relation].history.added or ():
            return None if other is None else getattr(other, remote), True
    changed = state.transient or state.pending or state.attrs[attribute].history.has_changes()
    return getattr(row, attribute), changed


@cache
def _relations_over(mapper: Mapper[Any], attribute: str) -> list[tuple[str, str]]:
    """(relationship, attribute of the related class) for each many-to-one that sets this key."""
    return [
        (relation.key, relation.mapper.get_property_by_column(remote).key)
        for relation in mapper.relationships
        if relation.direction is MANYTOONE and not relation.viewonly
        for local, remote in relation.local_remote_pairs or ()
        if mapper.get_property_by_column(local).key == attribute
    ]
