"""From the names a view lists to columns of one Core select, joined names included."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, inspect
from sqlalchemy.orm import Mapper, aliased
from sqlalchemy.types import TypeDecorator

from core.data.base import Base, db
from core.data.scope import scope_in
from core.data.visibility import Governed, criteria
from core.people.bilingual import Bilingual, name_column

NAMES = ("name", "number", "title", "subject", "username", "code", "id")
"""What a related row is called by: the first of these that it has."""


class Columns:
    """The columns that a list selects, and the joins that they take: one for each relation."""

    def __init__(self, model: type[Any], names: Iterable[str]) -> None:
        self.model = model
        self.joins: dict[str, tuple[Any, type[Any], Any]] = {}
        self.all = [self._column(name) for name in names]

    def _column(self, name: str) -> Any:
        """A column, a relation's name ("category") or a relation's column ("category.code").

        Raises LookupError for a name that the model does not know: a mistake in the view.
        """
        head, _dot, tail = name.partition(".")
        own = attribute(self.model, self.model, head)
        if own is not None and not tail:
            return own
        other, target, _on = self.joins.setdefault(head, self._join(head))
        column = attribute(other, target, tail) if tail else name_of(other, target)
        if column is None:
            raise LookupError(f"{target.__name__} has no column {tail!r}")
        return column

    def _join(self, head: str) -> tuple[Any, type[Any], Any]:
        if head in self.joins:
            return self.joins[head]
        other, target, on = _joined(inspect(self.model), head)
        if issubclass(target, Governed):
            on = and_(on, criteria(other, scope_in(db.session())))
        return other, target, on

    def join(self, statement: Select[Any]) -> Select[Any]:
        """`statement` with the joins; a related row out of reach leaves an empty cell."""
        statement = statement.select_from(self.model)
        for other, _target, on in self.joins.values():
            statement = statement.outerjoin(other, on)
        return statement


@cache
def _joined(mapper: Mapper[Any], head: str) -> tuple[Any, type[Any], Any]:
    """Alias, class and ON of a relation; kept, for making an alias costs more than the query's text."""
    key, target = relation(mapper.class_, head)
    other = aliased(target)
    return other, target, key == other.id


def attribute(entity: Any, cls: type[Any], name: str) -> Any:
    """Column `name` of `entity` (class or alias), also `name` of a bilingual one; None if it is no column."""
    if name == "name" and issubclass(cls, Bilingual):
        return name_column(entity)
    return None if column_of(cls, name) is None else getattr(entity, name)


def column_of(model: type[Any], name: str) -> Any:
    """The mapped column attribute `name`, or None if it is something else."""
    found = inspect(model).column_attrs.get(name)
    return None if found is None else getattr(model, name)


def relation(model: type[Any], name: str) -> tuple[Any, type[Any]]:
    """(foreign key column, class it leads to) of a many-to-one relation, or of the column `<name>_id`.

    Raises LookupError if there is neither.
    """
    mapper = inspect(model)
    related = mapper.relationships.get(name)
    if related is not None and not related.uselist:
        ((local, _),) = related.local_remote_pairs
        return getattr(model, mapper.get_property_by_column(local).key), related.mapper.class_
    for candidate in (f"{name}_id", name):
        key = column_of(model, candidate)
        if key is not None and key.property.columns[0].foreign_keys:
            return key, class_of(key)
    raise LookupError(f"{model.__name__} has no column or relation {name!r}")


def class_of(key: Any) -> type[Any]:
    """The class whose table a foreign key column refers to."""
    (foreign,) = key.property.columns[0].foreign_keys
    for mapper in Base.registry.mappers:
        if mapper.local_table is foreign.column.table:
            return mapper.class_
    raise LookupError(str(foreign))


def name_of(entity: Any, cls: type[Any]) -> Any:
    """The column by which rows of `cls` are called; `entity` is the class or its alias."""
    if issubclass(cls, Bilingual):
        return name_column(entity)
    return next(getattr(entity, name) for name in NAMES if column_of(cls, name) is not None)


def ordering(cls: type[Any]) -> tuple[Any, ...]:
    """The order in which rows of `cls` are offered: a tree by its path, else by name."""
    return (cls.path,) if column_of(cls, "path") is not None else (name_of(cls, cls), cls.id)


def python_type(column: Any) -> type[Any]:
    """The Python type of a column's values, seen through a type of our own (UtcDateTime is a datetime)."""
    kind = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    found: type[Any] = kind.python_type
    return found
