"""A database that may be read and not written, whoever asks: while its content is on the way elsewhere.

Triggers refuse, so that every worker, job and command obeys at once, also one that began before; and
after a move they stay in the database that was left, where a late writer would lose their work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import lazy_gettext
from sqlalchemy import Connection, Engine, ExceptionContext, inspect, text
from sqlalchemy.exc import OperationalError

from core.errors import Unavailable

NAME = "diwan_frozen"
MARK = "diwan: this database is frozen"
"""What the database says; nobody reads it but `tell_frozen`."""
SENTENCE = lazy_gettext(
    "This governorate is being moved to another database. Everything can be read, nothing can be saved "
    "for some minutes. Please try again soon."
)
EVENTS = ("INSERT", "UPDATE", "DELETE")
FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{MARK}'; END $$"
)
ATTEMPTS, PAUSE = 60, 0.5


class Frozen(Unavailable):
    """Nothing can be saved while the governorate is being moved (503)."""


def freeze(engine: Engine) -> None:
    """Refuse every write from now on; what is being written is waited for. Safe to repeat.

    Raises Unavailable if somebody has been writing all the time. On PostgreSQL it gives up a lock before
    the server looks for deadlocks (1 s), so that the one who writes is never the one who is stopped.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with _locking(engine) as connection:
                _undo(connection)
                for statement in _statements(connection):
                    connection.exec_driver_sql(statement)
            return
        except OperationalError:
            time.sleep(PAUSE)
    raise Unavailable(lazy_gettext("Somebody is writing all the time. Nothing was changed; try again later."))


def thaw(engine: Engine) -> None:
    """Let the database be written again. Safe to repeat."""
    for attempt in range(ATTEMPTS):
        try:
            with _locking(engine) as connection:
                _undo(connection)
            return
        except OperationalError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE)


def is_frozen(connection: Connection) -> bool:
    """Whether writing is refused here."""
    return bool(_triggers(connection))


def tell_frozen(context: ExceptionContext) -> Frozen | None:
    """For each engine's errors: the refusal in words (503), to be raised in place of the database's."""
    return Frozen(SENTENCE) if MARK in str(context.original_exception) else None


@contextmanager
def _locking(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(diwan_write=True) as connection, connection.begin():
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        yield connection


def _statements(connection: Connection) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    names = sorted(inspect(connection).get_table_names())
    if connection.dialect.name != "sqlite":
        yield FUNCTION
    for name in names:
        if connection.dialect.name == "sqlite":
            for event in EVENTS:
                yield (
                    f"CREATE TRIGGER {quote(f'{NAME}_{event}_{name}')} BEFORE {event} ON {quote(name)} "
                    f"BEGIN SELECT RAISE(ABORT, '{MARK}'); END"
                )
        else:
            yield (
                f"CREATE TRIGGER {NAME} BEFORE {' OR '.join(EVENTS)} OR TRUNCATE ON {quote(name)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()"
            )


def _undo(connection: Connection) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for trigger, table in _triggers(connection):
        place = "" if connection.dialect.name == "sqlite" else f" ON {quote(table)}"
        connection.exec_driver_sql(f"DROP TRIGGER {quote(trigger)}{place}")
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {NAME}()")


def _triggers(connection: Connection) -> list[tuple[str, str]]:
    """Name and table of each of them."""
    found = connection.execute(text(IN_SQLITE if connection.dialect.name == "sqlite" else IN_POSTGRESQL))
    return [(row[0], row[1]) for row in found]


IN_SQLITE = """
    SELECT name, tbl_name FROM sqlite_master
    WHERE type = 'trigger' AND substr(name, 1, 13) = 'diwan_frozen_'
"""
IN_POSTGRESQL = """
    SELECT t.tgname, c.relname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE t.tgname = 'diwan_frozen' AND n.nspname = current_schema ORDER BY c.relname
"""
