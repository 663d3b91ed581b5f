"""What would change rows without a trace in the audit is refused, and so is any change of the audit."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from core.data import guard  # noqa: F401  (the guard's listeners come first)
from core.data.base import Base
from core.data.session import GovernorateSession
from core.work.chain import AuditHead, AuditRow

S = TypeVar("S", bound=Any)
CHAIN = (AuditRow.__tablename__, AuditHead.__tablename__)
BYPASS = object()
"""Mark on core's own bulk statements whose effect is audited in another way."""


class Unaudited(RuntimeError):
    """A change that would leave no trace, or one of the audit itself: a programming error."""


def allow_bulk(statement: S) -> S:
    """Let a bulk statement of core's own through; whoever uses it enters what it does."""
    return statement.execution_options(diwan_bulk=BYPASS)


def is_audited(model: Any) -> bool:
    """False for counters, logs and other technical tables that say so by `__audited__ = False`."""
    return bool(getattr(model, "__audited__", True))


@event.listens_for(GovernorateSession, "do_orm_execute")
def refuse_bulk(state: ORMExecuteState) -> None:
    """Bulk statements change rows that no flush sees."""
    bulk = state.is_insert or state.is_update or state.is_delete
    if not bulk or state.execution_options.get("diwan_bulk") is BYPASS:
        return
    name = getattr(getattr(state.statement, "table", None), "name", None)
    if name in CHAIN:
        raise Unaudited("the audit is not edited")
    if any(
        is_audited(mapper.class_) and mapper.class_.__tablename__ == name for mapper in Base.registry.mappers
    ):
        raise Unaudited(f"a bulk statement on {name} leaves no trace: use the session, or transition_many")


@event.listens_for(GovernorateSession, "before_flush")
def protect(session: Session, context: Any, instances: Any) -> None:
    """The chain is written by audit.py alone."""
    if any(isinstance(r, (AuditRow, AuditHead)) for r in (*session.new, *session.dirty, *session.deleted)):
        raise Unaudited("the audit is not edited")
