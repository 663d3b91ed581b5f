"""Writing a backup while the governorate is served."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, TableClause, column, select, table

from core import __version__
from core.data.archive import TableDigest, snapshot, write_table
from core.data.time import now
from core.errors import NotFound
from core.governorates.present import engines, served
from core.safekeeping.container import MANIFEST, PIECE, file_entry, table_entry, writing
from core.safekeeping.manifest import Manifest, entry_of, fingerprint
from core.safekeeping.shape import Shape, read_shape
from core.work.chain import FIRST, Head
from core.work.files.keeping import StoredFile, read_stored

Progress = Callable[[str], None]
"""Told the name of what is written or read next."""
SUFFIX = ".diwan.zip"
EMPTY = Head(0, FIRST)
"""Of an audit in which nothing stands yet."""


def silent(_name: str) -> None:
    """Progress that nobody watches."""


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
        files, lost = _files(connection, archive, shape, code, progress)
        manifest = Manifest(
            governorate=entry_of(governorate),
            made_at=moment.isoformat(),
            host=__version__,
            key=fingerprint(),
            shape=shape,
            modules=_modules(connection),
            tables=tables,
            files=files,
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


def _files(
    connection: Connection, archive: ZipFile, shape: Shape, code: str, progress: Progress
) -> tuple[tuple[StoredFile, ...], tuple[str, ...]]:
    """The attachments that are in the store as their rows say, and the names of the others."""
    kept: list[StoredFile] = []
    lost: list[StoredFile] = []
    for one in _named(connection, shape):
        progress(file_entry(one.name))
        (kept if _copy(archive, code, one) else lost).append(one)
    return tuple(kept), tuple(one.name for one in lost)


def _named(connection: Connection, shape: Shape) -> list[StoredFile]:
    """What rows name. Plain SQL, for the tables may be older than the code."""
    if "core_attachment" not in shape.tables:
        return []
    rows = _columns("core_attachment", "stored", "sha256", "size")
    return [StoredFile(*row) for row in connection.execute(select(*rows.c).order_by(rows.c.stored))]


def _copy(archive: ZipFile, code: str, one: StoredFile) -> bool:
    """Put an attachment into the archive, as it is: most are packed already. Returns whether it was sound."""
    try:
        content = read_stored(code, one.name)
    except NotFound:
        return False
    sha = hashlib.sha256()
    entry = ZipInfo(file_entry(one.name))
    entry.compress_type = ZIP_STORED
    with content, archive.open(entry, "w", force_zip64=True) as file:
        while piece := content.read(PIECE):
            sha.update(piece)
            file.write(piece)
    return sha.hexdigest() == one.sha256


def _modules(connection: Connection) -> dict[str, list[str]]:
    rows = _columns("core_plugin", "id", "version", "state")
    return {row.id: [row.version, row.state] for row in connection.execute(select(*rows.c))}


def _head(connection: Connection) -> Head:
    rows = _columns("core_audit_head", "seq", "hash")
    row = connection.execute(select(*rows.c)).first()
    return Head(row.seq, row.hash) if row else EMPTY


def _columns(name: str, *columns: str) -> TableClause:
    return table(name, *map(column, columns))
