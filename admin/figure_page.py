"""`FigurePage`: a dashboard by declaration, and behind each of its numbers the list of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from admin.figure_card import cards
from admin.figure_drawing import period_words
from admin.figure_records import RecordList
from admin.page import Page
from core.access import Access
from core.data.time import now
from core.errors import Invalid, NotFound
from core.figures.evaluation import Answer, NoData, answer, readable
from core.figures.period import FROM, TO, UNTIL, Period, read_period
from core.figures.source import FigureSource
from core.governorates.present import present

YEARS = 4
"""So many calendar years are one click away."""


class FigurePage(Page):
    """A dashboard: subclass it and name the figures. Everything else is the host's.

        class Performance(FigurePage):
            name, title, icon = "figures", _("Figures"), "chart-bar"
            reads = "lamps.lamp"
            figures = ("lamps.mended", "lamps.found")

    `reads` is the model whose `read` right opens the page; each figure asks for its own besides.
    """

    reads: ClassVar[str]
    figures: ClassVar[tuple[str, ...]] = ()
    icon: ClassVar[str] = "chart-bar"

    def access_of(self, method: str) -> Access | None:
        """Who reads the records reads the figures, and of those their own part."""
        return Access("right", self.reads, "read")

    @expose("/", methods=("GET",))
    def index(self) -> ResponseReturnValue:
        """The figures for the period that the address asks for; 422 with the form for one that cannot be."""
        chosen = {name: request.args.get(name, "")[:40] for name in (FROM, TO, UNTIL)}
        try:
            period = read_period(chosen)
        except Invalid as wrong:
            return self.show("figures.html", chosen=chosen, errors=wrong.errors, presets=_presets(None)), 422
        answers = [answer(key, period) for key in self.figures]
        found = [one for one in answers if isinstance(one, Answer)]
        return self.show(
            "figures.html",
            chosen=_written(period, chosen),
            errors={},
            presets=_presets(period),
            period=period_words(period),
            cards=cards(found, lambda one: lambda **more: self._records(one, period, more)),
            without=[one for one in answers if isinstance(one, NoData)],
        )

    @expose("/<key>", methods=("GET",))
    def records(self, key: str) -> str:
        """The records behind one number, by the address that the number links to."""
        source = readable(key) if key in self.figures else None
        if not isinstance(source, FigureSource):
            raise NotFound(_("There is nothing at this address, or it is not open to you."))
        listed = RecordList(self, source, request.args)
        back = self.link(**listed.period.arguments)
        crumbs = [*self.crumbs()[:1], (self.title, back), (source.label, None)]
        return self.show("figure_records.html", title=source.label, listed=listed, back=back, crumbs=crumbs)

    def _records(self, one: Answer, period: Period, more: Mapping[str, Any]) -> str:
        return self.link("records", key=one.source.key, **period.arguments, **more)


def _written(period: Period, chosen: Mapping[str, str]) -> dict[str, str]:
    """What the inputs hold: days, and a cut-off only where one was chosen."""
    day = period.until.astimezone(period.zone).date().isoformat() if chosen[UNTIL] else ""
    return {FROM: period.first.isoformat(), TO: period.last.isoformat(), UNTIL: day}


def _presets(period: Period | None) -> Iterator[tuple[str, dict[str, str], bool]]:
    """(words, arguments, whether it is the present one) of periods that are asked for often."""
    today = present().local(now()).date()
    before = today.replace(day=1) - timedelta(days=1)
    offered = [
        (_("This month"), Period.of_month(today.year, today.month)),
        (_("Last month"), Period.of_month(before.year, before.month)),
        (_("This quarter"), Period.of_quarter(today.year, (today.month + 2) // 3)),
        (_("Last 90 days"), Period.of_last(90)),
        *((None, Period.of_year(today.year - n)) for n in range(YEARS)),
    ]
    for words, one in offered:
        same = period is not None and (one.first, one.last) == (period.first, period.last)
        days = {FROM: one.first.isoformat(), TO: one.last.isoformat()}
        yield words or period_words(one), days, same
