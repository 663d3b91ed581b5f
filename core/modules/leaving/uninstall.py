"""Taking a module out of a governorate: plan, objections, export, removal and the proof that nothing is left.

All in one transaction that alone changes the structure, with the export written and read again before the
first row goes. Whatever fails, nothing has happened. Tables are dropped by name, never by a migration's
`downgrade`: only what bears the module's prefix can go, also where its code is missing.
"""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import Connection, delete, inspect, select, text
from sqlalchemy.orm import Session

from core.data.labels import owner_of
from core.data.scope import scope_in
from core.data.time import now
from core.errors import Invalid, Refused, Unavailable
from core.language import N_
from core.modules.leaving.attached_files import let_go, take_along
from core.modules.leaving.belongings import Belongings, Part, find_belongings, owners_in
from core.modules.leaving.export import MORE, Export, keep, manifest_hash, new_folder, write_export
from core.modules.leaving.plan import Plan, draw_up
from core.modules.lifecycle import host, installed_row
from core.modules.migrations import version_table
from core.modules.models import UNINSTALLED, bump_serial
from core.modules.problem import Unusable
from core.modules.renaming import writable
from core.modules.structure import changing
from core.people import generation
from core.work import audit
from core.work.chain import code_of

LABEL = "core.plugin"


def uninstall(code: str, plugin: str, confirmed: str) -> Path:
    """Remove `plugin` and its data from governorate `code`; returns the folder of the export.

    `confirmed` is the module's id, typed by whoever decides. Raises Invalid if it is not, Refused for every
    objection, Unavailable where somebody else is writing; then nothing has happened.
    """
    if confirmed.strip() != plugin:
        sentence = _("Type the module's id to confirm: %(id)s.", id=plugin)
        raise Invalid(_("Nothing was done: the confirmation is not right."), {"confirm": [sentence]})
    name = f"{plugin}-{now():%Y%m%dT%H%M%S%fZ}"
    with changing(code) as (session, connection), new_folder(code, name) as folder:
        row = installed_row(session, plugin)
        plan, found = draw_up(session, connection, plugin)
        if plan.objections:
            raise Refused(" ".join(plan.objections))
        _hold(connection, found)
        files = take_along(connection, found, code, folder)
        export = _export(session, connection, plan, found, folder, files.lost)
        _remove(connection, found, export)
        _prove(connection, plugin)
        path = keep(folder)
        session.expire_all()
        row.state, row.by = UNINSTALLED, scope_in(session).actor_id
        row.export, row.export_hash = path.name, manifest_hash(path)
        _tell(session, plugin, export, row.export_hash, path.name)
    let_go(code, files.all)
    return path


def _hold(connection: Connection, found: Belongings) -> None:
    """Let nobody write these rows until the end; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "sqlite":
        return
    names = ", ".join(_quoted(connection, part) for part in found.own)
    if names:
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    for part in found.shared:
        connection.execute(select(*part.table.primary_key).where(part.which).with_for_update())


def _export(
    session: Session,
    connection: Connection,
    plan: Plan,
    found: Belongings,
    folder: Path,
    lost: tuple[str, ...],
) -> Export:
    host().call_plugin(plan.plugin, "diwan_exporting", session=session, folder=folder / MORE)
    about = Export(code_of(session), plan.plugin, plan.version, plan.revision, "", (), {}, lost)
    return write_export(connection, _but_version(found, plan.plugin), about, folder)


def _but_version(found: Belongings, plugin: str) -> list[Part]:
    """What is exported: the revision is in the manifest."""
    return [part for part in found.parts if part.table.name != version_table(plugin)]


def _remove(connection: Connection, found: Belongings, export: Export) -> None:
    """The module's own tables at one stroke, then rows of core's, those first that point to others."""
    names = [_quoted(connection, part) for part in found.own]
    if connection.dialect.name == "sqlite":
        for one in names:
            connection.exec_driver_sql(f"DROP TABLE {one}")
    elif names:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(names)}")
    written = {table.name: table.rows for table in export.tables}
    for part in reversed(found.shared):
        with writable(connection, part.table):
            gone = connection.execute(delete(part.table).where(part.which)).rowcount
        if gone != written[part.table.name]:
            raise Unavailable(_("Somebody was writing to the module's data meanwhile; please try again."))


def _quoted(connection: Connection, part: Part) -> str:
    return connection.dialect.identifier_preparer.quote(part.table.name)


def _prove(connection: Connection, plugin: str) -> None:
    """Look once more, at everything; raises Unusable if anything is left."""
    owners = owners_in(connection) | {plugin}
    left = [
        name
        for name in _objects(connection)
        if owner_of(name, owners) == plugin or name == version_table(plugin)
    ]
    found = find_belongings(connection, plugin, host().order)
    left += [part.table.name for part in found.parts if part.count(connection)]
    if left:
        raise Unusable(N_("This would be left of it: %(names)s. So nothing was done."), names=", ".join(left))


CATALOGUES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgresql": (
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " UNION SELECT typname FROM pg_type WHERE typnamespace = current_schema()::regnamespace"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    ),
}
"""Where each database names its tables, views, indexes, triggers, sequences, types and functions."""


def _objects(connection: Connection) -> list[str]:
    inspect(connection).clear_cache()
    return list(connection.exec_driver_sql(CATALOGUES[connection.dialect.name]).scalars())


def _tell(session: Session, plugin: str, export: Export, hash_: str, folder: str) -> None:
    """One line in the audit, and every worker forgets the module, its roles and rights."""
    rows = {table.name: table.rows for table in export.tables}
    detail = {"id": plugin, "version": export.version, "export": folder, "sha256": hash_, "rows": rows}
    detail |= {"lost": list(export.lost)} if export.lost else {}
    session.info["write"] = True
    audit.record("uninstall", LABEL, detail)
    bump_serial(session)
    generation.renew(session)
