"""Installing a module with the data that an export of it holds: the same rows, under the same ids.

The tables are made as they were when the export was written, filled, compared with the manifest, and only
then brought to the present version. One transaction: whatever fails, nothing has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Column, Connection, Table, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.data.archive import TableDigest, digest_table, loading, read_table
from core.data.base import db
from core.data.labels import owner_of
from core.errors import Refused
from core.language import N_
from core.modules.dispatch import Module, logger
from core.modules.leaving.attached_files import bring_back
from core.modules.leaving.belongings import Belongings, Part, find_belongings, owners_in, read_tables
from core.modules.leaving.export import MORE, Export, exports_of, file_of, manifest_hash, read_export
from core.modules.leaving.renumbering import Renumbering, header_of
from core.modules.lifecycle import bring_up, host, install_bridges, record_installed, refuse_missing, usable
from core.modules.migrations import CORE, read_chain, upgrade
from core.modules.models import UNINSTALLED, InstalledModule
from core.modules.problem import Unusable
from core.modules.structure import changing
from core.modules.upgrades import renew_version
from core.people import generation
from core.work import audit
from core.work.clocks import rows as clocks


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
        if export.revision is not None:
            upgrade(connection, plugin, module.folder / "migrations", export.revision)
        found = _fill(connection, export, folder)
        bring_back(session, connection, found, code, folder, export.lost)
        session.expire_all()
        _bring_up(session, connection, module, export)
        clocks.renew(session)  # the calendar may be another by now
        host().call_plugin(plugin, "diwan_restored", session=session, folder=folder / MORE)
        install_bridges(session, connection, again=False)
        detail: dict[str, Any] = {"id": plugin, "export": folder.name, "sha256": manifest_hash(folder)}
        detail |= {"lost": list(export.lost)} if export.lost else {}
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
                filled, correct = _filled(connection, table, file) if shared else {}, numbers.corrector(table)
                with file.open("rb") as lines:
                    read_table(connection, lines, digest, filled, correct or _as_it_is)
                altered[digest.name] = bool(filled or correct)
    except IntegrityError as error:
        logger.info("the export of %s does not fit", export.plugin, exc_info=True)
        raise _unfit() from error
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise _unfit()  # there foreign keys rest while the structure changes
    return _prove(connection, export, altered)


def _unfit() -> Refused:
    return Refused(
        _("The export does not fit what is here now: something that its records name is gone or taken.")
    )


def _as_it_is(row: dict[str, Any]) -> None:
    """Most rows come back without any change."""


def _filled(connection: Connection, table: Table, file: Path) -> dict[str, Any]:
    """Columns of core's table that came after the export, with what a new row would get."""
    there = {name for name, _kind in header_of(file)}
    columns = db.metadata.tables[table.name].columns
    return {column.name: _default(connection, column) for column in columns if column.name not in there}


def _default(connection: Connection, column: Column[Any]) -> Any:
    if column.default is not None and column.default.is_scalar:
        return getattr(column.default, "arg", None)
    said = getattr(column.server_default, "arg", None)
    return said if said is None or isinstance(said, str) else connection.scalar(select(said))


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
    return digest_table(connection, name, part.keys)
