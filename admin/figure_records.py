"""The list of records behind a number: filters from the address, pages, and each record's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.exceptions import BadRequest

from admin import figure_drawing as drawing
from admin.cursor import LARGEST_ID
from admin.dates import day, digits
from admin.display import ref, yes_or_no
from admin.figure_card import stratum_name, unit_names
from admin.record_view import RecordView
from admin.view import views
from core.figures.figure import DURATION
from core.figures.period import Period, read_period
from core.figures.records import ANY, DENOMINATOR, NUMERATOR, REST, Drill, parts_of
from core.figures.source import FigureSource

if TYPE_CHECKING:
    from admin.figure_page import FigurePage

SIZE = 40
LAST_PAGE = 100_000
PART, LINE, UNIT, STRATUM, MONTH, PAGE = "part", "confidential", "unit", "stratum", "month", "sheet"


class RecordList:
    """The records that an address asks for.

    Raises Invalid (422) for a period that cannot be, NotFound for a line that is not the reader's, and
    BadRequest for anything else that no link of ours says.
    """

    def __init__(self, view: FigurePage, source: FigureSource, args: Mapping[str, str]) -> None:
        self.view, self.source, self.args = view, source, args
        self.period = read_period(args)
        self.drill = self._drill()
        self.page = _whole(args.get(PAGE, "1"), 1, LAST_PAGE)
        self.count = self.drill.count()
        self.found = self.drill.page(SIZE, self.page)
        self.units = unit_names({row.org_unit_id for row in self.found if row.org_unit_id is not None})
        self.strata = source.strata()

    def _drill(self) -> Drill:
        part = self.args.get(PART, DENOMINATOR)
        if part not in parts_of(self.source):
            raise _strange()
        drill = Drill(self.source, self.period, part, confidential=self.args.get(LINE) == "1")
        if UNIT in self.args:
            drill = replace(drill, unit=_whole(self.args[UNIT], 0, LARGEST_ID) if self.args[UNIT] else None)
        if STRATUM in self.args:
            drill = replace(drill, stratum=self.args[STRATUM].replace("\x00", "")[:60] or None)
        if MONTH in self.args:
            drill = replace(drill, month=self._month())
        return drill

    def _month(self) -> date:
        for part in self.period.parts():
            if part.first.isoformat() == self.args[MONTH]:
                return part.first
        raise _strange()

    @property
    def heads(self) -> list[Any]:
        """Headings of the columns."""
        more = [_("Days")] if self.source.kind == DURATION else []
        more += [self.source.numerator] if self._tells_apart else []
        return [_("Number"), _("Day"), self.source.unit_label, self.source.stratum_label, *more]

    @property
    def rows(self) -> list[list[Any]]:
        """Cells, the first a link to the record."""
        return [self._row(row) for row in self.found]

    def _row(self, row: Any) -> list[Any]:
        unit = self.units.get(row.org_unit_id, f"#{row.org_unit_id}")
        more = [digits(row.value)] if self.source.kind == DURATION else []
        more += [yes_or_no(row.numerator)] if self._tells_apart else []
        return [self._opened(row), day(row.event_date), unit, stratum_name(self.strata, row.stratum), *more]

    @property
    def _tells_apart(self) -> bool:
        """Whether the list mixes records that count above the line with others."""
        return self.drill.part == DENOMINATOR and REST in parts_of(self.source)

    def _opened(self, row: Any) -> Markup:
        view = next((v for v in views() if getattr(v, "label_name", None) == row.record_type), None)
        if not isinstance(view, RecordView) or not view.is_accessible():
            return ref(row.record_ref)
        return Markup('<a href="{}">{}</a>').format(
            view.link("record", id=row.record_id), ref(row.record_ref)
        )

    @property
    def tabs(self) -> list[tuple[Any, str, bool]]:
        """(words, address, whether it is shown) for each of the number's two counts and the rest."""
        words = {
            NUMERATOR: self.source.numerator,
            DENOMINATOR: self.source.denominator,
            REST: self.source.rest,
        }
        return [
            (words[part], self.url(**{PART: part, PAGE: None}), part == self.drill.part)
            for part in parts_of(self.source)
        ]

    @property
    def chips(self) -> list[tuple[Any, Any, str]]:
        """(what, value, the address without it) of what narrows the list further than the period."""
        drill, found = self.drill, []
        if drill.unit is not ANY:
            name = unit_names(() if drill.unit is None else {drill.unit}).get(drill.unit, f"#{drill.unit}")
            found.append((self.source.unit_label, name, UNIT))
        if drill.stratum is not ANY:
            found.append((self.source.stratum_label, stratum_name(self.strata, drill.stratum), STRATUM))
        if drill.month is not None:
            part = next(part for part in self.period.parts() if part.first == drill.month)
            found.append((_("Month"), drawing.period_words(part), MONTH))
        if drill.confidential:
            found.append((_("Confidentiality"), _("Confidential"), LINE))
        return [(what, value, self.url(**{name: None, PAGE: None})) for what, value, name in found]

    @property
    def count_text(self) -> str:
        """ "1,204 records"; exactly the number in the figure."""
        return ngettext("%(count)s record", "%(count)s records", self.count, count=digits(self.count))

    @property
    def period_text(self) -> str:
        """The period in words."""
        return drawing.period_words(self.period)

    @property
    def cutoff(self) -> Markup:
        """The instant that the list looks at."""
        return drawing.cutoff(self.period)

    @property
    def before_url(self) -> str | None:
        """Address of the page before."""
        return self.url(**{PAGE: self.page - 1}) if self.page > 1 else None

    @property
    def after_url(self) -> str | None:
        """Address of the next page."""
        return self.url(**{PAGE: self.page + 1}) if self.page * SIZE < self.count else None

    def url(self, **changes: Any) -> str:
        """This list's address with changed arguments; None takes one away. The cut-off stays."""
        kept = {
            name: self.args[name] for name in (PART, LINE, UNIT, STRATUM, MONTH, PAGE) if name in self.args
        }
        asked: Period = self.period
        return self.view.link("records", key=self.source.key, **(kept | asked.arguments | changes))


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise _strange()
    return int(text)


def _strange() -> BadRequest:
    return BadRequest(_("This page of the list cannot be found. Open the list again."))
