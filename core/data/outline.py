"""What a table is made of, as JSON: enough to make it again where the code that made it is not at hand.

Columns, keys and plain indexes are carried; checks, defaults, indexes of expressions and triggers are not:
they serve writing, and who writes into the table has the code and its migrations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (  # fmt: skip
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.types import TypeEngine

from core.data.cells import cell_of
from core.data.columns import Json

Outline = dict[str, Any]
PLAIN: dict[str, Any] = {
    "boolean": Boolean(),
    "float": Float(),
    "date": Date(),
    "time": Time(),
    "bytes": LargeBinary(),
    "json": Json,
    "moment": DateTime(timezone=True),
    "other": Text(),
}


def describe(connection: Connection, name: str) -> Outline:
    """The outline of a table as it is in the database."""
    look = inspect(connection)
    return {
        "columns": [_column(one) for one in look.get_columns(name) if not one.get("computed")],
        "primary": look.get_pk_constraint(name)["constrained_columns"],
        "unique": [[one["name"], one["column_names"]] for one in look.get_unique_constraints(name)],
        "indexes": [
            [one["name"], one["column_names"], bool(one["unique"])]
            for one in look.get_indexes(name)
            if None not in one["column_names"] and not one.get("duplicates_constraint")
        ],
        "foreign": [
            [
                one["name"],
                one["constrained_columns"],
                one["referred_table"],
                one["referred_columns"],
                (one.get("options") or {}).get("ondelete"),
            ]
            for one in look.get_foreign_keys(name)
        ],
    }


def build(connection: Connection, outlines: Mapping[str, Outline]) -> None:
    """Make the tables; those that they point to are among them or there already."""
    metadata = MetaData()
    for name, outline in outlines.items():
        Table(name, metadata, *_parts(outline))
    for outline in outlines.values():
        for _name, _columns, referred, _targets, _ondelete in outline["foreign"]:
            if referred not in metadata.tables:
                Table(referred, metadata, autoload_with=connection, resolve_fks=False)
    metadata.create_all(connection, tables=[metadata.tables[name] for name in outlines])


def _column(reflected: Mapping[str, Any]) -> Outline:
    stored: TypeEngine[Any] = reflected["type"]
    told = {
        "big": isinstance(stored, BigInteger) or None,
        "length": getattr(stored, "length", None),
        "precision": getattr(stored, "precision", None),
        "scale": getattr(stored, "scale", None),
    }
    known = {"name": reflected["name"], "kind": cell_of(stored).kind, "null": reflected["nullable"]}
    return known | {key: value for key, value in told.items() if value is not None}


def _parts(outline: Outline) -> Iterator[Any]:
    for one in outline["columns"]:
        yield Column(one["name"], _type(one), nullable=one["null"])
    if outline["primary"]:
        yield PrimaryKeyConstraint(*outline["primary"])
    for name, columns in outline["unique"]:
        yield UniqueConstraint(*columns, name=name)
    for name, columns, referred, targets, ondelete in outline["foreign"]:
        yield ForeignKeyConstraint(
            columns, [f"{referred}.{target}" for target in targets], name=name, ondelete=ondelete
        )
    for name, columns, unique in outline["indexes"]:
        yield Index(name, *columns, unique=unique)


def _type(column: Outline) -> TypeEngine[Any]:
    if column["kind"] == "integer":
        return BigInteger() if column.get("big") else Integer()
    if column["kind"] == "decimal":
        return Numeric(column.get("precision"), column.get("scale"))
    if column["kind"] == "text":
        return String(column["length"]) if column.get("length") else Text()
    found: TypeEngine[Any] = PLAIN[column["kind"]]
    return found
