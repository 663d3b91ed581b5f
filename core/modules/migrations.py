"""Each plugin's own linear chain of migrations, run through alembic's API with one version table a plugin.

There is no `env.py` and no `alembic.ini`: the chain "core" lies in `core/migrations/`, a plugin's in
its `migrations/` folder, and each remembers its place in `diwan_version_<plugin>`. A plugin whose files
vanish therefore harms no other, and no chain has branches.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine

from core.language import N_
from core.modules.problem import Unusable
from core.modules.structure import changing_structure

CORE = "core"
CORE_FOLDER = Path(__file__).resolve().parents[1] / "migrations"


def version_table(plugin: str) -> str:
    """Name of the table that holds the revision a plugin has reached in a database."""
    return f"diwan_version_{plugin}"


def read_chain(plugin: str, folder: Path) -> tuple[Script, ...]:
    """Return the plugin's revisions from first to last; raise `Unusable` unless they are one line.

    A plugin without tables has no folder, and an empty chain.
    """
    if not folder.is_dir():
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            script = ScriptDirectory(folder, version_locations=[folder])
            heads, revisions = script.get_heads(), tuple(script.walk_revisions())
        except Exception as error:
            raise Unusable(N_("A migration cannot be read: %(detail)s"), detail=error) from error
    if len(heads) > 1:
        raise Unusable(
            N_("Its migrations have more than one head: %(heads)s."), heads=", ".join(sorted(heads))
        )
    for revision in revisions:
        if not re.fullmatch(rf"{plugin}_\d{{4}}", revision.revision) or revision.is_merge_point:
            raise Unusable(
                N_("The migration '%(id)s' must be named %(plugin)s_NNNN."),
                id=revision.revision,
                plugin=plugin,
            )
    return revisions[::-1]


def head(plugin: str, folder: Path) -> str | None:
    """Return the last revision of the code, or None for a plugin without tables."""
    chain = read_chain(plugin, folder)
    return chain[-1].revision if chain else None


def current(connection: Connection, plugin: str) -> str | None:
    """Return the revision that the database has reached, or None if it has none of the plugin's."""
    return _context(connection, plugin).get_current_revision()


def pending(connection: Connection, plugin: str, folder: Path) -> tuple[str, ...]:
    """Return the revisions still to be run in this database, in order."""
    ids = [script.revision for script in read_chain(plugin, folder)]
    reached = current(connection, plugin)
    if reached is not None and reached not in ids:
        raise Unusable(
            N_("The database is at '%(revision)s', which this version of the code does not know."),
            revision=reached,
        )
    return tuple(ids[ids.index(reached) + 1 :] if reached else ids)


def upgrade(target: Engine | Connection, plugin: str, folder: Path, to: str = "head") -> str | None:
    """Run what is pending, up to the revision `to`, and return the one reached; on an error, nothing is run.

    With an engine the lock and the transaction are taken here; a connection is already in one.
    """
    if isinstance(target, Engine):
        with changing_structure(target) as connection:
            return upgrade(connection, plugin, folder, to)
    if pending(target, plugin, folder):
        script = ScriptDirectory(folder, version_locations=[folder])
        context = _context(target, plugin, fn=lambda reached, _: script._upgrade_revs(to, reached))
        with Operations.context(context):
            context.run_migrations()
    return current(target, plugin)


def upgrade_core(target: Engine | Connection) -> str | None:
    """Bring core's own tables to the last revision, in an empty database or an older one."""
    return upgrade(target, CORE, CORE_FOLDER)


def _context(connection: Connection, plugin: str, **options: object) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"version_table": version_table(plugin), "render_as_batch": True, **options}
    )


def scratch_engine() -> Engine:
    """Return an empty database in memory, to try migrations on."""
    return create_engine("sqlite://")
