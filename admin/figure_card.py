"""One figure of a dashboard, ready for its template: the number, its parts, its records, its explanation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from admin import figure_drawing as drawing
from core.data.base import db
from core.figures.evaluation import Answer, Evaluation
from core.figures.figure import Figure
from core.figures.records import DENOMINATOR, NUMERATOR, REST
from core.people.bilingual import name_column
from core.people.units import Unit

AT_ONCE = 10
"""Rows of a table that are shown; the others open below."""
Link = Callable[..., str]
"""The address of the records behind a number: `link(part="rest", unit=4)`."""


@dataclass(frozen=True)
class Table:
    """Parts of a figure: `rows` and `more` are (name, cells)."""

    title: Any
    heads: list[Any]
    rows: list[tuple[Any, Markup]]
    more: list[tuple[Any, Markup]]


@dataclass(frozen=True)
class Line:
    """The records of one degree of confidentiality."""

    big: Markup
    interval: Markup
    rest: tuple[str, str] | None
    """ "57 others", and where they are listed."""
    bars: Markup
    tables: list[Table]


@dataclass(frozen=True)
class Card:
    """A figure; `secret` and `together` are there for the two roles alone."""

    answer: Answer
    ordinary: Line
    secret: Line | None
    together: Markup | None


def cards(answers: Iterable[Answer], link: Callable[[Answer], Link]) -> list[Card]:
    """The cards of several figures; the names of all units are fetched at once."""
    found = list(answers)
    lines = [line for one in found for line in (one.ordinary, one.confidential) if line is not None]
    units = unit_names({key for line in lines for key in line.units if key is not None})
    return [_card(one, link(one), units) for one in found]


def unit_names(ids: Iterable[int]) -> dict[int | None, str]:
    """What units are called, by id; None is no unit."""
    named = select(Unit.id, name_column(Unit).label("name")).where(Unit.id.in_(set(ids)))
    return {None: _("Not with a unit")} | {row.id: row.name for row in db.session.execute(named)}


def stratum_name(strata: Mapping[str, Any], code: str | None) -> Any:
    """What a class is called; its code where nobody has named it."""
    return _("Unclassified") if code is None else strata.get(code, code)


def _card(one: Answer, link: Link, units: Mapping[int | None, str]) -> Card:
    names = (units, one.source.strata())
    secret = one.confidential
    together = one.together
    return Card(
        one,
        _line(one.ordinary, link, names),
        None if secret is None else _line(secret, lambda **more: link(confidential=1, **more), names),
        None if together is None else drawing.line(together),
    )


def _line(line: Evaluation, link: Link, names: tuple[Mapping[int | None, str], Mapping[str, Any]]) -> Line:
    units, strata = names
    whole = line.whole
    by_unit = [(units.get(key, f"#{key}"), {"unit": _word(key)}, one) for key, one in _largest(line.units)]
    by_class = [
        (stratum_name(strata, key), {"stratum": _word(key)}, one) for key, one in _largest(line.strata)
    ]
    begun = {first: one for first, one in line.months.items() if one.period.start <= one.period.until}
    by_month = [(drawing.period_words(one.period), {"month": key}, one) for key, one in begun.items()]
    return Line(
        drawing.big(whole, _links(link, {})),
        drawing.interval_words(whole),
        _rest(whole, link),
        drawing.bars(begun.values()),
        [
            _table(_("By month"), by_month, link, len(by_month)),
            _table(whole.source.unit_label, by_unit, link),
            _table(whole.source.stratum_label, by_class, link),
        ],
    )


def _rest(whole: Figure, link: Link) -> tuple[str, str] | None:
    if not whole.rest:
        return None
    return f"{whole.source.rest}: {drawing.digits(whole.rest)}", link(part=REST)


def _largest(parts: Mapping[Any, Figure]) -> list[tuple[Any, Figure]]:
    """By the number of cases, not by percentage: a rank of bare rates would punish small units."""
    return sorted(parts.items(), key=lambda pair: (-pair[1].denominator, -pair[1].numerator, str(pair[0])))


def _table(
    title: Any, rows: list[tuple[Any, dict[str, Any], Figure]], link: Link, at_once: int = AT_ONCE
) -> Table:
    drawn = [(name, drawing.cells(figure, _links(link, where))) for name, where, figure in rows]
    source = rows[0][2].source if rows else None
    heads = [title, source.numerator, source.denominator, drawing.value_head(rows[0][2])] if source else []
    return Table(title, heads, drawn[:at_once], drawn[at_once:])


def _links(link: Link, where: Mapping[str, Any]) -> tuple[str, str]:
    return link(part=NUMERATOR, **where), link(part=DENOMINATOR, **where)


def _word(key: Any) -> Any:
    """No unit or class is an empty word in an address."""
    return "" if key is None else key
