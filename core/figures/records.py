"""The records behind a number, by the select that the number came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select

from core.data.base import db
from core.data.scope import ORDINARY
from core.data.visibility import cleared
from core.errors import NotFound
from core.figures.evaluation import opens_confidential, part_of
from core.figures.figure import FLOW
from core.figures.period import Period
from core.figures.source import FigureSource

NUMERATOR, DENOMINATOR, REST = "numerator", "denominator", "rest"
ANY = object()
"""No condition; None is a value: a record without a unit or class."""


@dataclass(frozen=True)
class Drill:
    """Which records of a source are asked for; `month` is the first day of one of the period's parts."""

    source: FigureSource
    period: Period
    part: str = DENOMINATOR
    confidential: bool = False
    unit: Any = ANY
    stratum: Any = ANY
    month: date | None = None

    def __post_init__(self) -> None:
        """Raises NotFound for the confidential line where the reader has none."""
        if self.confidential and not opens_confidential(self.source):
            raise NotFound(_("There is nothing at this address, or it is not open to you."))

    def count(self) -> int:
        """How many there are; the same number as in the figure."""
        rows = self.source.rows(self.period)
        statement = select(func.count()).select_from(rows).where(*self._conditions(rows))
        return int(db.session.execute(cleared(statement)).scalar_one())

    def page(self, size: int, number: int) -> list[Any]:
        """Page `number` (from 1): rows with the source's columns, the latest first."""
        rows = self.source.rows(self.period)
        statement: Select[Any] = select(rows).where(*self._conditions(rows))
        order = (rows.c.event_date.desc(), rows.c.record_type, rows.c.record_id.desc())
        found = cleared(statement.order_by(*order).limit(size).offset(size * (number - 1)))
        return list(db.session.execute(found))

    def _conditions(self, rows: Subquery) -> list[ColumnElement[bool]]:
        upper, lower = rows.c.numerator == 1, rows.c.denominator == 1
        parts = {NUMERATOR: upper, DENOMINATOR: lower, REST: and_(lower, rows.c.numerator == 0)}
        secret = rows.c.confidentiality > ORDINARY
        found = [parts[self.part], secret if self.confidential else ~secret]
        for column, wanted in ((rows.c.org_unit_id, self.unit), (rows.c.stratum, self.stratum)):
            if wanted is not ANY:
                found.append(column.is_(None) if wanted is None else column == wanted)
        if self.month is not None:
            firsts = [part.first for part in self.period.parts()]
            found.append(part_of(rows.c.event_date, self.period) == firsts.index(self.month))
        return found


def parts_of(source: FigureSource) -> tuple[str, ...]:
    """What may be listed: a flow has no rest, for its two counts are of different records."""
    return (NUMERATOR, DENOMINATOR, *(() if source.kind == FLOW else (REST,)))
