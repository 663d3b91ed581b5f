"""From a source to its numbers: one statement, the same rows that the drill-down lists."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.exc import DBAPIError

from core.data.base import db
from core.data.scope import CONFIDENTIAL, ORDINARY, scope_in
from core.data.visibility import cleared
from core.figures.catalogue import source_of
from core.figures.duration import Duration
from core.figures.figure import DURATION, Figure
from core.figures.period import Period, is_moment
from core.figures.source import FigureSource
from core.figures.survival import Curve
from core.people.access import may

logger = logging.getLogger("diwan.figures")
KEYS = ("whole", "unit", "stratum", "part")
WHOLE = ("whole", 0)
Counts = tuple[int, int, int]
"""Value in days (0 but for a duration), numerator, denominator."""


class Tally(NamedTuple):
    """Counts of one part of the records."""

    key: tuple[str, Any]
    secret: bool
    counts: Counts


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
    source = readable(key)
    if isinstance(source, NoData):
        return source
    try:
        with db.session.begin_nested():
            return evaluate(source, period)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return _failed(source)
    except Exception:
        return _failed(source)


def readable(key: str) -> FigureSource | NoData:
    """The source `key` where the present person may ask it, for the number and for the records behind it."""
    found = source_of(key)
    if found is None:
        return NoData(key, key, _("The module that tells this figure is not available."))
    plugin, source = found
    if not current_app.extensions["diwan"].enabled(plugin):
        return NoData(key, source.label, _("The module that tells this figure is not in use here."))
    if not may("read", source.reads):
        return NoData(key, source.label, _("Your role does not read the records behind this figure."))
    return source


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


def _count(source: FigureSource, period: Period) -> list[Tally]:
    """Counts by key and secrecy, for a duration also by value; no records.

    One statement. A duration takes one for each kind of key: cells of unit, class, part and value together
    would be nearly as many as the records.
    """
    rows = source.rows(period)
    cells = select(
        literal(0).label("whole"),
        rows.c.org_unit_id.label("unit"),
        rows.c.stratum,
        part_of(rows.c.event_date, period).label("part"),
        case((rows.c.confidentiality > ORDINARY, 1), else_=0).label("secret"),
        rows.c.value,
        rows.c.numerator,
        rows.c.denominator,
    ).subquery("cells")
    sums = (func.sum(cells.c.numerator).label("upper"), func.sum(cells.c.denominator).label("lower"))
    found = []
    for kinds in [(kind,) for kind in KEYS] if source.kind == DURATION else [KEYS]:
        by = [cells.c[name] for name in (*kinds, "secret", "value")]
        for row in db.session.execute(cleared(select(*by, *sums).group_by(*by))).mappings():
            counts = (row["value"], int(row["upper"]), int(row["lower"]))
            found += [Tally((kind, row[kind]), bool(row["secret"]), counts) for kind in kinds]
    return found


def _sum_up(source: FigureSource, period: Period, counted: Iterable[Tally]) -> Evaluation:
    sums: dict[tuple[str, Any], list[Counts]] = defaultdict(list)
    for tally in counted:
        sums[tally.key].append(tally.counts)

    def figure(key: tuple[str, Any], of: Period = period) -> Figure:
        return _figure(source, of, sums.get(key, []))

    return Evaluation(
        figure(WHOLE),
        {value: figure((kind, value)) for kind, value in sums if kind == "unit"},
        {value: figure((kind, value)) for kind, value in sums if kind == "stratum"},
        {part.first: figure(("part", n), part) for n, part in enumerate(period.parts())},
    )


def _figure(source: FigureSource, period: Period, counts: list[Counts]) -> Figure:
    upper, lower = (sum(one[n] for one in counts) for n in (1, 2))
    if source.kind != DURATION:
        return Figure(source, period, upper, lower)
    curve = Curve.of((value, ended, cases - ended) for value, ended, cases in counts)
    return Duration(source, period, upper, lower, curve)
