"""The data of a module in a folder of its own: a file for each table, and a signed manifest with hashes.

The signature is made with a key of the governorate, so that what was exported from one is never taken for
another's, and no byte of it can be changed unseen. Sealed columns stay sealed: the files hold what the
database held, no more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection

from core.data.archive import Damaged, TableDigest, check_table, write_table
from core.data.files import flush_folder, flush_tree, make_folder, sha256_of
from core.data.time import now
from core.errors import Refused
from core.governorates.present import served
from core.keys import derive
from core.modules.leaving.belongings import Part
from core.work.chain import canonical

MANIFEST, MORE, INCOMPLETE = "manifest.json", "more", ".incomplete"
FORMAT = 1


@dataclass(frozen=True)
class Export:
    """What a manifest says. `revision` is the migration that the module's tables were at; `tables` stand in
    the order of loading; `files` maps whatever else lies in the folders of the export to SHA-256. `lost` are
    the stored names of attachments that were missing or damaged already.
    """

    governorate: str
    plugin: str
    version: str
    revision: str | None
    made_at: str
    tables: tuple[TableDigest, ...]
    files: dict[str, str]
    lost: tuple[str, ...] = ()
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Export:
        """Read what `to_json` wrote."""
        tables = tuple(TableDigest(**table) for table in data["tables"])
        return cls(**{**data, "tables": tables, "lost": tuple(data.get("lost", ()))})


def exports_of(code: str) -> Path:
    """The folder where the exports of governorate `code` lie."""
    return exports_folder() / served(code).code


def exports_folder() -> Path:
    """Where the exports of all governorates lie, each in a folder with its code."""
    return Path(current_app.config["DIWAN"].data_dir) / "exports"


@contextmanager
def new_folder(code: str, name: str) -> Iterator[Path]:
    """An empty folder that bears its name once `keep` was called; if anything fails inside, it is gone.

    Enter it inside of the transaction: once COMMIT is on its way the export may be the only copy there is,
    and nothing may take it away any more.
    """
    folder = exports_of(code) / f"{name}{INCOMPLETE}"
    make_folder(folder / MORE)
    try:
        yield folder
    except BaseException:
        for path in (folder, kept(folder)):
            shutil.rmtree(path, ignore_errors=True)
        raise


def kept(folder: Path) -> Path:
    """Where a complete export lies."""
    return folder.with_name(folder.name.removesuffix(INCOMPLETE))


def keep(folder: Path) -> Path:
    """Let a complete export have its name; returns the new path."""
    folder.rename(kept(folder))
    flush_folder(kept(folder).parent)
    return kept(folder)


def write_export(connection: Connection, parts: Iterable[Part], about: Export, folder: Path) -> Export:
    """Write the rows of `parts` and the manifest, and read all of it again; other files are there."""
    tables = tuple(_write(connection, part, folder) for part in parts)
    more = sorted(path for path in folder.glob("*/**/*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _hash(path) for path in more}
    export = replace(about, tables=tables, files=files, made_at=now().isoformat())
    said = export.to_json()
    signed = {**said, "signature": _signature(about.governorate, said)}
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(signed, file, ensure_ascii=False, indent=1, sort_keys=True)
    flush_tree(folder)
    return read_export(about.governorate, folder)


def read_export(code: str, folder: Path) -> Export:
    """The manifest of a folder whose every file is as it was written.

    Raises Refused (422), naming the file, for one that is missing, changed or added, and for an export of
    another governorate or another form.
    """
    export = _manifest(code, folder)
    for table in export.tables:
        _check(folder, table)
    for name, sha256 in export.files.items():
        if _hash(folder / name) != sha256:
            raise _changed(name)
    told = {MANIFEST, *map(file_of, export.tables), *export.files}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in told and (path.is_symlink() or not path.is_dir()):
            raise Refused(_("The file %(file)s does not belong to the export.", file=name), 422)
    return export


def _manifest(code: str, folder: Path) -> Export:
    """What is said under the signature of governorate `code`."""
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
        signature, other = str(said.pop("signature")), said["governorate"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _changed(MANIFEST) from error
    if other != code:
        raise Refused(_("This export is of %(other)s, not of %(code)s.", other=other, code=code), 422)
    if not hmac.compare_digest(signature.encode(), _signature(code, said).encode()):
        raise _changed(MANIFEST)
    if said.get("format") != FORMAT:
        raise Refused(_("This export was written by another version of Diwan, in another form."), 422)
    return Export.from_json(said)


def file_of(table: TableDigest) -> str:
    """The name of a table's file."""
    return f"{table.name}.jsonl"


def _write(connection: Connection, part: Part, folder: Path) -> TableDigest:
    with (folder / f"{part.table.name}.jsonl").open("wb") as file:
        return write_table(connection, part.table.name, file, part.keys)


def _check(folder: Path, table: TableDigest) -> None:
    try:
        with (folder / file_of(table)).open("rb") as file:
            check_table(file, table)
    except (OSError, Damaged) as error:
        raise _changed(file_of(table)) from error


def manifest_hash(folder: Path) -> str:
    """The SHA-256 by which an audit line names an export for good."""
    return _hash(folder / MANIFEST)


def _changed(name: str) -> Refused:
    return Refused(_("The file %(file)s of the export is missing or not as it was written.", file=name), 422)


def _signature(code: str, said: dict[str, Any]) -> str:
    return hmac.new(derive(code, "export"), canonical(said).encode(), hashlib.sha256).hexdigest()


def _hash(path: Path) -> str:
    """SHA-256 of a file; of one that is not there, nothing."""
    try:
        with path.open("rb") as file:
            return sha256_of(file)
    except OSError:
        return ""
