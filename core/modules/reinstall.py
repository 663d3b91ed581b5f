"""Installing a module with the data that an export of it holds: the same rows, under the same ids.

The tables are made as they were when the export was written, filled, compared with the manifest, and only
then brought to the present version. One transaction: whatever fails, nothing has happened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.data.archive import TableDigest, loading, read_table, write_table
from core.data.base import db
from core.data.labels import owner_of
from core.errors import Refused
from core.language import N_
from core.modules.attached_files import bring_back
from core.modules.belongings import Belongings, Part, find_belongings, owners_in, read_tables
from core.modules.dispatch import Module, logger
from core.modules.export import MORE, Export, exports_of, file_of, manifest_hash, read_export
from core.modules.lifecycle import bring_up, host, record_installed, refuse_missing, usable
from core.modules.migrations import CORE, read_chain, upgrade
from core.modules.models import UNINSTALLED, InstalledModule
from core.modules.problem import Unusable
from core.modules.structure import changing
from core.modules.upgrades import renew_version
from core.people import generation
from core.work import audit


def reinstall(code: str, plugin: str, folder: Path | None = None) -> None:
    """Install `plugin` in governorate `code` with the data of the export in `folder`.

    Without a folder it is the export that was written when the module was uninstalled there. Raises Refused
    with a sentence if the module is installed, the export is another's, was changed, or fits no more.
    """
    module = usable(plugin)
    with changing(code) as (session, connection):
        row = session.get(InstalledModule, plugin)
        if row is not None and row.state != UNINSTALLED:
            raise Refused(_("The module “%(name)s” is installed here already.", name=host().title(plugin)))
        folder = folder or known_export(code, row)
        refuse_missing(session, module)
        export = read_export(code, folder)
        _refuse_other(module, export)
        upgrade(connection, plugin, module.folder / "migrations", export.revision or "base")
        found = _fill(connection, export, folder)
        bring_back(session, connection, found, code, folder)
        session.expire_all()
        _bring_up(session, connection, module, export)
        host().call_plugin(plugin, "diwan_restored", session=session, folder=folder / MORE)
        detail = {"id": plugin, "export": folder.name, "sha256": manifest_hash(folder)}
        audit.record("reinstall", "core.plugin", detail)
        generation.renew(session)


def known_export(code: str, row: InstalledModule | None) -> Path:
    """Where the data of an uninstalled module lies; raises Refused where no export is known."""
    if row is None or not row.export:
        raise Refused(_("No export of this module is known here."))
    return exports_of(code) / row.export


def _refuse_other(module: Module, export: Export) -> None:
    if export.plugin != module.id:
        name = host().title(export.plugin)
        raise Refused(_("This export is of the module “%(name)s”.", name=name), 422)
    chain = [script.revision for script in read_chain(module.id, module.folder / "migrations")]
    if export.revision is not None and export.revision not in chain:
        raise Refused(
            _(
                "The export is at '%(revision)s', which this version of the code does not know.",
                revision=export.revision,
            )
        )


def _bring_up(session: Session, connection: Connection, module: Module, export: Export) -> None:
    """The present version of tables, roles and rights, with the row that records it."""
    row = record_installed(session, module)
    row.version = export.version
    bring_up(session, connection, module)
    renew_version(session, module, row)
    session.flush()


def _fill(connection: Connection, export: Export, folder: Path) -> Belongings:
    """Put the rows back and prove that they are those of the manifest; returns what is there now."""
    tables = read_tables(connection).tables
    owners = owners_in(connection) | {export.plugin}
    own = {table.name for table in export.tables if owner_of(table.name, owners) != CORE}
    if lacking := [table.name for table in export.tables if table.name not in tables]:
        raise Refused(_("There is no table %(table)s for the rows of the export.", table=lacking[0]))
    for name in [one.name for one in reversed(export.tables) if one.name in own]:
        connection.execute(delete(tables[name]))  # what migrations wrote there is in the export, too
    numbers, altered = Renumbering(connection), {}
    try:
        with loading(connection, [table.name for table in export.tables]):
            for digest in export.tables:
                table, file = tables[digest.name], folder / file_of(digest)
                shared = digest.name not in own
                if shared:
                    numbers.make_room(table, file)
                filled, correct = _filled(table, file) if shared else {}, numbers.corrector(table)
                with file.open("rb") as lines:
                    read_table(connection, lines, digest, filled, correct or _as_it_is)
                altered[digest.name] = bool(filled or correct)
    except IntegrityError as error:
        logger.info("the export of %s does not fit", export.plugin, exc_info=True)
        raise Refused(
            _("The export does not fit what is here now: something that its records name is gone or taken.")
        ) from error
    return _prove(connection, export, altered)


def _as_it_is(row: dict[str, Any]) -> None:
    """Most rows come back without any change."""


def _filled(table: Table, file: Path) -> dict[str, Any]:
    """Columns of core's table that came after the export, with what a new row would get."""
    there = {name for name, _kind in _header(file)}
    defaults = {c.name: c.default for c in db.metadata.tables[table.name].columns if c.name not in there}
    return {
        name: getattr(one, "arg", None) if one is not None and one.is_scalar else None
        for name, one in defaults.items()
    }


