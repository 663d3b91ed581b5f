"""One page of a list: a Core select of the shown columns under the scope's criteria, tuples, no entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy import func, select
from werkzeug.exceptions import BadRequest

from admin.columns import Columns, column_of, python_type
from admin.cursor import Order, read_cursor, write_cursor
from admin.dates import digits
from admin.filters import Filter, Options
from admin.name_search import can_search, name_criteria
from admin.relation_filter import RelationFilter
from core.data.base import db
from core.data.search import LONGEST_QUERY
from core.data.visibility import cleared, select_visible

if TYPE_CHECKING:
    from admin.record_view import RecordView

SIZES = (20, 40, 80)
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
    options: Any


class Listing:
    """The list of `view` as the address's arguments ask for it. BadRequest for arguments that cannot be."""

    def __init__(self, view: RecordView, args: Any) -> None:
        self.view, self.model, self.args = view, view.model, args
        self.text = args.get("q", "").replace("\x00", " ").strip()[:LONGEST_QUERY]
        self.size = self._size()
        self.order = self._order()
        filters = view.list_filters()
        self.values = {f.name: (f, value) for f in filters if (value := f.read(args)) is not None}
        self.known = ("q", "sort", "size", *(name for f in filters for name in f.arguments))
        self.columns = Columns(self.model, view.list_columns)
        self.searching = view.search and can_search(self.model)
        self.conditions = self._conditions()
        self._fetch()
        # All at once, not when the template asks: there an AttributeError would pass for "no such value".
        self.heads = [self._head(name) for name in view.list_columns]
        self.rows = self._rows()
        self.count = self._count()
        self.filters = [self._input(f) for f in filters]
        self.chips = [
            Chip(f.title, f.words(value), self.url(**dict.fromkeys(f.arguments)))
            for f, value in self.values.values()
        ]

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
        shown = [column.label(f"c{i}") for i, column in enumerate(self.columns.all)]
        also = [column_of(self.model, name).label(f"x{i}") for i, name in enumerate(self.view.list_also)]
        statement = select_visible(
            self.model, self.model.id.label("id"), self.order.column.label("place"), *shown, *also
        ).where(*self.conditions)
        statement = self.columns.join(statement)
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

    def _rows(self) -> list[Markup]:
        """The cells of each row; joined here, because a template takes thrice as long over 700 cells."""
        names, also = self.view.list_columns, self.view.list_also
        showers = [self.view.list_shower(name) for name in names]
        openings = [self._opening(i, name) for i, name in enumerate(names)]
        base = url_for(f"{self.view.endpoint}.index")
        made = []
        for row in self.found:
            values = row[2:]
            known = dict(zip((*names, *also), values, strict=True), id=row.id)
            cells = [show(value, known) for show, value in zip(showers, values, strict=False)]
            cells[0] = Markup('<a href="{}{}">{}</a>').format(base, row.id, cells[0] or f"#{row.id}")
            html = "".join(
                [f"{opening}{escape(cell)}</td>" for opening, cell in zip(openings, cells, strict=True)]
            )
            made.append(Markup(html))  # noqa: S704 - escaped cell by cell in the line above
        return made

    def _opening(self, index: int, name: str) -> Markup:
        if index == 0:
            return Markup('<td class="main">')
        kind = Markup(' class="wide"') if name in self.view.wide_columns else ""
        return Markup('<td{} data-label="{}">').format(kind, self.view.label(name))

    def _head(self, name: str) -> Head:
        title = self.view.label(name)
        if name not in self.view.sortable_columns():
            return Head(title, None, None)
        present = self.order.name == name
        down = not self.order.descending if present else True
        order = ("descending" if self.order.descending else "ascending") if present else None
        return Head(title, self.url(sort=f"-{name}" if down else name), order)

    def _count(self) -> int:
        """How many rows match, counted up to 10,001."""
        if not self.has_next and not self.has_previous:
            return len(self.found)
        inner = select_visible(self.model, self.model.id).where(*self.conditions).limit(COUNTED + 1)
        statement = select(func.count()).select_from(inner.subquery())
        return db.session.execute(cleared(statement)).scalar_one()

    @property
    def count_text(self) -> str:
        """ "1,204 records", "10,000+ records"."""
        if self.count > COUNTED:
            return _("%(count)s+ records", count=digits(COUNTED))
        return ngettext("%(count)s record", "%(count)s records", self.count, count=digits(self.count))

    def _input(self, f: Filter) -> Input:
        kind: str = f.kind
        options: Any = None
        if isinstance(f, RelationFilter):
            options = f.offered()
            kind = f.kind if options is not None else "text"
        elif kind == "choice":
            options = f.options()
        shown = f.shown(self.args)
        if kind == "choice" and "," in shown and f.name in self.values:
            options = [*options, (shown, f.words(shown))]  # several at once: the input keeps them together
        return Input(kind, f.name, f.title, shown, drawn(options, shown) if options else None)

    @property
    def open_filters(self) -> bool:
        """Filters are unfolded while one is in force."""
        return bool(self.values)

    @property
    def narrowed(self) -> bool:
        """Whether an empty list may be due to search or filters."""
        return bool(self.values or self.text)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Arguments that the search form carries along."""
        return [(name, self.args[name]) for name in ("sort", "size") if name in self.args]

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


def drawn(options: Options, chosen: Any) -> Markup:
    """The options of a select; drawn here, because a filter may have two hundred."""
    return Markup("").join(
        (_CHOSEN if str(value) == chosen else _OPTION) % (value, words) for value, words in options
    )


_OPTION = Markup('<option value="%s">%s</option>')
_CHOSEN = Markup('<option value="%s" selected>%s</option>')
