"""Making and dropping a governorate's database: a file, or a role and a database of its own."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from core.errors import Refused

KINDS = ("sqlite", "postgresql")


def absolute_url(url: str) -> str:
    """`url` with a SQLite path made absolute: workers may start in another folder.

    Raises Refused unless it names a database of one of the two kinds: engines take whatever is not SQLite
    for PostgreSQL, and what is not named would be one that nobody meant.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() not in KINDS or not address.database:
        raise Refused(
            _(
                "That URL names no database that can be used: it must be like %(sqlite)s or %(postgresql)s.",
                sqlite="sqlite:////folder/file.sqlite",
                postgresql="postgresql://user:password@host/database",
            )
        )
    if address.get_backend_name() == "sqlite":
        address = address.set(database=str(Path(address.database).absolute()))
    return address.render_as_string(hide_password=False)


def database_url(code: str, data_dir: Path, provision_url: str | None, mark: str = "") -> str:
    """Address of a new database for `code`: a SQLite file, or PostgreSQL made through `provision_url`.

    `mark` tells it from the one that is served already.

    PostgreSQL gets a role that owns this database only, may not create others, and PUBLIC loses
    every right on it: by default each role could connect to each new database (stack-traps 5.2).
    Raises Refused if the role or the file exists already.
    """
    if provision_url is None:
        path = data_dir / "governorates" / f"{code}{mark}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise Refused(f"{path.name} exists already; move it away first")
        return f"sqlite:///{path}"
    return _create_on_server(f"{code}{mark}", make_url(provision_url))


def _create_on_server(code: str, server: URL) -> str:
    name, password = database_name(code), secrets.token_urlsafe(24)
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            taken = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
            if taken:
                raise Refused(f"the role {name} exists already on that server")
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.exec_driver_sql(
                f"CREATE ROLE {quoted} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'"
            )
            try:
                connection.exec_driver_sql(
                    f"CREATE DATABASE {quoted} OWNER {quoted} ENCODING 'UTF8' TEMPLATE template0"
                )
            except SQLAlchemyError:
                with suppress(SQLAlchemyError):  # a role without a database would refuse the next attempt
                    connection.exec_driver_sql(f"DROP ROLE {quoted}")
                raise
            connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    finally:
        engine.dispose()
    return server.set(
        drivername="postgresql+psycopg", username=name, password=password, database=name
    ).render_as_string(hide_password=False)


def drop_database(url: str, provision_url: str | None) -> None:
    """Delete the database behind `url` for good: the file, or the database and its role."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
        return
    if provision_url is None:
        raise Refused("dropping a PostgreSQL database needs DIWAN_PROVISION_URL")
    engine = create_engine(
        make_url(provision_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quote(str(address.database))} WITH (FORCE)")
        if address.username == address.database:
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {quote(str(address.username))}")
    engine.dispose()


def database_name(code: str) -> str:
    """Name of role and database for a governorate: `diwan_eg_kn`."""
    return f"diwan_{code.lower().replace('-', '_')}"