def _header(file: Path) -> list[list[str]]:
    with file.open("rb") as lines:
        columns: list[list[str]] = json.loads(lines.readline())["columns"]
    return columns


@dataclass
class Renumbering:
    """New ids for rows of core's tables whose own were given to others meanwhile.

    On SQLite the ids of removed rows come again. `moved` maps the table's name to old id -> new id.
    """

    connection: Connection
    moved: dict[str, dict[int, int]] = field(default_factory=dict)

    def make_room(self, table: Table, file: Path) -> None:
        """Find new ids for the rows of `file` whose ids are taken."""
        if [column.name for column in table.primary_key] != ["id"]:
            return
        place = [name for name, _kind in _header(file)].index("id")
        with file.open("rb") as lines:
            next(lines)
            ids = {json.loads(line)[place] for line in lines}
        key = table.c.id
        within = select(key).where(key.between(min(ids, default=0), max(ids, default=0)))
        taken = sorted(ids.intersection(self.connection.scalars(within)))
        if taken:
            last = self.connection.scalar(select(func.max(key))) or 0
            first = max(last, *ids) + 1
            self.moved[table.name] = dict(zip(taken, range(first, first + len(taken)), strict=True))

    def corrector(self, table: Table) -> Callable[[dict[str, Any]], None] | None:
        """What gives a row of `table` its new ids: its own, those it points to, and those of its path.

        None where all stay as they are.
        """
        own = self.moved.get(table.name, {})
        columns: dict[str, Mapping[int, int]] = {"id": own} if own else {}
        for column in table.columns:
            for key in column.foreign_keys:
                if moved := self.moved.get(key.column.table.name):
                    columns[column.name] = moved

        def correct(row: dict[str, Any]) -> None:
            for name, moved in columns.items():
                row[name] = moved.get(row[name], row[name])
            if own and "path" in row:
                row["path"] = "/".join(str(own.get(int(p), p)) if p else "" for p in row["path"].split("/"))

        return correct if columns else None


def _prove(connection: Connection, export: Export, tables: Mapping[str, bool]) -> Belongings:
    """What is there now must be what the manifest says; of `tables` that are True only as many rows."""
    belongings = find_belongings(connection, export.plugin, host().order)
    parts = {part.table.name: part for part in belongings.parts}
    for expected in export.tables:
        found = _digest(connection, parts.get(expected.name), expected.name)
        if found != (replace(expected, sha256=found.sha256) if tables[expected.name] else expected):
            raise Unusable(N_("The rows of '%(table)s' did not come back as they were."), table=expected.name)
    return belongings


def _digest(connection: Connection, part: Part | None, name: str) -> TableDigest:
    if part is None:
        return TableDigest(name, 0, "")
    with Path(os.devnull).open("wb") as nowhere:
        return write_table(connection, name, nowhere, part.keys)
