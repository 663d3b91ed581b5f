"""What of a governorate's database belongs to a module: its own tables, and its rows in core's.

Read from the database itself, so that the answer is right for a module whose code is missing or older. A row
of core's belongs to a module that is named in it (a role's `plugin`, a note's `model`), and so do the rows of
core that point to such a row (who holds the role). The audit belongs to nobody: it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    Select,
    Table,
    func,
    inspect,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.schema import sort_tables_and_constraints

from core.data.base import Base
from core.data.labels import OWNERS, owner_of
from core.errors import Refused
from core.governorates.setting import Setting
from core.modules.migrations import CORE, version_table
from core.modules.models import UNINSTALLED, InstalledModule
from core.people.categories import Category
from core.people.users import Role
from core.work.chain import AuditHead, AuditRow
from core.work.numbering import Number

KEPT = frozenset(model.__tablename__ for model in (AuditRow, AuditHead, InstalledModule))
VERSIONS = version_table("")


@dataclass(frozen=True)
class Part:
    """Rows of one table that belong to a module: all of its `own` tables, of core's those where `which`."""

    table: Table
    own: bool
    which: ColumnElement[bool]

    @property
    def keys(self) -> Select[Any] | None:
        """The primary keys of the rows; None where they are all."""
        return None if self.own else select(*self.table.primary_key).where(self.which)

    def count(self, connection: Connection) -> int:
        """How many rows there are now."""
        return connection.execute(select(func.count()).select_from(self.table).where(self.which)).scalar_one()


@dataclass(frozen=True)
class Belongings:
    """`parts` in the order of foreign keys (what is pointed to comes first); `pointing` are the tables of
    other modules that point to them, each with the table it points to.
    """

    parts: tuple[Part, ...]
    pointing: tuple[tuple[str, str], ...]

    @property
    def own(self) -> tuple[Part, ...]:
        """The module's own tables."""
        return tuple(part for part in self.parts if part.own)

    @property
    def shared(self) -> tuple[Part, ...]:
        """Its rows in core's tables."""
        return tuple(part for part in self.parts if not part.own)


def read_tables(connection: Connection) -> MetaData:
    """Every table as the database has it: its columns, its primary key and its foreign keys."""
    look, found = inspect(connection), MetaData()
    keys, foreign = look.get_multi_pk_constraint(), look.get_multi_foreign_keys()
    for place, columns in look.get_multi_columns().items():
        primary = keys[place]["constrained_columns"]
        parts: list[Any] = [
            Column(one["name"], one["type"], primary_key=one["name"] in primary) for one in columns
        ]
        for key in foreign[place]:
            targets = [f"{key['referred_table']}.{name}" for name in key["referred_columns"]]
            parts.append(ForeignKeyConstraint(key["constrained_columns"], targets))
        Table(place[1], found, *parts)
    return found


def find_belongings(connection: Connection, plugin: str, loaded: Collection[str]) -> Belongings:
    """Everything of `plugin` in this database, with its version table; `loaded` names modules with code.

    Without its own code the names of its number series are known only by exclusion: raises Refused where
    that leaves them in doubt.
    """
    tables = read_tables(connection).tables
    owners = owners_in(connection) | {plugin}
    brought = _Brought(connection, plugin, loaded, owners)
    parts: dict[str, Part] = {}
    for table in _in_order(tables.values()):
        owner = owner_of(table.name, owners)
        if table.name == version_table(plugin) or owner == plugin:
            parts[table.name] = Part(table, True, true())
        elif owner == CORE and table.name not in KEPT:
            reasons = [*brought.of(table), *(pointing for _to, pointing in _keys_into(parts, table))]
            if reasons:
                parts[table.name] = Part(table, False, or_(*reasons))
    return Belongings(tuple(parts.values()), tuple(_pointing(connection, tables.values(), parts)))


def owners_in(connection: Connection) -> set[str]:
    """Ids that own tables here: those with code, those installed, and those whose chain has run."""
    names = inspect(connection).get_table_names()
    migrated = {name.removeprefix(VERSIONS) for name in names if name.startswith(VERSIONS)}
    return OWNERS.union(migrated, connection.scalars(select(InstalledModule.__table__.c.id)))


