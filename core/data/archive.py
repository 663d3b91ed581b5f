"""A table as a file that is the same from SQLite and PostgreSQL: for backups, moves and modules that leave.

The form is lines of JSON in UTF-8. The first names the table and its columns with their kinds, columns in
alphabetical order; each other is one row, its values in that order (core.data.cells), the rows in the order
of the primary key, text by its bytes. So equal content has equal bytes and one SHA-256 on every database.

What a table is made of is read from the database, never from the mapped classes: tables of a module
whose code is gone, or of an older version, are carried like all others. Computed columns are left out.

Nothing here begins or ends a transaction: the caller reads in a `snapshot` and writes in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import (  # fmt: skip
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    cast,
    collate,
    func,
    insert,
    inspect,
    select,
    text,
    tuple_,
)

from core.data.cells import BY_TEXT, AsText, Cell, cell_of
from core.errors import Refused

BATCH = 2000
"""Rows held in memory at a time."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Damaged(Refused):
    """A file is not what was written: it must not be used (422)."""

    status = 422


@dataclass(frozen=True)
class TableDigest:
    """A table's name, how many rows it has and the SHA-256 (hexadecimal) of all that they say."""

    name: str
    rows: int
    sha256: str


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One moment of a database while others write on: what is read inside belongs together.

    PostgreSQL: REPEATABLE READ, READ ONLY, without the time limit of a request's statement. SQLite: one
    read transaction; under WAL writers go on beside it, and BEGIN takes the moment at its first read.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with connection.begin():
                yield connection
            return
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection


def table_names(connection: Connection) -> list[str]:
    """Every table of the database in alphabetical order, also those that the code does not know."""
    return sorted(inspect(connection).get_table_names())


def write_table(
    connection: Connection, name: str, file: IO[bytes] | None, keys: Select[Any] | None = None
) -> TableDigest:
    """Write table `name` to `file` (None: nowhere), a few rows at a time; returns what stands there.

    With `keys`, a select of primary keys, only those rows.
    Raises sqlalchemy.exc.NoSuchTableError.
    """
    table, cells = _reflect(connection, name)
    sha, rows = hashlib.sha256(), 0
    for lines in _lines(connection, table, cells, keys):
        sha.update(lines)
        if file is not None:
            file.write(lines)
        rows += lines.count(b"\n")
    return TableDigest(name, rows - 1, sha.hexdigest())


def digest(connection: Connection, names: Collection[str] | None = None) -> list[TableDigest]:
    """What `write_table` would write of the tables `names` (default: all), without writing it."""
    chosen = table_names(connection) if names is None else sorted(names)
    return [digest_table(connection, name) for name in chosen]


def digest_table(connection: Connection, name: str, keys: Select[Any] | None = None) -> TableDigest:
    """The same of one table; with `keys` only of those rows."""
    return write_table(connection, name, None, keys)


def check_table(file: IO[bytes], expected: TableDigest) -> None:
    """Read `file` to its end; raises Damaged unless it is, byte by byte, what was written."""
    sha, rows = hashlib.sha256(), -1
    while piece := file.read(1 << 20):
        sha.update(piece)
        rows += piece.count(b"\n")
    if (sha.hexdigest(), rows) != (expected.sha256, expected.rows):
        raise Damaged(_("The file of table %(table)s is damaged.", table=expected.name))


def read_table(
    connection: Connection,
    file: IO[bytes],
    expected: TableDigest,
    filled: Mapping[str, Any] = MappingProxyType({}),
    correct: Callable[[dict[str, Any]], None] = lambda row: None,
) -> None:
    """Insert the rows of `file`, which must be able to `seek`, into their table.

    The whole file is checked before the first row is written; raises Damaged, or Refused where the
    table's columns are others than the file's. Call it inside `loading`.

    `filled` are columns that the table has got since, with the value for each row; `correct` may change a
    row (values by column) before it is written.
    """
    file.seek(0)
    check_table(file, expected)
    file.seek(0)
    table, cells = _reflect(connection, expected.name)
    cells = {name: cell for name, cell in cells.items() if name not in filled}
    if json.loads(file.readline()) != _header(table, cells):
        raise Refused(_("Table %(table)s has other columns than the archive.", table=expected.name))
    names = list(cells)
    readers = [(name, cell.read) for name, cell in cells.items() if cell.read]
    while batch := [dict(zip(names, json.loads(line), strict=True)) for line in islice(file, BATCH)]:
        for row in batch:
            for name, read in readers:
                if row[name] is not None:
                    row[name] = read(row[name])
            row.update(filled)
            correct(row)
        connection.execute(insert(table), batch)
    _advance(connection, table)


