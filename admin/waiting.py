"""What waits for somebody, for the first page: from a list's own filters, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from admin import listing
from admin.columns import column_of
from admin.cursor import Order
from admin.dates import digits
from admin.record_view import RecordView
from admin.view import views
from core.data.base import db

FIRST = 5
"""Rows of a backlog on the first page."""


@dataclass(frozen=True)
class Tile:
    """A figure of the home page. `url` opens the records behind it.

    `kind` is empty, "warning" or "danger".
    """

    title: Any
    value: int | str
    url: str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Task:
    """A page that somebody opens many times a day: a button on the first page."""

    title: Any
    url: str
    icon: str = "plus"


@dataclass(frozen=True)
class Backlog:
    """The first records of a list that waits for somebody; `url` opens all `count` of them."""

    title: Any
    count: str
    url: str
    heads: list[Any]
    rows: list[Markup]


def tile(view: type[RecordView], title: Any, kind: str = "", **arguments: str) -> Tile | None:
    """How many records the list of `view` shows with `arguments` in its address; None if it is not open here.

    `kind` holds only while there are any.
    """
    shown = _open(view)
    if shown is None:
        return None
    count = listing.count_rows(shown.model, _conditions(shown, arguments))
    return Tile(title, _words(count), shown.link(**arguments), kind if count else "")


def backlog(view: type[RecordView], title: Any, columns: Sequence[str], **arguments: str) -> Backlog | None:
    """The first rows of the list of `view` with `arguments` in its address, `sort` among them.

    None if the list is not open to this person.
    """
    shown = _open(view)
    if shown is None:
        return None
    conditions = _conditions(shown, arguments)
    sort = arguments.get("sort", shown.default_order())
    name = sort.removeprefix("-")
    order = Order(name, column_of(shown.model, name), shown.model.id, descending=sort.startswith("-"))
    rows = listing.select_rows(shown, columns, order).where(*conditions).order_by(*order.clauses())
    found = db.session.execute(rows.limit(FIRST)).all()
    count = len(found) if len(found) < FIRST else listing.count_rows(shown.model, conditions)
    heads = [shown.label(name) for name in columns]
    cells = listing.draw_rows(shown, columns, found)
    return Backlog(title, _words(count), shown.link(**arguments), heads, cells)


def _open(kind: type[RecordView]) -> RecordView | None:
    return next((view for view in views() if type(view) is kind and view.is_accessible()), None)


def _conditions(view: RecordView, arguments: dict[str, str]) -> list[Any]:
    """The list's WHERE, as the page itself would read it; BadRequest for a value that cannot be."""
    read = ((f, f.read(arguments)) for f in view.list_filters())
    return [*(f.where(value) for f, value in read if value is not None), *view.list_where()]


def _words(count: int) -> str:
    if count > listing.COUNTED:
        return _("%(count)s+", count=digits(listing.COUNTED))
    return str(digits(count))
