"""Files that are on the disk when we say so: whole under their name, with the folders that lead to them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

PIECE = 1 << 20
"""Bytes held in memory at a time."""
HALF = ".half"
"""At the end of the name of what is not whole yet; only a crash leaves one behind."""


class Readable(Protocol):
    """All that is asked of a source: a file, an entry of an archive or an answer of a bucket."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in `folder`; until then a crash may take a new name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Wait until the disk has every file and every name below `folder`."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        elif path.is_dir():
            flush_folder(path)
    flush_folder(folder)


def make_folder(folder: Path) -> None:
    """Make it and all that leads to it, lastingly and for Diwan's own account alone, unless it is there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush_folder(folder.parent)


@contextmanager
def replace_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, for Diwan's own account alone, named `path` only once it is whole and on the disk.

    If anything fails inside, what bore the name before stays as it was.
    """
    make_folder(path.parent)
    half = path.with_name(f"{path.name}{HALF}")
    try:
        with open(os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        flush_folder(path.parent)
    finally:
        half.unlink(missing_ok=True)


def sha256_of(source: Readable) -> str:
    """SHA-256 (hexadecimal) of all that is left to read, a piece at a time."""
    return copy_hashed(source, None)[0]


def copy_hashed(source: Readable, target: IO[bytes] | Any) -> tuple[str, int]:
    """Copy to `target` (None: nowhere), a piece at a time; returns SHA-256 and size in bytes."""
    sha, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        sha.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
    return sha.hexdigest(), size
