"""How often something may be tried, counted in the governorate's database.

So the count holds over all processes and machines, and it stays when the request's own work is
rolled back, because it is written by a connection of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import g
from sqlalchemy import Connection, String, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from core.data.base import db
from core.data.columns import Json
from core.data.session import end_reading
from core.data.time import now
from core.data.visibility import Shared
from core.keys import derive

SLOTS, SWEEP_EVERY = 60, 1000
"""A period is counted in so many slices; a count is forgotten at most one slice too late. Now and
then a use sweeps away what is long past, so that no job is needed for it."""
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Rate(Shared, db.Model):
    """The recent counts of one key, by slice of its period. Keys name people and addresses: hashed."""

    __tablename__ = "core_rate"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    touched_at: Mapped[datetime] = mapped_column(index=True)


def hit(key: str, limit: int, per: int) -> bool:
    """Count one use of `key`; False, uncounted, if `limit` were counted in the last `per` seconds.

    Never more than `limit` pass within any `per` seconds, whatever the processes. Call it before
    the request writes: its reading is ended first, and unsaved changes raise Unscoped.
    """
    if not secrets.randbelow(SWEEP_EVERY):
        sweep()
    present = _slot(per)
    with _counts(key, per) as counts:
        for slot in [slot for slot in counts if slot < present - SLOTS]:
            del counts[slot]
        if sum(counts.values()) >= limit:
            return False
        counts[present] = counts.get(present, 0) + 1
        return True


def forgive(key: str, per: int) -> None:
    """Take the latest count back: what was tried turned out to be right."""
    with _counts(key, per) as counts:
        latest = max((slot for slot, count in counts.items() if count), default=None)
        if latest is not None:
            counts[latest] -= 1


def sweep(older: timedelta = timedelta(days=2)) -> int:
    """Delete the counts of keys not used for so long; returns how many."""
    with writing() as connection:
        gone = connection.execute(delete(Rate.__table__).where(Rate.__table__.c.touched_at < now() - older))
        return int(gone.rowcount)


def _slot(per: int) -> int:
    return int(now().timestamp() * SLOTS // per)


@contextmanager
def _counts(key: str, per: int) -> Iterator[dict[int, int]]:
    """The counts of a key by slot; its row is locked until the block ends and then stored."""
    table = Rate.__table__
    hashed = hmac.new(derive(g.binding.code, "rate"), f"{per}:{key}".encode(), hashlib.sha256).hexdigest()
    with writing() as connection:
        new = INSERT[connection.dialect.name](table).values(key=hashed, counts={}, touched_at=now())
        take = new.on_conflict_do_update(index_elements=[table.c.key], set_={"touched_at": now()})
        stored = connection.scalar(take.returning(table.c.counts))
        counts = {int(slot): count for slot, count in stored.items()}
        yield counts
        kept = {str(slot): count for slot, count in counts.items() if count}
        connection.execute(update(table).where(table.c.key == hashed).values(counts=kept))


@contextmanager
def writing() -> Iterator[Connection]:
    """A transaction beside the request's own, which must not hold SQLite's write lock meanwhile.

    For counts and marks that stay whatever becomes of the request; nothing audited is written so.
    """
    end_reading(db.session())
    with g.binding.engine.execution_options(diwan_write=True).begin() as connection:
        yield connection
