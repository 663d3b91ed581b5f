"""The database itself refuses to change or delete audit rows, whatever program asks.

A superuser can still drop the triggers: then the chain tells (chain.py). On SQLite they also go
when a migration rebuilds the table in a batch; such a migration installs them again.
"""

from __future__ import annotations

from sqlalchemy import Connection

TABLE = "core_audit"
SENTENCE = "the audit is only ever added to"

SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_no_{event.lower()} BEFORE {event} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for event in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
    f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
)


def install_triggers(connection: Connection) -> None:
    """Make the audit append-only; for the migration that creates its table."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Undo `install_triggers`: for a downgrade, and for tests that tamper."""
    if connection.dialect.name == "sqlite":
        names = [statement.split()[2] for statement in SQLITE]
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    else:
        statements = [
            f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
            f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
        ]
    for statement in statements:
        connection.exec_driver_sql(statement)
