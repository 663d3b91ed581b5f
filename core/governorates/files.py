"""A governorate's SQLite file: never made by opening it, and noticed when it goes or is replaced."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _
from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.exc import DisconnectionError

FILE = "diwan_file"


def missing_file(url: str) -> Path | None:
    """The SQLite file of a database's address if it is not there; None for all else."""
    path = _path(make_url(url))
    return None if path is None or path.exists() else path


def _path(address: URL) -> Path | None:
    named = address.database if address.get_backend_name() == "sqlite" else None
    return Path(named) if named and named != ":memory:" else None


def keep_to_file(engine: Engine) -> None:
    """Let `engine` open its file only where there is one, and leave a connection whose file was replaced.

    A file that is missing raises OperationalError with a sentence; once it is back, work goes on.
    """
    path = _path(engine.url)
    if path is None:
        return

    def open_existing(dialect: Any, record: Any, words: list[Any], options: dict[str, Any]) -> None:
        if not path.exists():
            raise sqlite3.OperationalError(_("the file %(path)s is missing", path=path))
        words[0], options["uri"] = f"file:{quote(str(path))}?mode=rw", True

    def remember(connection: Any, record: Any) -> None:
        record.info[FILE] = _identity(path)

    def refuse_another(connection: Any, record: Any, proxy: Any) -> None:
        if record.info.get(FILE) != _identity(path):
            raise DisconnectionError("the file is gone or another")

    event.listen(engine, "do_connect", open_existing)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", refuse_another)


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another put in its place under the same name."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino
