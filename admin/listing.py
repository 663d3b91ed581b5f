"""One page of a list: a Core select of the shown columns under the scope's criteria, tuples, no entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy import func, select, union_all
from werkzeug.exceptions import BadRequest

from admin.branches import Branch, drawn
from admin.columns import Columns, column_of, python_type
from admin.cursor import Order, read_cursor, write_cursor
from admin.dates import digits
from admin.filters import Filter
from admin.name_search import can_search, name_criteria
from admin.relation_filter import RelationFilter
from core.data.base import db
from core.data.scope import scope_in
from core.data.search import LONGEST_QUERY
from core.data.visibility import alternatives, cleared, select_visible

if TYPE_CHECKING:
    from admin.record_view import RecordView

SIZES = (20, 40, 80)
PANEL = "filters"
"""The argument that opens the panel of filters: only then are their options fetched."""
PLACES = ("after", "before", "csrf_token")
COUNTED = 10_000
"""Counting goes no further: "10,000+" is as good an answer, and costs 4 ms instead of 400."""


@dataclass(frozen=True)
class Chip:
    """A filter in force and the address of the list without it."""

    title: Any
    value: str
    url: str


@dataclass(frozen=True)
class Head:
    """A column's heading; `url` sorts by it, `order` says that the list is sorted so."""

    title: Any
    url: str | None
    order: str | None


@dataclass(frozen=True)
class Input:
    """A filter's inputs as the template draws them."""

    kind: str
    name: str
    title: Any
    value: Any
    options: Markup | None


class Listing:
    """The list of `view` as the address's arguments ask for it. BadRequest for arguments that cannot be."""

    def __init__(self, view: RecordView, args: Any) -> None:
        self.view, self.model, self.args = view, view.model, args
        self.text = args.get("q", "").replace("\x00", " ").strip()[:LONGEST_QUERY]
        self.size = self._size()
        self.order = self._order()
        self.told: list[str] = []
        self.known_filters = view.list_filters()
        self.values = dict(self._values())
        self.known = (
            "q", "sort", "size", PANEL, *(name for f in self.known_filters for name in f.arguments)
        )  # fmt: skip
        self._tell_unknown()
        self.searching = view.search and can_search(self.model)
        self.conditions = self._conditions()
        self._fetch()
        # All at once, not when the template asks: there an AttributeError would pass for "no such value".
        self.heads = [self._head(name) for name in view.list_columns]
        self.rows = draw_rows(view, view.list_columns, self.found)
        self.count = self._count()
        self.panel = args.get(PANEL) == "1"
        self.filters = [self._input(f) for f in self.known_filters] if self.panel else []
        self.chips = [
            Chip(f.title, f.words(value), self.url(**dict.fromkeys(f.arguments)))
            for f, value in self.values.values()
        ]

    def _values(self) -> Iterator[tuple[str, tuple[Filter, Any]]]:
        """The filters in force; a value that cannot be is told above the list and left out."""
        for f in self.known_filters:
            try:
                value = f.read(self.args)
            except BadRequest as wrong:
                self.told.append(str(wrong.description))
            else:
                if value is not None:
                    yield f.name, (f, value)

    @property
    def status(self) -> int:
        """400 if a filter's value had to be left out."""
        return 400 if self.told else 200

    def _tell_unknown(self) -> None:
        """A word that the list does not know filters nothing, though it may have been meant to."""
        known = {*self.known, *PLACES}
        self.unknown = [name[:40] for name in self.args if name not in known][:5]

    def _size(self) -> int:
        text = self.args.get("size")
        if text is None:
            return self.view.page_size
        if text not in {str(size) for size in SIZES}:
            raise BadRequest(_("A list shows %(sizes)s rows.", sizes=", ".join(map(str, SIZES))))
        return int(text)

    def _order(self) -> Order:
        """From `?sort=`, only on columns that the view declares (each has an index)."""
        default = self.view.default_order()
        text = self.args.get("sort", default)
        name = text.removeprefix("-")
        if name not in self.view.sortable_columns():
            raise BadRequest(_("The list cannot be sorted by this."))
        return Order(name, column_of(self.model, name), self.model.id, descending=text.startswith("-"))

    def _conditions(self) -> list[Any]:
        """The WHERE of search and filters; visibility comes on top from `select_visible`."""
        found = [f.where(value) for f, value in self.values.values()]
        if self.text and self.searching:
            found.append(name_criteria(self.model, self.text))
        return [*found, *self.view.list_where()]

    def _fetch(self) -> None:
        backwards = "before" in self.args
        place = self.args.get("before" if backwards else "after")
        statement = select_rows(self.view, self.view.list_columns, self.order).where(*self.conditions)
        if place is not None:
            value, key = read_cursor(place, python_type(self.order.column))
            statement = statement.where(self.order.beyond(value, key, backwards=backwards))
        statement = statement.order_by(*self.order.clauses(backwards=backwards)).limit(self.size + 1)
        found = list(db.session.execute(statement).all())
        more, found = len(found) > self.size, found[: self.size]
        self.found = found[::-1] if backwards else found
        self.has_next, self.has_previous = (True, more) if backwards else (more, place is not None)
        if not self.found:
            self.has_next = self.has_previous = False

    def _head(self, name: str) -> Head:
        title = self.view.label(name)
        if name not in self.view.sortable_columns():
            return Head(title, None, None)
        present = self.order.name == name
        down = not self.order.descending if present else True
        order = ("descending" if self.order.descending else "ascending") if present else None
        return Head(title, self.url(sort=f"-{name}" if down else name), order)

    def _count(self) -> int:
        if not self.has_next and not self.has_previous:
            return len(self.found)
        return count_rows(self.model, self.conditions)

    @property
    def count_text(self) -> str:
        """ "1,204 records", "10,000+ records"."""
        if self.count > COUNTED:
            return _("%(count)s+ records", count=digits(COUNTED))
        return ngettext("%(count)s record", "%(count)s records", self.count, count=digits(self.count))

    def _input(self, f: Filter) -> Input:
        shown = f.shown(self.args)
        if isinstance(f, RelationFilter):
            groups = f.offered()
            if groups is None:
                return Input("text", f.name, f.title, shown, None)
        elif f.kind == "choice":
            groups = [Branch(None, [(value, str(words)) for value, words in f.options()])]
            if "," in shown and f.name in self.values:  # several at once: the input keeps them together
                groups[0].options.append((shown, f.words(shown)))
        else:
            return Input(f.kind, f.name, f.title, shown, None)
        return Input("choice", f.name, f.title, shown, drawn(groups, [shown]))

    @property
    def panel_url(self) -> str:
        """Opens the panel of filters, or closes it."""
        return self.url(**{PANEL: None if self.panel else "1"})

    @property
    def narrowed(self) -> bool:
        """Whether an empty list may be due to search or filters."""
        return bool(self.values or self.text)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Arguments that the search form carries along: with the panel closed also the filters in force."""
        closed = () if self.panel else [name for f, _value in self.values.values() for name in f.arguments]
        return [(name, self.args[name]) for name in ("sort", "size", PANEL, *closed) if name in self.args]

    @property
    def after_url(self) -> str | None:
        """Address of the next page."""
        return self._place_url("after", self.found[-1]) if self.has_next else None

    @property
    def before_url(self) -> str | None:
        """Address of the page before."""
        return self._place_url("before", self.found[0]) if self.has_previous else None

    def _place_url(self, name: str, row: Any) -> str:
        return self.url(**{name: write_cursor(row.place, row.id)})

    def url(self, **changes: Any) -> str:
        """This list's address with changed arguments (None takes one away), from its first page."""
        kept = {name: value for name in self.known if (value := self.args.get(name))} | changes
        query = urlencode({name: value for name, value in kept.items() if value is not None})
        base = url_for(f"{self.view.endpoint}.index")
        return f"{base}?{query}" if query else base


