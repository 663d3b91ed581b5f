"""One engine per governorate, made at first use and dropped when its address changes."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url

from core.governorates.files import keep_to_file
from core.governorates.freezing import tell_frozen

SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
DETAIL = re.compile(r"^DETAIL:.*?(?=^[A-Z]+:|^\[SQL|\Z)", re.MULTILINE | re.DOTALL)
PATIENCE = 10
"""Seconds a worker waits for a pooled connection or for a database to answer."""


def open_engine(url: str, *, threads: int = 8, existing: bool = False) -> Engine:
    """An engine with the settings both databases need; connects lazily, and its errors repeat no value.

    PostgreSQL keeps one idle connection and opens more under load: connections = workers x
    governorates in use x pool size (stack-traps 5.2). With `existing` a SQLite file that is missing is an
    OperationalError, where SQLite itself would make an empty one.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, connect_args={"check_same_thread": False}, pool_size=threads, hide_parameters=True
        )
        if existing:
            keep_to_file(engine)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", tell_frozen, retval=True)
        return engine
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=1,
        max_overflow=max(threads - 1, 1),
        pool_pre_ping=True,
        pool_timeout=PATIENCE,
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=30000 -c timezone=UTC"},
    )
    event.listen(engine, "handle_error", _drop_detail)
    event.listen(engine, "handle_error", tell_frozen, retval=True)
    return engine


@contextmanager
def opened_engine(url: str, *, existing: bool = False) -> Iterator[Engine]:
    """An engine of one's own, closed after the block: for a database that is not, or not yet, served."""
    engine = open_engine(url, existing=existing)
    try:
        yield engine
    finally:
        engine.dispose()


def _drop_detail(context: ExceptionContext) -> None:
    """PostgreSQL repeats the refused row in DETAIL: what a citizen wrote must not reach any log."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (DETAIL.sub("", str(error.args[0])), *error.args[1:])


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    """Own BEGIN, because the driver's comes too late for savepoints; durable and checked keys."""
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once and queue; a late upgrade would fail with a stale snapshot."""
    write = connection.get_execution_options().get("diwan_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class Engines:
    """The engines of this process by governorate code; thread-safe."""

    def __init__(self, threads: int = 8) -> None:
        self._threads = threads
        self._engines: dict[str, tuple[str, Engine]] = {}
        self._lock = threading.Lock()

    def get(self, code: str, url: str) -> Engine:
        """The engine for `code` at `url`; another URL than before replaces and disposes the old one."""
        known = self._engines.get(code)
        if known is not None and known[0] == url:
            return known[1]
        with self._lock:
            known = self._engines.get(code)
            if known is not None and known[0] == url:
                return known[1]
            engine = open_engine(url, threads=self._threads, existing=True)
            self._engines[code] = (url, engine)
        if known is not None:
            known[1].dispose()
        return engine

    def drop(self, code: str) -> None:
        """Forget and close the engine of a removed governorate."""
        with self._lock:
            known = self._engines.pop(code, None)
        if known is not None:
            known[1].dispose()

    def dispose(self) -> None:
        """Close all; for the end of a process or a test."""
        for code in list(self._engines):
            self.drop(code)
