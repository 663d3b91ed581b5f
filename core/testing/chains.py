"""A module's chain of migrations, walked backwards: only tests do that to one that stays."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from core.data.labels import owner_of
from core.modules.migrations import version_table


def downgrade(connection: Connection, plugin: str, folder: Path) -> None:
    """Run every step of the chain in `folder` backwards, from the last to before the first."""
    script = ScriptDirectory(folder, version_locations=[folder])
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table": version_table(plugin),
            "render_as_batch": True,
            "fn": lambda reached, _: script._downgrade_revs("base", reached),
        },
    )
    with Operations.context(context):
        context.run_migrations()


def shape_of(connection: Connection, plugin: str) -> dict[str, object]:
    """The module's tables as they are in the database: columns, indexes, keys, by table."""
    found = inspect(connection)
    return {
        table: (
            sorted((one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)),
            sorted((str(one["name"]), tuple(one["column_names"])) for one in found.get_indexes(table)),
            sorted((str(one["name"]), one["referred_table"]) for one in found.get_foreign_keys(table)),
            sorted(
                (str(one["name"]), tuple(one["column_names"])) for one in found.get_unique_constraints(table)
            ),
        )
        for table in found.get_table_names()
        if owner_of(table) == plugin
    }
