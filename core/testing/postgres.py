"""Finding the PostgreSQL that tests may make databases on."""

from __future__ import annotations

import os
from functools import cache

ADDRESSES = (
    "postgresql+psycopg://root@127.0.0.1:5432/postgres",
    "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
)
"""Where one is looked for when DIWAN_TEST_POSTGRES names none."""


@cache
def find_postgres() -> str | None:
    """Address of a PostgreSQL that answers and lets us create databases, or None."""
    named = os.environ.get("DIWAN_TEST_POSTGRES")
    return next((url for url in ([named] if named else ADDRESSES) if can_provision(url)), None)


def can_provision(url: str) -> bool:
    """Whether `url` answers within two seconds as a role that may create databases."""
    try:
        import psycopg
    except ImportError:
        return False
    question = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=2) as connection:
            return connection.execute(question).fetchone() == (True,)
    except psycopg.Error:
        return False
