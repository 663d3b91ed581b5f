"""Where files lie: in a folder, or in a bucket that speaks S3; beside the database, never inside it.

A file's name there is random and says nothing; each governorate has a folder, or a beginning of keys,
of its own. A file is stored whole before the row that names it is committed: what a crash leaves is a
file without a row (`sweeping`), never a row without its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Protocol

from flask import current_app
from flask_babel import gettext as _

from core.config import Settings
from core.data.files import replace_whole
from core.errors import NotFound, Unavailable

FOLDER = "attachments"
STORE = "diwan_store"


@dataclass(frozen=True)
class Kept:
    """A file as the store knows it: its name, its size in bytes, since when it lies there."""

    name: str
    size: int
    at: datetime


class Store(Protocol):
    """What every store can do; `code` is the governorate's. A store that is away raises Unavailable."""

    def put(self, code: str, name: str, data: bytes) -> None:
        """Store `data` whole and lastingly."""

    def open(self, code: str, name: str) -> BinaryIO:
        """The file, to be read from its beginning and closed; raises NotFound."""

    def delete(self, code: str, name: str) -> None:
        """Remove the file; one that is not there is removed already."""

    def files(self, code: str) -> Iterator[Kept]:
        """Every file of the governorate."""


def new_name() -> str:
    """32 random hexadecimal digits."""
    return token_hex(16)


class FolderStore:
    """Files below a folder that no web server knows: `<CODE>/ab/<name>`, for Diwan's own account alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, code: str, name: str, data: bytes) -> None:
        """Written under another name first, so that a name never stands for half a file."""
        try:
            with replace_whole(self._path(code, name)) as file:
                file.write(data)
        except OSError as error:
            raise away() from error

    def open(self, code: str, name: str) -> BinaryIO:
        """The file itself."""
        try:
            return self._path(code, name).open("rb")
        except FileNotFoundError:
            raise missing() from None
        except OSError as error:
            raise away() from error

    def delete(self, code: str, name: str) -> None:
        """Remove the file."""
        self._path(code, name).unlink(missing_ok=True)

    def files(self, code: str) -> Iterator[Kept]:
        """Every file, halves that a crash left among them."""
        for path in sorted((self.folder / code).glob("??/*")):
            try:
                known = path.stat()
            except FileNotFoundError:  # removed since, or whole by now and under its own name
                continue
            yield Kept(path.name, known.st_size, datetime.fromtimestamp(known.st_mtime, UTC))

    def _path(self, code: str, name: str) -> Path:
        return self.folder / code / name[:2] / name


def away() -> Unavailable:
    """Nothing can be kept or fetched now (503)."""
    return Unavailable(_("Files cannot be reached at the moment. Nothing was saved; please try again soon."))


def missing() -> NotFound:
    """A row names a file that is not in the store (404); `diwan doctor` names it too."""
    return NotFound(_("This file is missing in the store. Tell the administrator of the system."))


def open_store(settings: Settings) -> Store:
    """The store of an installation: DIWAN_ATTACHMENTS_URL, else a folder beside the databases."""
    if settings.attachments_url:
        from core.work.files.bucket import open_bucket

        return open_bucket(settings)
    return FolderStore(settings.data_dir / FOLDER)


def store() -> Store:
    """The store of the running application, opened at first use."""
    if STORE not in current_app.extensions:
        current_app.extensions[STORE] = open_store(current_app.config["DIWAN"])
    found: Store = current_app.extensions[STORE]
    return found
