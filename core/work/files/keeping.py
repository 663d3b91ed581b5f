"""For backup, restore and uninstalling: a stored file read, compared and put back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _

from core.data.files import sha256_of
from core.errors import Refused
from core.work.files.store import store


@dataclass(frozen=True)
class StoredFile:
    """A file that a row names: its name in the store, 64 hexadecimal digits of SHA-256, size in bytes."""

    name: str
    sha256: str
    size: int


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
