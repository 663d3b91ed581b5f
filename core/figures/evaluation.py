"""From a source to its numbers: one statement, the same rows that the drill-down lists."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.exc import DBAPIError

from core.data.base import db
from core.data.scope import CONFIDENTIAL, ORDINARY, scope_in
from core.data.visibility import cleared
from core.figures.catalogue import source_of
from core.figures.figure import Figure
from core.figures.period import Period, is_moment
from core.figures.source import FigureSource
from core.people.access import may

logger = logging.getLogger("diwan.figures")


@dataclass(frozen=True)
class Evaluation:
    """One line of a figure: the whole, and its parts by unit id, class code and first day of each month.

    A part without cases is there only among the months. Long periods have years for months.
    """

    whole: Figure
    units: Mapping[int | None, Figure]
    strata: Mapping[str | None, Figure]
    months: Mapping[date, Figure]


@dataclass(frozen=True)
class Answer:
    """A source's figure in the reader's scope.

    `ordinary` never holds a confidential record. `confidential` is None for everybody but the two roles
    that open them, whether there are any or not.
    """

    source: FigureSource
    ordinary: Evaluation
    confidential: Evaluation | None

    @property
    def together(self) -> Figure | None:
        """Both lines as one number, for who has both and where there is anything in the second."""
        if self.confidential is None or not self.confidential.units:
            return None
        return self.ordinary.whole + self.confidential.whole


@dataclass(frozen=True)
class NoData:
    """There is no figure, which is not zero; `reason` says why, in the reader's language."""

    key: str
    label: Any
    reason: str


def answer(key: str, period: Period) -> Answer | NoData:
    """The figure of the source `key` for the present person, or why there is none. Never raises for a source.

    Under a system scope (`unscoped("figure run")`) it counts every record of the governorate.
    """
    found = source_of(key)
    if found is None:
        return NoData(key, key, _("The module that tells this figure is not available."))
    plugin, source = found
    if not current_app.extensions["diwan"].enabled(plugin):
        return NoData(key, source.label, _("The module that tells this figure is not in use here."))
    if not may("read", source.reads):
        return NoData(key, source.label, _("Your role does not read the records behind this figure."))
    try:
        with db.session.begin_nested():
            return evaluate(source, period)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return _failed(source)
    except Exception:
        return _failed(source)


def _failed(source: FigureSource) -> NoData:
    logger.exception("the figure %s could not be computed", source.key)
    return NoData(source.key, source.label, _("It could not be computed; the fault was recorded."))


def evaluate(source: FigureSource, period: Period) -> Answer:
    """The figure of a source in the present scope."""
    counted = _count(source, period)
    secret = [row for row in counted if row.secret] if opens_confidential(source) else None
    ordinary = [row for row in counted if not row.secret]
    return Answer(
        source,
        _sum_up(source, period, ordinary),
        None if secret is None else _sum_up(source, period, secret),
    )


def opens_confidential(source: FigureSource) -> bool:
    """Whether the present person has a role that opens confidential records of the source's module."""
    scope = scope_in(db.session())
    return scope.system or scope.within(source.reads.partition(".")[0]).level >= CONFIDENTIAL


def part_of(column: Any, period: Period) -> ColumnElement[int]:
    """The number of the month (or year, in a long period) that a column of moments or days lies in."""
    parts = period.parts()
    if len(parts) == 1:
        return literal(0)
    ends = [part.end if is_moment(column) else part.last for part in parts[:-1]]
    reached = [(column < end if is_moment(column) else column <= end) for end in ends]
    return case(*((one, n) for n, one in enumerate(reached)), else_=len(parts) - 1)


def _count(source: FigureSource, period: Period) -> list[Any]:
    """Counts by unit, class, part of the period and secrecy; one statement, no records."""
    rows = source.rows(period)
    cells = select(
        rows.c.org_unit_id.label("unit"),
        rows.c.stratum,
        part_of(rows.c.event_date, period).label("part"),
        case((rows.c.confidentiality > ORDINARY, 1), else_=0).label("secret"),
        rows.c.numerator,
        rows.c.denominator,
    ).subquery("cells")
    by = (cells.c.unit, cells.c.stratum, cells.c.part, cells.c.secret)
    sums = (func.sum(cells.c.numerator).label("upper"), func.sum(cells.c.denominator).label("lower"))
    return list(db.session.execute(cleared(select(*by, *sums).group_by(*by))))


def _sum_up(source: FigureSource, period: Period, counted: Iterable[Any]) -> Evaluation:
    sums: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for row in counted:
        for key in ("whole", ("unit", row.unit), ("stratum", row.stratum), ("part", row.part)):
            sums[key][0] += int(row.upper)
            sums[key][1] += int(row.lower)

    def figure(key: Hashable, of: Period = period) -> Figure:
        return Figure(source, of, *sums[key])

    named = [key for key in sums if isinstance(key, tuple)]
    return Evaluation(
        figure("whole"),
        {value: figure((kind, value)) for kind, value in named if kind == "unit"},
        {value: figure((kind, value)) for kind, value in named if kind == "stratum"},
        {part.first: figure(("part", n), part) for n, part in enumerate(period.parts())},
    )
