"""What belongs to a governorate and lies beside its database: attachments, and exports of removed modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, column, select, table

from core.data.archive import Damaged
from core.data.files import HALF, Readable, copy_hashed, replace_whole, sha256_of
from core.errors import NotFound
from core.modules.leaving.export import INCOMPLETE, exports_folder
from core.safekeeping.container import export_entry, file_entry
from core.safekeeping.manifest import Manifest
from core.safekeeping.shape import Shape
from core.work.files.keeping import StoredFile, is_sound, put_back, read_stored

Progress = Callable[[str], None]
"""Told the name of what is written or read next."""


def silent(_name: str) -> None:
    """Progress that nobody watches."""


def keep_attachments(
    connection: Connection, archive: ZipFile, shape: Shape, code: str, progress: Progress
) -> tuple[tuple[StoredFile, ...], tuple[str, ...]]:
    """The attachments that are in the store as their rows say, and the names of the others."""
    kept: list[StoredFile] = []
    lost: list[str] = []
    for one in _named(connection, shape):
        progress(file_entry(one.name))
        try:
            with read_stored(code, one.name) as content:
                sound = _copy(archive, file_entry(one.name), content)[0] == one.sha256
        except NotFound:
            sound = False
        if sound:
            kept.append(one)
        else:
            lost.append(one.name)
    return tuple(kept), tuple(lost)


def _named(connection: Connection, shape: Shape) -> list[StoredFile]:
    """What rows name. Plain SQL, for the tables may be older than the code."""
    if "core_attachment" not in shape.tables:
        return []
    rows = table("core_attachment", *map(column, ("stored", "sha256", "size")))
    return [StoredFile(*row) for row in connection.execute(select(*rows.c).order_by(rows.c.stored))]


def keep_exports(archive: ZipFile, code: str, progress: Progress) -> tuple[StoredFile, ...]:
    """Data of modules that were uninstalled: the only copy there is."""
    folder = exports_folder() / code
    return tuple(_keep_export(archive, folder, path, progress) for path in _exported(folder))


def _exported(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        whole = path.suffix != HALF and not path.relative_to(folder).parts[0].endswith(INCOMPLETE)
        if whole and path.is_file():
            yield path


def _keep_export(archive: ZipFile, folder: Path, path: Path, progress: Progress) -> StoredFile:
    name = path.relative_to(folder).as_posix()
    progress(export_entry(name))
    with path.open("rb") as content:
        sha, size = _copy(archive, export_entry(name), content)
    return StoredFile(name, sha, size)


def _copy(archive: ZipFile, entry: str, content: Readable) -> tuple[str, int]:
    """Put a file into the archive, as it is: most are packed already. Returns its SHA-256 and size."""
    place = ZipInfo(entry)
    place.compress_type = ZIP_STORED
    with archive.open(place, "w", force_zip64=True) as file:
        return copy_hashed(content, file)


def put_papers_back(archive: ZipFile, manifest: Manifest, progress: Progress) -> None:
    """All that is not there any more; what still is as it was stays untouched."""
    for one in manifest.files:
        progress(file_entry(one.name))
        if not is_sound(manifest.code, one):
            put_back(manifest.code, one, archive.read(file_entry(one.name)))
    for one in manifest.exports:
        progress(export_entry(one.name))
        with archive.open(export_entry(one.name)) as content:
            _put_export(exports_folder() / manifest.code, one, content)


def _put_export(folder: Path, one: StoredFile, content: IO[bytes]) -> None:
    """A whole table may be in it: it goes to the disk piece by piece."""
    name = PurePosixPath(one.name)
    if name.is_absolute() or ".." in name.parts:
        raise Damaged(one.name)
    path = folder / name
    if _is_there(path, one):
        return
    with replace_whole(path) as file:
        if copy_hashed(content, file)[0] != one.sha256:
            raise Damaged(one.name)


def _is_there(path: Path, one: StoredFile) -> bool:
    try:
        with path.open("rb") as file:
            return sha256_of(file) == one.sha256
    except FileNotFoundError:
        return False
