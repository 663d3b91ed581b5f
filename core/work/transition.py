"""The engine: checks a transition against its table, then has it carried out (execution.py).

`transition_many` (bulk.py) goes through the same functions with many records at once, so both
leave the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, object_session

from core.data.scope import Scope, scope_in
from core.data.time import now
from core.data.visibility import reached_as
from core.errors import Conflict, NotAllowed, NotFound, NotPossible, Refused
from core.work.execution import Order, carry_out
from core.work.forms import read_form
from core.work.moves import TransitionRow, duties_done
from core.work.workflow import Transition, Workflow, workflow_of

MACHINE, CITIZEN = "SYS", "CIT"
STAND_INS = {"system": MACHINE, "import": MACHINE, "citizen": CITIZEN}
"""The role by which a scope without a person acts, by its origin."""


def transition(
    record: Any, action: str, data: Mapping[str, Any] | None = None, *, scope: Scope | None = None
) -> TransitionRow:
    """Move `record` by `action`; the caller commits.

    `data` are form values (a request's form, or a plain mapping). Raises NotAllowed (403),
    NotPossible or Conflict (409), Invalid (422) or what a guard or effect refuses with; then
    nothing of the transition is left in the session.
    """
    session = object_session(record)
    if session is None:
        raise ValueError("only a record that was added to a session can be moved")
    order = place_order(session, record, action, data, scope)
    session.flush()
    _lock(session, record)
    for refused in find_refusals(order, [record]).values():
        raise refused
    return carry_out(order, [record])[0]


def allowed(record: Any, scope: Scope | None = None) -> list[Transition]:
    """The transitions that the actor may make now: role, state, duties and pure guards (see `pure`)."""
    session, workflow = object_session(record), workflow_of(record)
    if session is None or workflow is None:
        return []
    scope = scope or scope_in(session)
    state = getattr(record, workflow.column)
    steps = [s for s in workflow.transitions if state in s.source and roles_of(scope) & set(s.roles)]
    done = _done_by(session, workflow, [record.id], steps, scope).get(record.id, set())
    return [
        step
        for step in steps
        if reached_as(step.roles, [record], scope)
        and not workflow.opposed(step.duty) & done
        and _passes(Order(session, workflow, step, {}, scope, now()), record)
    ]


def roles_of(scope: Scope) -> frozenset[str]:
    """The actor's roles; the machine and a citizen act as SYS and CIT."""
    stand_in = STAND_INS.get(scope.origin)
    return scope.roles | {stand_in} if scope.system and stand_in else scope.roles


def place_order(
    session: Session, model: Any, action: str, data: Mapping[str, Any] | None, scope: Scope | None
) -> Order:
    """Check what is the same for all records: the action exists, the role may, the data are sound."""
    workflow = workflow_of(model)
    step = workflow.transition(action) if workflow else None
    if workflow is None or step is None:
        raise NotFound(_("There is no action “%(action)s” here.", action=action))
    scope = scope or scope_in(session)
    if not roles_of(scope) & set(step.roles):
        raise NotAllowed(_("Your role does not permit “%(action)s”.", action=step.label))
    return Order(session, workflow, step, read_form(step.form, data or {}), scope, now())


def find_refusals(order: Order, records: Sequence[Any]) -> dict[int, Refused]:
    """Why which of the records cannot be moved, by id; asks for duties in one select."""
    ids = [record.id for record in records]
    done = _done_by(order.session, order.workflow, ids, [order.step], order.scope)
    found: dict[int, Refused] = {}
    reached = reached_as(order.step.roles, records, order.scope)
    for record in records:
        try:
            _check(order, record, done.get(record.id, ()))
            if record.id not in reached:
                sentence = _("You do not hold the role for “%(action)s” here.", action=order.step.label)
                raise NotAllowed(sentence)
        except Refused as refused:
            found[record.id] = refused
    return found


def _check(order: Order, record: Any, done: Collection[str]) -> None:
    step, state = order.step, getattr(record, order.workflow.column)
    if state not in step.source:
        shown = order.workflow.state(state).label
        sentence = _("“%(action)s” is not possible while it is “%(state)s”.", action=step.label, state=shown)
        raise NotPossible(sentence)
    opposed = order.workflow.opposed(step.duty).intersection(done)
    if opposed:
        earlier = next(s.label for s in order.workflow.transitions if s.duty in opposed)
        raise NotAllowed(_("Somebody else must do this: “%(duty)s” was done by you.", duty=earlier))
    context = order.context(record)
    for guard in step.guards:
        guard(record, order.data, context)
    _ask_modules(order, record)


def _ask_modules(order: Order, record: Any) -> None:
    """Any enabled module may object; one whose check fails counts as objecting."""
    host = current_app.extensions["diwan"]
    sentences, failures = host.call("diwan_check", record=record, action=order.step.action, scope=order.scope)
    for sentence in sentences:
        raise NotPossible(sentence)
    if failures:
        name = host.title(failures[0][0])
        raise NotPossible(_("Module “%(name)s” could not check this, so nothing was done.", name=name))


def _lock(session: Session, record: Any) -> None:
    """Read the record anew and keep others from moving it meanwhile."""
    try:
        session.refresh(record, with_for_update={"of": type(record)})
    except InvalidRequestError:
        raise Conflict(_("This was deleted meanwhile.")) from None


def _done_by(
    session: Session, workflow: Workflow, ids: Collection[int], steps: Sequence[Transition], scope: Scope
) -> dict[int, set[str]]:
    opposed = frozenset[str]().union(*(workflow.opposed(step.duty) for step in steps))
    if not opposed or scope.actor_id is None:
        return {}
    return duties_done(session, workflow.model, ids, scope.actor_id, opposed)


def _passes(order: Order, record: Any) -> bool:
    context = order.context(record)
    try:
        for guard in order.step.guards:
            if getattr(guard, "pure", False):
                guard(record, order.data, context)
    except Refused:
        return False
    return True
