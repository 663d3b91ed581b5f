"""What is known of a move under way, on the disk: so that it can go on, or back, after any interruption."""

from __future__ import annotations

import fcntl
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from core.data.files import flush_folder, make_folder, replace_whole
from core.data.sealed import open_with, seal_with
from core.errors import Unavailable
from core.keys import derive

FOLDER = "moves"
SEALED = ("source", "target")


@dataclass(frozen=True)
class Journal:
    """A move of governorate `code` from the database `source` to `target` (URLs), known by its `id`.

    `step` is the last that is done: prepared, frozen, copied or switched. `started_at` is ISO 8601 in UTC.
    """

    code: str
    id: str
    source: str
    target: str
    step: str
    started_at: str


@contextmanager
def alone(code: str) -> Iterator[None]:
    """Only one process moves a governorate; the lock goes with the process, however it ends."""
    path = _path(code).with_suffix(".lock")
    make_folder(path.parent)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(_("%(code)s is being moved by another process.", code=code)) from None
        yield


def read(code: str) -> Journal | None:
    """The move that is under way, or None."""
    try:
        said = json.loads(_path(code).read_text("utf-8"))
    except FileNotFoundError:
        return None
    opened = {name: open_with(derive(code, "move"), b64decode(said[name]), _place(code)) for name in SEALED}
    return Journal(**{**said, **opened})


def write(journal: Journal) -> None:
    """Note, on the disk when this returns, where a move stands. Addresses hold passwords: they are sealed."""
    path = _path(journal.code)
    key, place = derive(journal.code, "move"), _place(journal.code)
    sealed = {name: b64encode(seal_with(key, getattr(journal, name), place)).decode() for name in SEALED}
    with replace_whole(path) as file:
        file.write(json.dumps(asdict(journal) | sealed, indent=1).encode())


def forget(code: str) -> None:
    """The move is over, and the disk knows: none is gone on with that was ended."""
    _path(code).unlink(missing_ok=True)
    flush_folder(_path(code).parent)


def _place(code: str) -> str:
    return f"move.{code}"


def _path(code: str) -> Path:
    folder: Path = current_app.config["DIWAN"].data_dir / FOLDER
    return folder / f"{code}.json"
