"""What a workflow declares: its clocks, and what is promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

MOST_DAYS, MOST_HOURS = 730, 24 * 90
"""The longest promises that make sense: working days and hours."""
Mode = Literal["", "running", "paused", "stopped"]


@dataclass(frozen=True, order=True)
class Promise:
    """So many working days, or for an emergency so many hours round the clock; one of the two.

    Raises ValueError for both, neither, or a number outside 1 to MOST_DAYS or MOST_HOURS.
    """

    days: int = 0
    hours: int = 0

    def __post_init__(self) -> None:
        if (self.days == 0) == (self.hours == 0):
            raise ValueError("a promise is in working days or in hours")
        if not (0 <= self.days <= MOST_DAYS and 0 <= self.hours <= MOST_HOURS):
            raise ValueError(f"nobody promises {self}")

    def __str__(self) -> str:
        """As it is stored: "5d" or "6h"."""
        return f"{self.days}d" if self.days else f"{self.hours}h"

    @classmethod
    def read(cls, text: str | None) -> Promise | None:
        """The promise that `str` wrote; none for nothing."""
        if not text:
            return None
        return cls(days=int(text[:-1])) if text.endswith("d") else cls(hours=int(text[:-1]))


@dataclass(frozen=True)
class Clock:
    """A clock of a workflow: in which states it runs, stands and is stopped for good.

    It starts in the first state in which it runs or stands; in a state that is not named nothing changes.
    `promise` gives a record's Promise, or None where nothing is promised; `promise_by` names the columns
    that decide it, so that the promise follows when one, or the row it leads to, is changed.
    `began` is when the citizen's time began (receipt, not typing), `ended` when a record that was
    imported as settled was settled, None where the source does not say.
    """

    name: str
    label: Any
    runs: tuple[str, ...]
    stops: tuple[str, ...]
    promise: Callable[[Any], Promise | None]
    began: Callable[[Any], datetime]
    ended: Callable[[Any], datetime | None]
    pauses: tuple[str, ...] = ()
    promise_by: tuple[str, ...] = ()

    def mode(self, state: str) -> Mode:
        """What the clock does in a state; empty where the state does not concern it."""
        if state in self.runs:
            return "running"
        if state in self.pauses:
            return "paused"
        return "stopped" if state in self.stops else ""

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that it names."""
        return (*self.runs, *self.pauses, *self.stops)
