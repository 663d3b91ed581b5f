"""One session, one governorate, one scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from flask import g, has_app_context
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from core.errors import NoGovernorate, Unscoped


@dataclass(frozen=True)
class Binding:
    """The governorate an app context works in: its code and the engine of its database.

    A connection in place of the engine makes the session join that connection's transaction.
    """

    code: str
    engine: Engine | Connection

    @cached_property
    def writing(self) -> Engine | Connection:
        """The same engine, taking SQLite's write lock; one object, for a session connects once to each."""
        return self.engine.execution_options(diwan_write=True)


class GovernorateSession(FlaskSession):
    """A session that belongs to the governorate of its app context, for good.

    `info` holds `governorate` (code), `scope`, and `write` (True takes SQLite's write lock at
    the first statement, so that two writers queue instead of failing half-way).
    """

    known_row: ClassVar[Callable[[Any, Any], Any]]
    """The row if the session's scope sees it, else None. The guard's own; without one nothing is got."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """The engine of this session's governorate; raises NoGovernorate when there is none."""
        binding: Binding | None = self.info.get("binding")
        if binding is None:
            binding = g.get("binding") if has_app_context() else None
            if binding is None:
                raise NoGovernorate("a query needs a governorate")
            self.info.update(binding=binding, governorate=binding.code)
        return binding.writing if self.info.get("write") else binding.engine

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As usual, but a hit of the identity map is checked too: it skips the SQL the guard narrows."""
        return self.known_row(super().get(entity, ident, **options))

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        """Refused: a raw connection knows no scope."""
        raise Unscoped("a session's raw connection is not given out: use select_visible or unscoped")

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> None:
        """Refused: it passes by the checks at flush."""
        raise Unscoped("bulk methods pass by the visibility guard")

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects


@event.listens_for(GovernorateSession, "after_flush")
def note_writing(session: Session, context: Any) -> None:
    """Remember that the open transaction has written: nobody may commit it in passing."""
    session.info["wrote"] = True


@event.listens_for(GovernorateSession, "after_transaction_end")
def forget_writing(session: Session, transaction: SessionTransaction) -> None:
    """Committed or undone; a savepoint's end is neither."""
    if transaction.parent is None:
        session.info.pop("wrote", None)


def end_reading(session: Session) -> None:
    """End a transaction that has only read, so that another connection may write on SQLite.

    Raises Unscoped when there is work in it, unsaved or flushed: half of it must not be committed.
    """
    if session.new or session.dirty or session.deleted or session.info.get("wrote"):
        raise Unscoped("this session has uncommitted work: commit it first, or begin with the other work")
    session.commit()
