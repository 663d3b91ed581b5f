"""Writing a backup while the governorate is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import Connection, TableClause, column, select, table

from core import __version__
from core.data.archive import TableDigest, snapshot, write_table
from core.data.time import now
from core.governorates.present import engines, served
from core.safekeeping.container import MANIFEST, table_entry, writing
from core.safekeeping.manifest import Manifest, entry_of, fingerprint
from core.safekeeping.papers import Progress, keep_attachments, keep_exports, silent
from core.safekeeping.shape import Shape, read_shape
from core.work.chain import FIRST, Head

SUFFIX = ".diwan.zip"
EMPTY = Head(0, FIRST)
"""Of an audit in which nothing stands yet."""


def back_up(code: str, folder: Path, progress: Progress = silent) -> tuple[Path, Manifest]:
    """Write everything of governorate `code` into one new file in `folder`; returns it and what it says.

    All tables are of one moment, whatever is written meanwhile; attachments are read after the rows that
    name them. Raises NotFound for an unknown code; whatever fails, no file is left that looks whole.
    """
    governorate, moment = served(code), now()
    path = folder / f"{code}-{moment:%Y%m%dT%H%M%S%fZ}{SUFFIX}"
    with writing(path) as archive, snapshot(engines().get(code, governorate.url)) as connection:
        shape = read_shape(connection)
        tables = tuple(_tables(connection, archive, shape, progress))
        files, lost = keep_attachments(connection, archive, shape, code, progress)
        manifest = Manifest(
            governorate=entry_of(governorate),
            made_at=moment.isoformat(),
            host=__version__,
            key=fingerprint(),
            shape=shape,
            modules=_modules(connection),
            tables=tables,
            files=files,
            exports=keep_exports(archive, code, progress),
            lost=lost,
            audit=str(_head(connection)),
        )
        archive.writestr(MANIFEST, manifest.to_bytes())
    return path, manifest


def _tables(
    connection: Connection, archive: ZipFile, shape: Shape, progress: Progress
) -> Iterator[TableDigest]:
    for name in shape.tables:
        progress(table_entry(name))
        with archive.open(table_entry(name), "w", force_zip64=True) as file:
            yield write_table(connection, name, file)


def _modules(connection: Connection) -> dict[str, list[str]]:
    rows = _columns("core_plugin", "id", "version", "state")
    return {row.id: [row.version, row.state] for row in connection.execute(select(*rows.c))}


def _head(connection: Connection) -> Head:
    rows = _columns("core_audit_head", "seq", "hash")
    row = connection.execute(select(*rows.c)).first()
    return Head(row.seq, row.hash) if row else EMPTY


def _columns(name: str, *columns: str) -> TableClause:
    return table(name, *map(column, columns))
