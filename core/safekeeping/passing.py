"""Tables in clear that lie on the disk for a moment, and what a crash leaves of them and of other files.

They lie below the data folder, which is kept as the databases are: /tmp is open to others, and often memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import current_app

from core.data.files import HALF, make_folder
from core.data.time import now
from core.modules.leaving.export import INCOMPLETE

FOLDER = "passing"
PLACES = (FOLDER, "backups", "exports", "moves")
RIPE = timedelta(days=1)
"""What is younger may still be written."""


def passing_folder() -> Path:
    """Where such files lie, for Diwan's own account alone."""
    folder: Path = current_app.config["DIWAN"].data_dir / FOLDER
    make_folder(folder)
    return folder


def leavings(data_dir: Path) -> list[Path]:
    """Files and folders that were never finished: they may hold citizens' data, and nobody needs them."""
    before = (now() - RIPE).timestamp()
    return [path for path in sorted(_unfinished(data_dir)) if path.stat().st_mtime < before]


def _unfinished(data_dir: Path) -> Iterator[Path]:
    yield from (data_dir / FOLDER).glob("*")
    for place in PLACES[1:]:
        yield from (data_dir / place).rglob(f"*{HALF}")
    yield from (data_dir / "exports").glob(f"*/*{INCOMPLETE}")
