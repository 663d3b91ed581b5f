"""The one rule of who sees which record, as SQL criteria.

Lists, counts, exports, figures, search and the ORM guard all take it from `criteria`.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    BooleanClauseList,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    and_,
    false,
    inspect,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, aliased, declared_attr, mapped_column

from core.data.base import db
from core.data.labels import label, owner_of
from core.data.scope import ORDINARY, Scope, scope_in
from core.errors import Unscoped

T = TypeVar("T", bound=Any)

CLEARED = object()
"""Mark on statements whose criteria came from here; the guard lets nothing else through."""


class Governed:
    """Base of models the guard watches."""


class Scoped(Governed):
    """A record that belongs to a unit and has a level of confidentiality."""

    place_column: ClassVar[str] = "place_id"

    @declared_attr
    def unit_id(cls) -> Mapped[int]:
        """The unit that owns the record."""
        return mapped_column(ForeignKey("core_unit.id"))

    confidentiality: Mapped[int] = mapped_column(default=ORDINARY)

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        """Who registered it; nobody for a citizen or an import."""
        return mapped_column(ForeignKey("core_user.id"))

    @classmethod
    def also_visible(cls, scope: Scope) -> ColumnElement[bool] | None:
        """Further reasons that bring a record within reach, OR-ed to the units; see `criteria`.

        Name other tables by `.alias()`: a bare table would correlate with an enclosing query's.
        """
        return None

    __published__: ClassVar[tuple[str, ...]] = ()
    """Columns that everybody may know of the rows that `published` names: nothing about a person."""

    @classmethod
    def published(cls) -> ColumnElement[bool]:
        """Rows that everybody may know of; none unless a model says so. See `select_published`."""
        return false()

    @classmethod
    def may_open_confidential(cls, scope: Scope) -> ColumnElement[bool] | None:
        """Who besides the two roles may open a confidential record (its identities stay masked)."""
        return None


class ScopedByParent(Governed):
    """A row of a governed record (an applicant of a complaint): seen exactly as its parent is.

    With `__identities__` it says who somebody is: of a confidential parent it is seen only by the
    two roles, also where `may_open_confidential` shows the parent itself to others.
    """

    __parent__: ClassVar[str]
    __identities__: ClassVar[bool] = False

    @classmethod
    def parent_class(cls) -> type[Any]:
        """The governed class that the relationship `__parent__` leads to."""
        return cls.__mapper__.relationships[cls.__parent__].mapper.class_  # type: ignore[attr-defined]


class Attached(Governed):
    """A row that hangs on any record by label and id; reached only by `attached(cls, record)`."""

    model: Mapped[str]
    record_id: Mapped[int]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:
        """The timeline's index."""
        return (Index(None, "model", "record_id", "id"),)


class Shared:
    """Seen by everyone inside the governorate: reference data, units, users."""


def criteria(model: Any, scope: Scope) -> ColumnElement[bool]:
    """The rows of `model` (class or alias) that `scope` sees.

    By the roles that have any right in the model's module, and by no other: rows of the actor's units
    (or of places they serve, or that `also_visible` names); of those, confidential ones only for
    level 1 or where `may_open_confidential` says so.
    """
    entity = getattr(model, "_aliased_insp", None)
    cls = entity.mapper.class_ if entity is not None else model
    if scope.system or issubclass(cls, Shared):
        return true()
    if issubclass(cls, Attached):
        return false()
    if issubclass(cls, ScopedByParent):
        return _by_parent(model, cls, scope)
    scope = within_module(cls, scope)
    if scope.unlimited:
        return true()
    return and_(_within_reach(model, scope), _within_level(model, scope))


def alternatives(model: Any, scope: Scope) -> list[ColumnElement[bool]]:
    """`criteria` as conditions of which no row meets two, so that each can be answered by its own index.

    No database does that with an OR: it reads the whole table to count what a small office sees.
    """
    narrowed = within_module(model, scope)
    if not issubclass(model, Scoped) or scope.system or narrowed.unlimited or narrowed.whole:
        return [criteria(model, scope)]
    level = _within_level(model, narrowed)
    reasons = [part for reason in _reasons(model, narrowed) for part in _parts(reason)]
    apart = [
        and_(reason, *(earlier.is_not(true()) for earlier in reasons[:number]), level)
        for number, reason in enumerate(reasons)
    ]
    return apart or [false()]


def _parts(condition: ColumnElement[bool]) -> list[Any]:
    """What an OR is made of."""
    either = isinstance(condition, BooleanClauseList) and condition.operator is operator.or_
    return list(condition.clauses) if either else [condition]


def within_module(model: Any, scope: Scope) -> Scope:
    """`scope` as far as it counts for the records of a class: by the roles of its module."""
    return scope.within(owner_of(model.__tablename__))


def _within_reach(model: Any, scope: Scope) -> ColumnElement[bool]:
    return true() if scope.whole else or_(false(), *_reasons(model, scope))


def _reasons(model: Any, scope: Scope) -> list[ColumnElement[bool]]:
    reasons: list[ColumnElement[bool]] = []
    if scope.unit_ids:
        reasons.append(model.unit_id.in_(scope.unit_ids))
    reasons += [model.unit_id.in_(_ids_below("core_unit", path)) for path in scope.unit_paths]
    place = getattr(model, model.place_column, None)
    if place is not None:
        reasons += [place.in_(_ids_below("core_place", path)) for path in scope.place_paths]
    more = model.also_visible(scope)
    if more is not None:
        reasons.append(more)
    return reasons


def _within_level(model: Any, scope: Scope) -> ColumnElement[bool]:
    identified = _identified(model, scope)
    opened = model.may_open_confidential(scope)
    return identified if opened is None else or_(identified, opened)


def _identified(model: Any, scope: Scope) -> ColumnElement[bool]:
    """Ordinary, or within the reach of a role that opens confidential records, not of just any role."""
    ordinary = model.confidentiality <= ORDINARY
    if scope.level <= ORDINARY:
        return ordinary
    opening = scope.opening()
    return true() if opening.reach == scope.reach else or_(ordinary, _within_reach(model, opening))


def _ids_below(table: str, path: str) -> Select[tuple[int]]:
    """Ids of a tree's node and all below it, by the materialised path."""
    tree = db.metadata.tables[table].alias()  # an alias, lest it correlate with a list's own join
    return select(tree.c.id).where(tree.c.path.startswith(path, autoescape=True))


def _by_parent(model: Any, cls: type[ScopedByParent], scope: Scope) -> ColumnElement[bool]:
    mapper: Any = cls.__mapper__  # type: ignore[attr-defined]
    ((local, remote),) = mapper.relationships[cls.__parent__].local_remote_pairs
    scope = within_module(cls.parent_class(), scope)
    if scope.unlimited:
        return true()
    parent = aliased(cls.parent_class())
    rows = inspect(parent).selectable
    seen = select(rows.c[remote.key]).where(criteria(parent, scope))
    if cls.__identities__:
        seen = seen.where(_identified(parent, scope))
    return getattr(model, mapper.get_property_by_column(local).key).in_(seen)


def select_visible(model: Any, *columns: Any) -> Select[Any]:
    """A Core select of `columns` over the rows of `model` that the present session's scope sees.

    For lists, counts, exports and figures: tuples, no entities. Join names from shared tables
    freely; a second governed model needs its own `criteria`.
    """
    return cleared(select(*columns).where(criteria(model, scope_in(db.session()))))


def select_published(model: type[Scoped], *columns: Any) -> Select[Any]:
    """A Core select of `columns` over the rows of `model` that everybody may know of, whoever asks.

    For open lists. Never a confidential row, and of the model only what it names in `__published__`; raises
    Unscoped for another column. Of Shared classes, which may be joined freely, any column is given.
    """
    for column in columns:
        owner = column.class_
        if not (column.key in model.__published__ if owner is model else issubclass(owner, Shared)):
            raise Unscoped(f"{owner.__name__}.{column.key} is not published")
    return cleared(select(*columns).where(model.published(), model.confidentiality <= ORDINARY))


def cleared(statement: T) -> T:
    """Mark a statement whose visibility has been settled by `criteria`; core's own use."""
    return statement.execution_options(diwan_cleared=CLEARED)


def attached(model: type[Any], record: Any) -> Select[Any]:
    """The rows of an Attached model that hang on `record`.

    `record` was loaded under the guard, so who holds it may see what hangs on it.
    """
    return cleared(select(model).where(model.model == label(record), model.record_id == record.id))


def visible(record: Any, scope: Scope) -> bool:
    """Ask the database whether `scope` sees this very row."""
    cls = type(record)
    statement = cleared(select(cls.id).where(cls.id == record.id, criteria(cls, scope)))
    return db.session.execute(statement).first() is not None


def level_on(record: Any, scope: Scope) -> int:
    """The level that `scope` has on this very record; it asks the database only where roles differ."""
    scope = within_module(record, scope)
    if scope.level <= ORDINARY or scope.opening().reach == scope.reach:
        return scope.level
    return scope.level if visible(record, scope.opening()) else ORDINARY


def reached_as(roles: Collection[str], records: Sequence[Any], scope: Scope) -> set[int]:
    """Ids of those of `records` (of one class) that `scope` reaches by one of `roles`, by no other.

    Who is a clerk here and a focal point there is no focal point here. One select, and none for
    somebody whose roles all reach equally far.
    """
    ids = {record.id for record in records}
    part = scope.acting_as(roles)
    if not records or part == scope or (part.reach, part.level) == (scope.reach, scope.level):
        return ids
    cls = type(records[0])
    return set(db.session.scalars(cleared(select(cls.id).where(cls.id.in_(ids), criteria(cls, part)))))
