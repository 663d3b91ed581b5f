"""A workflow as data: the states of a model and the only ways from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask import current_app

from core.data.labels import label
from core.data.scope import Scope
from core.work.clocks.clock import Clock

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class State:
    """A state: its code in the database, its name for people, whether work is still to be done in it."""

    code: str
    label: Any
    open: bool = True
    colour: str = "secondary"


@dataclass(frozen=True)
class Context:
    """What guards and effects are told: who acts, which transition, when, from and to where."""

    scope: Scope
    transition: Transition
    at: datetime
    source: str
    target: str


Guard = Callable[[Any, Mapping[str, Any], Context], None]
"""Called with (record, data, context); raises Refused with a sentence."""


@dataclass(frozen=True)
class Transition:
    """One way from `source` states to `target`, for `roles`.

    `target` None keeps the state; a callable (record, data) computes it. `duty` names what the
    actor does by it, for separation of duties. `form` is a WTForms class that checks the data.
    `effect` works in the same transaction, after the state is set. `public` shows the step to the
    citizen. `tells` names the field of the data whose text staff read in the timeline.
    The role SYS stands for the machine, CIT for a citizen.
    """

    action: str
    source: tuple[str, ...]
    target: str | Callable[[Any, Mapping[str, Any]], str] | None
    label: Any
    roles: tuple[str, ...]
    duty: str | None = None
    form: type[Any] | None = None
    guards: tuple[Guard, ...] = ()
    effect: Guard | None = None
    public: bool = False
    tells: str | None = None

    def target_of(self, record: Any, data: Mapping[str, Any], source: str) -> str:
        """The state that `record` will have."""
        if callable(self.target):
            return self.target(record, data)
        return source if self.target is None else self.target


@dataclass(frozen=True)
class Workflow:
    """The table of one model; a new record starts in `initial`, the first state if none is named.

    `separate` are sets of duties of which one person may have only one on the same record. `clocks`
    run by the states alone: nothing else starts, pauses or stops one, and nothing sets one back.
    A contradiction raises ValueError when the module is loaded.
    """

    model: str
    states: Sequence[State]
    transitions: Sequence[Transition]
    separate: Sequence[frozenset[str] | set[str]] = ()
    column: str = "state"
    initial: str = ""
    clocks: Sequence[Clock] = ()
    _states: dict[str, State] = field(init=False, repr=False, compare=False)
    _transitions: dict[str, Transition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_states", {state.code: state for state in self.states})
        object.__setattr__(self, "_transitions", {step.action: step for step in self.transitions})
        object.__setattr__(self, "initial", self.initial or self.states[0].code)
        self._check()

    def _check(self) -> None:
        named = {self.initial}.union(*(step.source for step in self.transitions))
        named |= {step.target for step in self.transitions if isinstance(step.target, str)}
        named |= {state for clock in self.clocks for state in clock.states}
        duties = {step.duty for step in self.transitions}
        faults = {
            "states declared twice": len(self._states) != len(self.states),
            "actions declared twice": len(self._transitions) != len(self.transitions),
            f"unknown states {sorted(named - set(self._states))}": not named <= set(self._states),
            "clocks declared twice": len({clock.name for clock in self.clocks}) != len(self.clocks),
            "a clock that runs, stands and stops in one state": any(
                len(set(clock.states)) != len(clock.states) for clock in self.clocks
            ),
            "separate duties that nobody does": not set().union(*self.separate) <= duties,
        }
        for fault, found in faults.items():
            if found:
                raise ValueError(f"workflow of {self.model}: {fault}")

    def state(self, code: str) -> State:
        """The state with this code; raises KeyError."""
        return self._states[code]

    def state_of(self, record: Any) -> State:
        """The present state of a record."""
        return self._states[getattr(record, self.column)]

    def transition(self, action: str) -> Transition | None:
        """The transition with this action, or None."""
        return self._transitions.get(action)

    def opposed(self, duty: str | None) -> frozenset[str]:
        """The duties that whoever does `duty` may not have done on the same record."""
        groups = (set(group) - {duty} for group in self.separate if duty in group)
        return frozenset().union(*groups)

    def clock(self, name: str) -> Clock:
        """The clock of this name; raises KeyError."""
        return {clock.name: clock for clock in self.clocks}[name]

    @property
    def open_states(self) -> tuple[str, ...]:
        """Codes of the states in which work is still to be done."""
        return tuple(state.code for state in self.states if state.open)


def pure(guard: F) -> F:
    """Mark a guard that needs no data: it then also decides whether the button is shown."""
    guard.pure = True  # type: ignore[attr-defined]
    return guard


def workflows() -> Mapping[str, Workflow]:
    """The workflows of all loaded plugins by model label; gathered at first use."""
    known: dict[str, Workflow] | None = current_app.extensions.get("diwan_workflows")
    if known is None:
        host = current_app.extensions["diwan"]
        known = {workflow.model: workflow for _, workflow in host.call_boot("diwan_workflows")}
        current_app.extensions["diwan_workflows"] = known
    return known


def workflow_of(model: Any) -> Workflow | None:
    """The workflow of a class, a record or a label; None for what has no states."""
    return workflows().get(model if isinstance(model, str) else label(model))