def select_rows(view: RecordView, names: Sequence[str], order: Order) -> Any:
    """A Core select under the scope's criteria: id, value sorted by, columns `names`, `view.list_also`."""
    columns = Columns(view.model, names)
    shown = [column.label(f"c{i}") for i, column in enumerate(columns.all)]
    also = [column_of(view.model, name).label(f"x{i}") for i, name in enumerate(view.list_also)]
    key = view.model.id.label("id")
    return columns.join(select_visible(view.model, key, order.column.label("place"), *shown, *also))


def draw_rows(view: RecordView, names: Sequence[str], found: Sequence[Any]) -> list[Markup]:
    """The cells of each row of `select_rows`; joined here: a template takes thrice as long over 700 cells."""
    also = view.list_also
    showers = [view.list_shower(name) for name in names]
    openings = [_opening(view, i, name) for i, name in enumerate(names)]
    base = url_for(f"{view.endpoint}.index")
    made = []
    for row in found:
        values = row[2:]
        known = dict(zip((*names, *also), values, strict=True), id=row.id)
        cells = [show(value, known) for show, value in zip(showers, values, strict=False)]
        cells[0] = Markup('<a href="{}{}">{}</a>').format(base, row.id, cells[0] or f"#{row.id}")
        html = "".join(
            [f"{opening}{escape(cell)}</td>" for opening, cell in zip(openings, cells, strict=True)]
        )
        made.append(Markup(html))  # noqa: S704 - escaped cell by cell in the line above
    return made


def _opening(view: RecordView, index: int, name: str) -> Markup:
    if index == 0:
        return Markup('<td class="main">')
    kind = Markup(' class="wide"') if name in view.wide_columns else ""
    return Markup('<td{} data-label="{}">').format(kind, view.label(name))


def count_rows(model: type[Any], conditions: Sequence[Any]) -> int:
    """How many rows match, counted up to 10,001."""
    seen = (select(model.id).where(one, *conditions) for one in alternatives(model, scope_in(db.session())))
    inner = union_all(*seen).limit(COUNTED + 1)
    statement = select(func.count()).select_from(inner.subquery())
    return db.session.execute(cleared(statement)).scalar_one()
