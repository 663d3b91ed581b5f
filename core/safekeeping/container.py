"""A backup is one zip file; its last 128 characters prove every byte before them.

They stand where a zip file has its comment: the SHA-256 of all that is before, by which damage is found, and
an HMAC of that under the installation's secret, by which a file made by somebody else is found.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from flask_babel import gettext as _

from core.data.archive import Damaged, check_table
from core.data.files import HALF, flush_folder, make_folder
from core.errors import Refused
from core.keys import ROOT, derive
from core.safekeeping.manifest import Manifest, fingerprint
from core.work.files.documents import BROKEN as BROKEN_ZIP
from core.work.files.keeping import StoredFile

MANIFEST = "manifest.json"
PROOF = 128
PIECE = 1 << 20
LARGEST = 64 << 20
"""Bytes that are read of a manifest while nothing proves who wrote it; one of our own may be larger."""
BROKEN = (*BROKEN_ZIP, TypeError, AttributeError)
"""What reading a damaged zip file or manifest may raise."""


@contextmanager
def writing(path: Path) -> Iterator[ZipFile]:
    """A new file that has its name only once it is whole and on the disk."""
    half = path.with_name(f".{path.name}{HALF}")
    make_folder(path.parent)
    try:
        with half.open("x+b") as file:
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                yield archive
                archive.comment = b"-" * PROOF
            _prove(file)
            os.fsync(file.fileno())
        half.rename(path)
        flush_folder(path.parent)
    finally:
        half.unlink(missing_ok=True)


def table_entry(name: str) -> str:
    """Where a table's rows lie."""
    return f"tables/{name}.jsonl"


def file_entry(name: str) -> str:
    """Where an attachment lies."""
    return f"files/{name}"


def export_entry(name: str) -> str:
    """Where a file of a removed module's export lies; `name` is its path among the exports."""
    return f"exports/{name}"


@contextmanager
def opened(path: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """A backup of this installation, whole to the last byte, and its manifest.

    Raises Damaged, naming what is damaged, or Refused for one made under another secret.
    """
    with path.open("rb") as file:
        sha, proof = _digest(file), _read_proof(file)
        if proof[:64] != sha.encode():
            raise _find_damage(path)
        signed = hmac.compare_digest(proof[64:], _sign(sha).encode())
        try:
            archive = ZipFile(file)
            manifest = _read_manifest(archive, signed=signed)
        except BROKEN as error:
            raise Damaged(_("%(file)s is no backup that this version can read.", file=path.name)) from error
        if manifest.key != fingerprint():
            raise Refused(
                _(
                    "%(file)s was made under another DIWAN_SECRET_KEY, with the fingerprint %(key)s. Nobody "
                    "can open what it seals without that key: set it, then try again.",
                    file=path.name,
                    key=manifest.key,
                )
            )
        if not signed:
            raise Damaged(_("%(file)s was not written by this installation.", file=path.name))
        with archive:
            yield archive, manifest


def check_entries(archive: ZipFile, manifest: Manifest) -> Iterator[str]:
    """Compare everything with the manifest, yielding each entry's name first; raises Damaged."""
    for table in manifest.tables:
        yield table_entry(table.name)
        with archive.open(table_entry(table.name)) as file:
            check_table(file, table)
    papers = [(file_entry(one.name), one) for one in manifest.files]
    papers += [(export_entry(one.name), one) for one in manifest.exports]
    for name, one in papers:
        yield name
        with archive.open(name) as file:
            _check_file(file, one)


def _check_file(file: IO[bytes], expected: StoredFile) -> None:
    sha = hashlib.sha256()
    while piece := file.read(PIECE):
        sha.update(piece)
    if sha.hexdigest() != expected.sha256:
        raise Damaged(_("The file %(name)s is damaged.", name=expected.name))


def _find_damage(path: Path) -> Damaged:
    """What of a damaged file is damaged: an entry, the manifest, or what holds them together."""
    name = MANIFEST
    try:
        with ZipFile(path) as archive:
            for name in archive.namelist():
                _read_through(archive, name)
            name, manifest = MANIFEST, _read_manifest(archive, signed=False)
            for name in check_entries(archive, manifest):  # noqa: B007 - said of the one that raises
                pass
    except (*BROKEN, OSError, Damaged) as error:
        if str(error) == "File is not a zip file":
            return Damaged(_("%(file)s is not whole, or no backup.", file=path.name))
        sentence = _("%(file)s is damaged: %(name)s is not as it was written.", file=path.name, name=name)
        return Damaged(sentence)
    return Damaged(_("%(file)s is damaged beside what it holds; do not trust it.", file=path.name))


def _read_manifest(archive: ZipFile, *, signed: bool) -> Manifest:
    """What a file says about itself; unless it is ours, only if it fits: packed zeros can fill the memory."""
    if not signed and archive.getinfo(MANIFEST).file_size > LARGEST:
        raise ValueError(MANIFEST)
    return Manifest.parse(archive.read(MANIFEST))


def _read_through(archive: ZipFile, name: str) -> None:
    with archive.open(name) as file:
        while file.read(PIECE):
            pass


def _prove(file: IO[bytes]) -> None:
    sha = _digest(file)
    file.seek(-PROOF, os.SEEK_END)
    file.write((sha + _sign(sha)).encode())
    file.flush()


def _read_proof(file: IO[bytes]) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - PROOF))
    return file.read()


def _digest(file: IO[bytes]) -> str:
    """Of all but the proof."""
    left = file.seek(0, os.SEEK_END) - PROOF
    sha = hashlib.sha256()
    file.seek(0)
    while left > 0 and (piece := file.read(min(PIECE, left))):
        sha.update(piece)
        left -= len(piece)
    return sha.hexdigest()


def _sign(sha: str) -> str:
    return hmac.new(derive(ROOT, "backup"), sha.encode(), hashlib.sha256).hexdigest()
