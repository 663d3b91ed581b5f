"""The database itself refuses to change or delete rows of the audit and of the clocks' events, whatever asks.

A superuser can still drop the triggers: then the audit's chain tells (chain.py). On SQLite they also
go when a migration rebuilds the table in a batch; such a migration installs them again. Whoever has
to delete rows with good reason, as when a module is uninstalled, works inside `lifted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

AUDIT, CLOCK_EVENTS = "core_audit", "core_clock_event"
SENTENCE = "the table %s is only ever added to"


def install_triggers(connection: Connection, table: str = AUDIT) -> None:
    """Make a table append-only; for the migration that creates it."""
    sentence = SENTENCE % table
    if connection.dialect.name == "sqlite":
        statements = [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            for event, name in _sqlite_names(table).items()
        ]
    else:
        statements = [
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ]
    for statement in statements:
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection, table: str = AUDIT) -> None:
    """Undo `install_triggers`: for a downgrade, and for tests that tamper."""
    if connection.dialect.name == "sqlite":
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in _sqlite_names(table).values()]
    else:
        statements = [
            f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ]
    for statement in statements:
        connection.exec_driver_sql(statement)


@contextmanager
def lifted(connection: Connection, table: str) -> Iterator[None]:
    """Rows of `table` may be deleted inside, in the connection's transaction: undone with it if it fails.

    For uninstalling a module: its clocks' events go with its records.
    """
    drop_triggers(connection, table)
    yield
    install_triggers(connection, table)


def _sqlite_names(table: str) -> dict[str, str]:
    return {event: f"{table}_no_{event.lower()}" for event in ("UPDATE", "DELETE")}
