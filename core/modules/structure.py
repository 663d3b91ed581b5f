"""Changing a database's tables: one process at a time, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.data.base import db
from core.data.scope import Scope
from core.data.session import Binding
from core.errors import Refused, Unavailable
from core.governorates.present import bound, engines, served
from core.language import N_
from core.modules.problem import Unusable

LOCK = 0x0D1A_0000_0001
"""PostgreSQL advisory lock that only one process changing a database's structure holds."""
LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def changing(code: str) -> Iterator[tuple[Session, Connection]]:
    """A system session in governorate `code`, and its connection, that alone change its structure.

    Commits at the end, or undoes everything. The caller's own session ends its transaction first,
    lest on SQLite one waits for the other. Raises NotFound, or Unavailable if another change lasts too long.
    """
    governorate = served(code)
    actor = g.scope.actor_id if g.get("scope") else None
    if g.get("binding"):
        db.session.commit()
    try:
        with (
            changing_structure(engines().get(code, governorate.url)) as connection,
            bound(Binding(code, connection), replace(Scope.of_system(), actor_id=actor)) as session,
        ):
            g.governorate = governorate
            yield session, connection
            session.commit()
    except Unusable as error:
        raise Refused(str(error.problem)) from error
    except OperationalError as error:
        if "locked" not in str(error.orig) and getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        sentence = _("Another change to this governorate's modules is under way; please try again.")
        raise Unavailable(sentence) from error


@contextmanager
def reading(code: str) -> Iterator[tuple[Session, Connection]]:
    """A system session in governorate `code`, and its connection, that only look; nothing is committed."""
    governorate = served(code)
    with (
        engines().get(code, governorate.url).connect() as connection,
        bound(Binding(code, connection), Scope.of_system()) as session,
    ):
        g.governorate = governorate
        yield session, connection


@contextmanager
def changing_structure(engine: Engine, wait: int = 120) -> Iterator[Connection]:
    """A transaction that alone changes this database's tables; a second process waits up to `wait` seconds.

    PostgreSQL: an advisory lock, and a short `lock_timeout` so that a migration never queues behind
    a long report with everybody else behind it. SQLite: BEGIN IMMEDIATE, with foreign keys off because
    alembic rebuilds tables there (dropping a parent would silently empty its children) and verified after.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.execution_options(diwan_write=True).begin():
                    yield connection
                    _refuse_orphans(connection)
            finally:
                driver.execute("PRAGMA foreign_keys=ON")
        else:
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{wait}s'"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                connection.execute(text("SET LOCAL lock_timeout = '10s'"))
                yield connection


def _refuse_orphans(connection: Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan:
        raise Unusable(
            N_("A migration left rows of '%(table)s' that point to nothing in '%(parent)s'."),
            table=orphan[0],
            parent=orphan[2],
        )
