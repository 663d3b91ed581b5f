"""For backup, restore and uninstalling: all stored files, one put back, those of a model removed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.files import sha256_of
from core.data.visibility import cleared
from core.errors import Refused
from core.work.files.attachments import GOING, Attachment
from core.work.files.store import store


@dataclass(frozen=True)
class StoredFile:
    """A file that a row names: its name in the store, 64 hexadecimal digits of SHA-256, size in bytes."""

    name: str
    sha256: str
    size: int


def stored_files(session: Session) -> Iterator[StoredFile]:
    """Every file that the governorate's rows name, withdrawn ones too; read after the database's copy."""
    columns = (Attachment.stored, Attachment.sha256, Attachment.size)
    for row in session.execute(cleared(select(*columns).order_by(Attachment.id))):
        yield StoredFile(*row)


def read_stored(code: str, name: str) -> BinaryIO:
    """The content of a stored file, to be closed; raises NotFound or Unavailable."""
    return store().open(code, name)


def put_back(code: str, file: StoredFile, data: bytes) -> None:
    """Store a file again under its old name; raises Refused if `data` is not what the row names."""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Refused(_("The file %(name)s is not what it was: its checksum differs.", name=file.name))
    store().put(code, file.name, data)


def is_sound(code: str, file: StoredFile) -> bool:
    """Whether the store holds this very file."""
    try:
        with read_stored(code, file.name) as content:
            return sha256_of(content) == file.sha256
    except Refused:
        return False


def remove_attachments(session: Session, models: Collection[str]) -> int:
    """Delete the attachments of all records of `models` (labels); returns how many. The caller commits.

    For uninstalling a module, under the system's scope: each is entered in the audit, and its file
    goes after the commit.
    """
    rows = session.scalars(cleared(select(Attachment).where(Attachment.model.in_(models)))).all()
    for row in rows:
        session.info.setdefault(GOING, []).append(row.stored)
        session.delete(row)
    session.flush()
    return len(rows)
