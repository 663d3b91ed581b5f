"""The files that hang on a module's records: into its export, out of the store after the commit, and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.errors import NotFound, Refused
from core.modules.belongings import Belongings
from core.modules.dispatch import logger
from core.work.files.attachments import PUT, Attachment
from core.work.files.keeping import StoredFile, put_back, read_stored
from core.work.files.store import store

FOLDER = "attachments"


def take_along(connection: Connection, found: Belongings, code: str, folder: Path) -> list[str]:
    """Copy the files that rows of `found` name into `folder`; returns their names.

    One that is missing in the store cannot go along.
    """
    target = folder / FOLDER
    target.mkdir(mode=0o700)
    files = list(_named(connection, found))
    for file in files:
        try:
            content = read_stored(code, file.name)
        except NotFound:
            continue
        with closing(content), (target / file.name).open("wb") as copy:
            shutil.copyfileobj(content, copy)
    return [file.name for file in files]


def let_go(code: str, names: Iterable[str]) -> None:
    """Remove files whose rows have left the database; what cannot be reached now is found by the sweep."""
    for name in names:
        try:
            store().delete(code, name)
        except (Refused, OSError) as error:
            logger.warning("file %s could not be removed: %s", name, error)


def bring_back(session: Session, connection: Connection, found: Belongings, code: str, folder: Path) -> None:
    """Put the files of an export into the store again; if nothing comes of it, they leave it again."""
    for file in _named(connection, found):
        copy = folder / FOLDER / file.name
        if copy.exists():
            session.info.setdefault(PUT, []).append(file.name)
            put_back(code, file, copy.read_bytes())


def _named(connection: Connection, found: Belongings) -> Iterator[StoredFile]:
    for part in found.shared:
        if part.table.name == Attachment.__tablename__:
            columns = (part.table.c.stored, part.table.c.sha256, part.table.c.size)
            yield from (StoredFile(*row) for row in connection.execute(select(*columns).where(part.which)))
