"""Records that lived before Diwan: one system transition each, which says where they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from core.data.base import db
from core.data.labels import label
from core.data.scope import scope_in
from core.data.time import now
from core.errors import Invalid, NotAllowed
from core.work.clocks.book import enter_past
from core.work.diff import plain
from core.work.moves import TransitionRow, permit
from core.work.workflow import workflow_of, workflows

IMPORTED = "imported"


@dataclass(frozen=True)
class History:
    """What the source says of a record: its present state, where it was read, dates by name, outcome."""

    state: str
    source: str
    dates: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None


def import_history(pairs: Iterable[tuple[Any, History]]) -> int:
    """Add new records in the state their history names; returns how many. The caller commits.

    Only under a system scope. No actor is invented and no module is told: what happened before is
    recorded, not repeated. Raises Invalid for an unknown state, before anything is written.
    """
    session, pairs = db.session(), list(pairs)
    if not scope_in(session).system:
        raise NotAllowed(_("Only an import may enter records with a past."))
    for record, history in pairs:
        workflow = workflow_of(record)
        if workflow is None or history.state not in {state.code for state in workflow.states}:
            raise Invalid(_("There is no state “%(state)s” here.", state=history.state))
    for record, history in pairs:
        session.add(record)
        permit(session, workflow_of(record), record, history.state)  # type: ignore[arg-type]
    session.flush()
    session.add_all(_row(record, history) for record, history in pairs)
    session.flush()
    groups: dict[str, list[Any]] = defaultdict(list)
    for record, _history in pairs:
        groups[label(record)].append(record)
    for model, records in groups.items():
        enter_past(session, workflows()[model], records, IMPORTED)
    return len(pairs)


def _row(record: Any, history: History) -> TransitionRow:
    told = {"source": history.source, "dates": history.dates, "outcome": history.outcome}
    return TransitionRow(
        model=workflow_of(record).model,  # type: ignore[union-attr]
        record_id=record.id,
        action=IMPORTED,
        source="",
        target=history.state,
        at=now(),
        data=plain(told),
        origin="import",
    )
