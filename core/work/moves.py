"""What happened: one row per transition, and the check that nothing else changes a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, event, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.columns import Json
from core.data.session import GovernorateSession
from core.data.visibility import Attached, cleared
from core.work.workflow import Workflow, workflow_of


class StateChangedOutside(RuntimeError):
    """Code wrote to a state column instead of calling `transition`: a programming error."""


class TransitionRow(Attached, db.Model):
    """A transition that was made. `actor_id` is empty for the machine, a citizen and imported history.

    `data` is what the form held, as plain JSON; `origin` is user, system, citizen or import.
    """

    __tablename__ = "core_transition"
    __personal__ = ("data",)

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("core_unit.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("core_post.id"))
    at: Mapped[datetime]
    duty: Mapped[str | None] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    origin: Mapped[str] = mapped_column(String(10), default="user")


def duties_done(
    session: Session, model: str, ids: Collection[int], actor_id: int, duties: Iterable[str]
) -> dict[int, set[str]]:
    """Which of `duties` the actor has done on which of the records `ids`; one select."""
    row = TransitionRow
    statement = select(row.record_id, row.duty).where(
        row.model == model, row.record_id.in_(ids), row.actor_id == actor_id, row.duty.in_(sorted(duties))
    )
    done: dict[int, set[str]] = defaultdict(set)
    for record_id, duty in session.execute(cleared(statement)):
        done[record_id].add(str(duty))
    return done


def permit(session: Session, workflow: Workflow, record: Any, state: str) -> None:
    """Set the state of a new record that has a history; the next flush lets exactly this through."""
    _permits(session)[record] = state
    setattr(record, workflow.column, state)


def _permits(session: Session) -> dict[Any, str]:
    permits: dict[Any, str] = session.info.setdefault("state_permits", {})
    return permits


@event.listens_for(GovernorateSession, "before_flush")
def check_states(session: Session, context: Any, instances: Any) -> None:
    """Start new records in their initial state; refuse any state that no transition has set."""
    permits = _permits(session)
    for row in (*session.new, *session.dirty):
        workflow = workflow_of(row)
        if workflow is None:
            continue
        state = getattr(row, workflow.column)
        if row in session.new and state is None:
            setattr(row, workflow.column, workflow.initial)
        elif _set_outside(session, workflow, row, permits.pop(row, None)):
            raise StateChangedOutside(f"{workflow.model} was put into {state!r} without a transition")


def _set_outside(session: Session, workflow: Workflow, row: Any, permitted: str | None) -> bool:
    history = inspect(row).attrs[workflow.column].history
    expected = permitted or (workflow.initial if row in session.new else None)
    return bool(history.added) and history.added[0] != expected
