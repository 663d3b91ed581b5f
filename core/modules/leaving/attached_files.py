"""The files that hang on a module's records: into its export, out of the store after the commit, and back."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.data.files import copy_hashed, make_folder
from core.errors import NotFound, Refused
from core.modules.dispatch import logger
from core.modules.leaving.belongings import Belongings
from core.work.files.attachments import PUT, Attachment
from core.work.files.keeping import StoredFile, put_back, read_stored
from core.work.files.store import store

FOLDER = "attachments"


@dataclass(frozen=True)
class Taken:
    """Stored names: `all` that rows name, and of these the `lost`: missing or damaged already."""

    all: tuple[str, ...]
    lost: tuple[str, ...]


def take_along(connection: Connection, found: Belongings, code: str, folder: Path) -> Taken:
    """Copy the files that rows of `found` name into `folder`.

    A missing one cannot go along; a damaged one does, for whoever can still read something in it.
    """
    target = folder / FOLDER
    make_folder(target)
    files = list(_named(connection, found))
    lost = [file.name for file in files if not _taken(code, file, target / file.name)]
    return Taken(tuple(file.name for file in files), tuple(lost))


def _taken(code: str, file: StoredFile, target: Path) -> bool:
    """Copy one; whether it is what its row says."""
    try:
        content = read_stored(code, file.name)
    except NotFound:
        return False
    with closing(content), target.open("wb") as copy:
        return copy_hashed(content, copy)[0] == file.sha256


def missing(connection: Connection, found: Belongings, code: str) -> tuple[str, ...]:
    """Stored names of `found` that the store does not hold, or in another size: what a look can tell."""
    files = list(_named(connection, found))
    held = {one.name: one.size for one in store().files(code)} if files else {}
    return tuple(file.name for file in files if held.get(file.name) != file.size)


def let_go(code: str, names: Iterable[str]) -> None:
    """Remove files whose rows have left the database; what cannot be reached now is found by the sweep."""
    for name in names:
        try:
            store().delete(code, name)
        except (Refused, OSError) as error:
            logger.warning("file %s could not be removed: %s", name, error)


def bring_back(
    session: Session, connection: Connection, found: Belongings, code: str, folder: Path, lost: Container[str]
) -> None:
    """Put the files of an export but the `lost` into the store again; a rollback takes them out."""
    for file in _named(connection, found):
        copy = folder / FOLDER / file.name
        if file.name not in lost and copy.exists():
            session.info.setdefault(PUT, []).append(file.name)
            put_back(code, file, copy.read_bytes())


def _named(connection: Connection, found: Belongings) -> Iterator[StoredFile]:
    for part in found.shared:
        if part.table.name == Attachment.__tablename__:
            columns = (part.table.c.stored, part.table.c.sha256, part.table.c.size)
            yield from (StoredFile(*row) for row in connection.execute(select(*columns).where(part.which)))