@contextmanager
def loading(connection: Connection, names: Collection[str]) -> Iterator[None]:
    """Let rows of the tables `names` come in any order: foreign keys are checked at the end of the block.

    Raises sqlalchemy.exc.IntegrityError there (on SQLite when the transaction commits) for a row that
    points to nothing. On PostgreSQL the tables' keys are deferrable inside; only their owner may do that.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    keys = _strict_keys(connection, names)
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    for key in keys:
        connection.exec_driver_sql(f"{key} DEFERRABLE")
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for key in keys:
        connection.exec_driver_sql(f"{key} NOT DEFERRABLE")


def _strict_keys(connection: Connection, names: Collection[str]) -> list[str]:
    """The beginning of an ALTER for each foreign key that is checked at once."""
    quote = connection.dialect.identifier_preparer.quote
    known = inspect(connection)
    return [
        f"ALTER TABLE {quote(name)} ALTER CONSTRAINT {quote(str(key['name']))}"
        for name in sorted(names)
        for key in known.get_foreign_keys(name)
        if not key.get("options", {}).get("deferrable")
    ]


def _reflect(connection: Connection, name: str) -> tuple[Table, dict[str, Cell]]:
    """The table as it is in the database, and its columns' cells in alphabetical order."""
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    cells = {c.name: cell_of(c.type) for c in sorted(table.c, key=lambda c: c.name) if c.computed is None}
    for column in table.c:
        if column.name in cells and cells[column.name].kind in BY_TEXT:
            column.type = AsText(column.type, told=connection.dialect.name != "sqlite")
    return table, cells


def _header(table: Table, cells: dict[str, Cell]) -> dict[str, Any]:
    return {"table": table.name, "columns": [[name, cell.kind] for name, cell in cells.items()]}


def _lines(
    connection: Connection, table: Table, cells: dict[str, Cell], keys: Select[Any] | None
) -> Iterator[bytes]:
    """The header, then rows, some at a time; each line ends in a newline."""
    yield f"{_encode(_header(table, cells))}\n".encode()
    writers = [(place, cell.write) for place, cell in enumerate(cells.values()) if cell.write]
    statement = select(*(table.c[name] for name in cells)).order_by(*_order(connection, table))
    if keys is not None:
        statement = statement.where(tuple_(*table.primary_key).in_(keys))
    for rows in connection.execute(statement.execution_options(yield_per=BATCH)).partitions():
        yield "".join(f"{_encode(_values(row, writers))}\n" for row in rows).encode()


def _values(row: Any, writers: list[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for place, write in writers:
        if values[place] is not None:
            values[place] = write(values[place])
    return values


def _order(connection: Connection, table: Table) -> list[Any]:
    """The primary key, or all columns where there is none; text by its bytes on both databases."""
    chosen = list(table.primary_key) or sorted(table.c, key=lambda c: c.name)
    return [_by_bytes(connection, column).nulls_first() for column in chosen]


def _by_bytes(connection: Connection, column: Column[Any]) -> Any:
    if not isinstance(column.type, (String, AsText)):
        return column.asc()
    plain = cast(column, Text) if isinstance(column.type, AsText) else column
    return collate(plain, "BINARY" if connection.dialect.name == "sqlite" else "C").asc()


def _advance(connection: Connection, table: Table) -> None:
    """PostgreSQL's sequences do not notice rows that bring their own number; SQLite has none.

    Never back: numbers above the last row's may be given already, by a transaction that is still open.
    """
    if connection.dialect.name == "sqlite":
        return
    for column in table.c:
        if not isinstance(column.type, Integer):
            continue
        place = {"table": connection.dialect.identifier_preparer.quote(table.name), "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), place)
        last = connection.scalar(select(func.max(column))) if sequence else None
        if last is not None:
            connection.execute(text(FORWARD), {"sequence": sequence, "last": last})


FORWARD = """
    SELECT setval(:sequence, greatest(:last, pg_sequence_last_value(CAST(:sequence AS regclass))))
"""
