"""The tables of a governorate's database at a certain version, and making the same in an empty one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, MetaData, column, delete, select, table, text

from core.data import outline
from core.data.archive import TableDigest, digest, loading, read_table, table_names
from core.errors import Refused
from core.governorates.setting import GOVERNORATE
from core.modules.migrations import CORE, CORE_FOLDER, read_chain, upgrade, version_table
from core.modules.problem import Unusable

VERSIONS = version_table("")


@dataclass(frozen=True)
class Shape:
    """`revisions` maps each chain of migrations to where it stands, `tables` each table to its outline."""

    revisions: dict[str, str]
    tables: dict[str, outline.Outline]


def read_shape(connection: Connection) -> Shape:
    """The shape of a database, also of tables whose code is missing."""
    names = table_names(connection)
    chains = [name.removeprefix(VERSIONS) for name in names if name.startswith(VERSIONS)]
    reached = {chain: _revision(connection, chain) for chain in chains}
    return Shape(
        {chain: revision for chain, revision in reached.items() if revision},
        {name: outline.describe(connection, name) for name in names},
    )


def _revision(connection: Connection, chain: str) -> str | None:
    versions = table(version_table(chain), column("version_num"))
    return connection.scalar(select(versions.c.version_num))


def refuse_unfit(connection: Connection) -> None:
    """Raise Refused unless the database is empty and can hold every letter."""
    if connection.dialect.name != "sqlite" and connection.scalar(text("SHOW server_encoding")) != "UTF8":
        raise Refused(_("That database cannot hold every letter: it must be made with ENCODING 'UTF8'."))
    names = table_names(connection)
    if not names:
        return
    if "core_setting" in names:
        settings = table("core_setting", column("key"), column("value"))
        owner = connection.scalar(select(settings.c.value).where(settings.c.key == GOVERNORATE))
        raise Refused(_("That database is in use: it belongs to %(code)s.", code=owner or "-"))
    raise Refused(_("That database is not empty and not Diwan's."))


def fill(
    connection: Connection, shape: Shape, tables: Iterable[tuple[TableDigest, IO[bytes]]]
) -> list[TableDigest]:
    """Make the tables of `shape` in an empty database and put the rows of `tables` into them.

    The connection is inside `changing_structure`. At last everything is read again and compared. Raises
    Refused where the database is in use or of another encoding, or the shape is newer than this code.
    """
    refuse_unfit(connection)
    _build(connection, shape)
    expected = []
    with loading(connection, shape.tables):
        _empty(connection)
        for one, file in tables:
            read_table(connection, file, one)
            expected.append(one)
    compare(digest(connection), expected)
    return expected


def compare(found: Iterable[TableDigest], expected: Iterable[TableDigest]) -> None:
    """Raise Refused, naming the first table that differs, unless both are the same content."""
    differing = sorted({one.name for one in {*found} ^ {*expected}})
    if differing:
        raise Refused(_("Table %(table)s is not the same in both databases.", table=differing[0]))


def _build(connection: Connection, shape: Shape) -> None:
    """By the migrations where there is code, else from the outline."""
    for chain, folder in _folders(shape):
        revision = shape.revisions[chain]
        try:
            known = [script.revision for script in read_chain(chain, folder)]
            if revision not in known:
                raise Refused(
                    _(
                        "It is at '%(revision)s', which this version of the code does not know.",
                        revision=revision,
                    )
                )
            upgrade(connection, chain, folder, revision)
        except Unusable as error:
            raise Refused(str(error.problem)) from error
    made = set(table_names(connection))
    outline.build(connection, {name: one for name, one in shape.tables.items() if name not in made})


def _folders(shape: Shape) -> Iterator[tuple[str, Path]]:
    """Chains whose migrations are here, each after those that it needs."""
    host = current_app.extensions["diwan"]
    folders = {CORE: CORE_FOLDER} | {
        name: host.modules[name].folder / "migrations" for name in (*host.order, *sorted(host.modules))
    }
    for chain, folder in folders.items():
        if chain in shape.revisions and folder.is_dir():
            yield chain, folder


def _empty(connection: Connection) -> None:
    """What migrations wrote is among the rows to come. An empty table is left alone: the audit's refuses."""
    for name in table_names(connection):
        one = table(name)
        if connection.execute(select(1).select_from(one).limit(1)).first():
            connection.execute(delete(one))


def drop_all(connection: Connection) -> None:
    """Empty a database that holds one governorate: tables, with what hangs on them, and own functions."""
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)
    if connection.dialect.name != "sqlite":
        for function in connection.scalars(text(FUNCTIONS)).all():
            connection.exec_driver_sql(f"DROP FUNCTION {function}")


FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = current_schema::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
"""Those that no extension brought."""
