"""Work that sees the whole governorate, which the audit is told of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from sqlalchemy.orm import Session

from core.data.base import db
from core.data.scope import Scope
from core.data.session import end_reading
from core.governorates.present import bound
from core.work import audit


@contextmanager
def unscoped(reason: str, *, origin: str = "system") -> Iterator[Session]:
    """A session of its own that sees the whole governorate; `reason` goes into the audit.

    The outer session's read transaction is ended first, so that on SQLite the inner one can
    write. `db.session` inside the block is the inner session; commit it there.
    """
    outer = db.session()
    outer.get_bind()
    end_reading(outer)
    wrote = outer.info.pop("write", False)
    actor: Scope | None = outer.info.get("scope")
    governorate, request_id = g.get("governorate"), g.get("request_id")
    try:
        with bound(outer.info["binding"], Scope.of_system(origin), write=True) as session:
            g.governorate, g.request_id = governorate, request_id
            audit.record(
                "unscoped", "core.session", {"reason": reason}, actor_id=actor.actor_id if actor else None
            )
            session.commit()  # entered whatever becomes of the work inside
            yield session
    finally:
        outer.info["write"] = wrote
