"""`FigureSource`: what a plugin tells about its records, and the contract that its select keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, Subquery, case, literal, union_all
from sqlalchemy.orm import Session

from core.data.base import db
from core.data.scope import Scope
from core.data.time import now
from core.data.visibility import CLEARED
from core.figures.figure import DURATION, FLOW, RATIO
from core.figures.period import Period

KINDS = (RATIO, FLOW, DURATION)
DAY = 86_400
"""Seconds. Waits are counted in begun days, so that their distinct values stay few however many the cases."""
COMMON = (
    "record_type", "record_id", "record_ref", "org_unit_id", "event_date", "stratum", "confidentiality",
)  # fmt: skip
COLUMNS = {
    RATIO: (*COMMON, "numerator", "denominator"),
    FLOW: (*COMMON, "numerator", "denominator"),
    DURATION: (*COMMON, "value", "censored"),
}
"""What the select of each kind has, in this order or another (domain reference 3.4).

record_type, record_id, record_ref: the record, by its model's label, key and number, to open it.
org_unit_id: the unit that answers for it, as at the event. event_date: a moment or day that puts it into
the period. stratum: its class for a fair comparison, a code. confidentiality: the record's level, for
confidential ones form a line of their own. numerator, denominator: 1 or 0. value: whole seconds, as
`Period.elapsed` gives them; censored: 1 for a case that was not over when `value` was taken, else 0.

Not taken yet: employee_id and post_id, for there is no screen of posts to attribute to, and flags, for nobody
reads them. A column comes with its first reader.
"""
NOT_AMONG_THEM = _("Not among them")
Rows = Select[Any] | Sequence[Select[Any]]


@dataclass(frozen=True, kw_only=True)
class FigureSource:
    """A figure that a plugin can tell.

    `key` begins with the plugin's id. `select(period)` builds a `select_visible` with the COLUMNS, or
    several that count side by side, and asks the database nothing. A "ratio" is a share of its cases;
    a "flow" sets what left against what came, so that it may exceed 100 %; a "duration" tells within how
    many days half and nine tenths of its cases ended, the open ones counted as long as they waited.
    `reads` is the model whose `read` right opens the figure. What the records are called by class comes from
    `strata()`, words by code. A changed meaning is a new `version`: old and new numbers do not stand in one
    row.
    """

    key: str
    label: Any
    select: Callable[[Period], Rows]
    reads: str
    kind: str = RATIO
    version: int = 1
    numerator: Any
    """What the upper number is called: "Executed"."""
    denominator: Any
    rest: Any = NOT_AMONG_THEM
    """What the cases are called that are not in the upper number: "Still open"."""
    counts: Any
    """What counts and how, in full sentences."""
    leaves_out: Any = ""
    """What does not count."""
    unit_label: Any
    stratum_label: Any
    strata: Callable[[], Mapping[str, Any]]

    def rows(self, period: Period) -> Subquery:
        """The facts of a period as one subquery: COMMON, `numerator`, `denominator` and, in days, `value`."""
        named = [one.with_only_columns(*self._facts(one)) for one in self._selects(period)]
        return (named[0] if len(named) == 1 else union_all(*named)).subquery("facts")

    def _facts(self, one: Select[Any]) -> list[ColumnElement[Any]]:
        given = one.selected_columns
        counted: tuple[ColumnElement[Any], ...]
        if self.kind == DURATION:
            counted = (1 - given["censored"], literal(1), _begun_days(given["value"]))
        else:
            counted = (given["numerator"], given["denominator"], literal(0))
        words = ("numerator", "denominator", "value")
        return [given[name] for name in COMMON] + [
            column.label(word) for word, column in zip(words, counted, strict=True)
        ]

    def _selects(self, period: Period) -> list[Select[Any]]:
        made = self.select(period)
        return [made] if isinstance(made, Select) else list(made)


def find_fault(source: FigureSource, plugin: str) -> str:
    """What is wrong with a source of `plugin`, for its author in English; empty for a sound one.

    Under an app context whose session has no scope yet; no database is asked.
    """
    if not source.key.startswith(f"{plugin}."):
        return f"its key must begin with '{plugin}.'"
    if source.kind not in KINDS:
        return f"its kind must be one of {', '.join(KINDS)}"
    session: Session = db.session()
    session.info.setdefault("scope", Scope.of_public())
    for one in source._selects(_any_period()):
        if missing := set(COLUMNS[source.kind]) - set(one.selected_columns.keys()):
            return f"its select lacks {', '.join(sorted(missing))}"
        if one.get_execution_options().get("diwan_cleared") is not CLEARED:
            return "its select is not made by select_visible"
    return ""


def _begun_days(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """Rounded up: within so many days. What ended before it began, by a slip in a register, took none."""
    return case((seconds > 0, (seconds + (DAY - 1)) // DAY), else_=0)


def _any_period() -> Period:
    from zoneinfo import ZoneInfo

    return Period(date(2023, 1, 1), date(2023, 12, 31), now(), ZoneInfo("Africa/Cairo"))
