"""What hangs on records follows when a migration gives their model another name."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Connection, Table, update

from core.data.labels import owner_of
from core.modules.leaving.belongings import KEPT, labels_in, read_tables
from core.modules.migrations import CORE
from core.work.append_only import CLOCK_EVENTS, lifted


def rename_model(connection: Connection, old: str, new: str) -> None:
    """Let notes, steps, rights and all else that hangs on records of the label `old` follow its new name.

    For a migration that renames a table, beside its `op.rename_table`. The audit goes on saying what was so
    when it was written. A table with sealed columns keeps its name: they are sealed for it.
    """
    for table in read_tables(connection).tables.values():
        for column in labels_in(table) if owner_of(table.name) == CORE and table.name not in KEPT else ():
            with writable(connection, table):
                connection.execute(update(table).where(column == old).values({column: new}))


def writable(connection: Connection, table: Table) -> AbstractContextManager[None]:
    """Inside, rows of a table of core's may be changed or deleted, also where they are only ever added to."""
    return lifted(connection, table.name) if table.name == CLOCK_EVENTS else nullcontext()