def _in_order(tables: Iterable[Table]) -> list[Table]:
    """What is pointed to before what points to it."""
    return [table for table, _keys in sort_tables_and_constraints(tables) if table is not None]


def _keys_into(parts: Mapping[str, Part], table: Table) -> Iterator[tuple[Part, ColumnElement[bool]]]:
    """For each foreign key of `table` to another part: the part, and when a row points to it."""
    for key in sorted(table.foreign_key_constraints, key=lambda one: str(one.column_keys)):
        part = parts.get(key.elements[0].column.table.name)
        if part is not None and part.table is not table:
            columns, targets = list(key.columns), [element.column for element in key.elements]
            pointing: Any = columns[0] if len(columns) == 1 else tuple_(*columns)
            yield part, pointing.in_(select(*targets).where(part.which))


def _pointing(
    connection: Connection, tables: Iterable[Table], parts: Mapping[str, Part]
) -> Iterator[tuple[str, str]]:
    """Tables outside that point to a module's own table, or have rows that point to its rows in core's."""
    for table in tables:
        for part, pointing in _keys_into(parts, table) if table.name not in parts else ():
            if part.own or connection.execute(select(table).where(pointing).limit(1)).first():
                yield table.name, part.table.name


class _Brought:
    """Which columns of core's tables name the module, and by what."""

    def __init__(
        self, connection: Connection, plugin: str, loaded: Collection[str], owners: Collection[str]
    ) -> None:
        self.plugin, self.prefix = plugin, f"{plugin}."
        roles: Any = Role.__table__
        self.roles = connection.scalars(select(roles.c.code).where(roles.c.plugin == plugin)).all()
        self.lists = _lists(connection, plugin, owners)
        self.series = _declared([plugin]) if plugin in loaded else _undeclared(connection, plugin, loaded)

    def of(self, table: Table) -> Iterator[ColumnElement[bool]]:
        """The conditions under which a row of `table` names the module."""
        for column in labels_in(table):
            yield column.startswith(self.prefix, autoescape=True)
        for column in table.columns:
            if column.name == "plugin":
                yield column == self.plugin
            elif column.name == "role_code":
                yield column.in_(self.roles)
        if table.name == Setting.__tablename__:
            yield table.c.key.startswith(self.prefix, autoescape=True)
            yield table.c.key.endswith(f":{self.plugin}", autoescape=True)
        elif table.name == Category.__tablename__:
            yield table.c.list.in_(self.lists)
        elif table.name == Number.__tablename__:
            yield table.c.series.in_(self.series)


def labels_in(table: Table) -> list[Column[Any]]:
    """The columns that hold a model's label: `model`, or `source_model` where there are several."""
    return [column for column in table.columns if column.name == "model" or column.name.endswith("_model")]


def _lists(connection: Connection, plugin: str, owners: Collection[str]) -> list[str]:
    """Lists of categories that bear the module's id, `complaints` or `complaints_urgent`."""
    lists = connection.scalars(select(Category.__table__.c.list).distinct())
    return [name for name in lists if owner_of(f"{name}_", owners) == plugin]


def _declared(plugins: Collection[str]) -> set[str]:
    """Number series of the models of these modules."""
    return {
        mapper.class_.__number__.name
        for mapper in Base.registry.mappers
        if hasattr(mapper.class_, "__number__") and owner_of(mapper.class_.__tablename__) in plugins
    }


def _undeclared(connection: Connection, plugin: str, loaded: Collection[str]) -> set[str]:
    """Series that no code declares: those of `plugin`, if it is the only module here without its code."""
    numbers, rows = Number.__table__, InstalledModule.__table__
    series = set(connection.scalars(select(numbers.c.series).distinct())) - _declared([CORE, *loaded])
    installed = set(connection.scalars(select(rows.c.id).where(rows.c.state != UNINSTALLED)))
    if series and (doubtful := sorted(installed.difference(loaded, [plugin]))):
        raise Refused(
            _(
                "Whose number series %(series)s is cannot be told: the code of %(modules)s is missing, too.",
                series=", ".join(sorted(series)),
                modules=", ".join(doubtful),
            )
        )
    return series
