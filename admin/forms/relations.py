"""References to other records. An id that is gone or hidden is an error at the field, never silently NULL.

Up to 200 rows are a select. More are looked up in a step of its own, on the server and without
script: type part of the name, press the button beside it, choose among what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import or_, select
from wtforms import Field
from wtforms.validators import StopValidation

from admin.branches import Branch, branches, drawn
from admin.columns import column_of, ordering
from admin.cursor import LARGEST_ID
from admin.name_search import name_criteria
from admin.relation_filter import MOST_OPTIONS
from core.data.base import db
from core.data.search import latin_digits

FOUND = 20
"""So many matches are offered; more means: type more."""
FIND = "_find"
"""Name of the buttons that ask for a look-up instead of saving."""


class Looked(Field):
    """What one and several references have in common; `target` is the class, `criterion()` narrows it."""

    several = False
    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        target: type[Any],
        by_id: bool = False,
        blank: bool = True,
        criterion: Callable[[], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.target, self.by_id, self.blank, self.criterion = target, by_id, blank, criterion
        self._asked: list[Any] | None = None
        self.suggested: list[Any] = []

    def suggest(self, rows: Sequence[Any], reason: str, *, preset: bool = True) -> None:
        """Offer these first and say why; with `preset` the first is chosen until something is posted."""
        self.suggested, self.description = list(rows), _("Suggested: %(reason)s", reason=reason)
        if preset and not self.raw_data and self.data is None:
            self.data = rows[0].id if self.by_id else rows[0]

    def rows(self) -> Any:
        """The select of what may be chosen; the guard narrows it to what the person sees."""
        statement = select(self.target).order_by(*ordering(self.target))
        if column_of(self.target, "active") is not None:
            statement = statement.where(or_(self.target.active, self.target.id.in_(self._kept_ids())))
        return statement if self.criterion is None else statement.where(self.criterion())

    def _kept_ids(self) -> list[int]:
        """What the record refers to already may stay, also when it is no longer offered."""
        given = self.object_data if isinstance(self.object_data, (list, tuple)) else [self.object_data]
        return [row if isinstance(row, int) else row.id for row in given if row]

    def find(self, ids: list[str]) -> list[Any]:
        """The rows with these posted ids; raises ValueError if any cannot be chosen."""
        numbers = [latin_digits(text).strip() for text in ids]
        if any(not (n.isdecimal() and n.isascii()) or len(n) > 10 or int(n) > LARGEST_ID for n in numbers):
            raise ValueError(self.gone())
        wanted = {int(n) for n in numbers}
        found = list(db.session.scalars(self.rows().where(self.target.id.in_(wanted))))
        if len(found) != len(wanted):
            raise ValueError(self.gone())
        return found

    def gone(self) -> str:
        """The sentence for an id that leads nowhere."""
        return _("What was chosen is not there any more, or not open to you. Choose again.")

    @property
    def offered(self) -> list[Any]:
        """All rows, one more than a select may have if there are too many."""
        if self._asked is None:
            self._asked = list(db.session.scalars(self.rows().limit(MOST_OPTIONS + 1)))
        return self._asked

    @property
    def many(self) -> bool:
        """Whether a look-up is needed."""
        return len(self.offered) > MOST_OPTIONS

    @property
    def words(self) -> str:
        """What is looked for."""
        return request.form.get(f"{self.name}-q", "").replace("\x00", "").strip()[:100]

    @property
    def asked(self) -> bool:
        """Whether the look-up of this very field was pressed."""
        return request.form.get(FIND) == self.name

    def matches(self) -> list[Any]:
        """Up to 20 rows whose name holds the words."""
        if not self.words:
            return []
        return list(
            db.session.scalars(self.rows().where(name_criteria(self.target, self.words)).limit(FOUND))
        )

    def title_of(self, row: Any) -> str:
        """What a row is called here; a node of a tree with the one above it."""
        above = getattr(row, "parent", None)
        return f"{above} › {row}" if above is not None and self.many else _called(row)

    def groups(self) -> list[Branch]:
        """All that may be chosen: what is suggested, then the rest in the groups of its tree."""
        first = Branch(_("Suggested"), [(row.id, _called(row)) for row in self.suggested])
        nodes = ((row.id, _called(row), getattr(row, "path", "")) for row in self.offered)
        rest = branches(nodes, without={row.id for row in self.suggested})
        return [first, *rest] if self.suggested else rest

    def options(self) -> Markup:
        """The same as the options of a select."""
        return drawn(self.groups(), [row.id for row in self.chosen()])

    def chosen(self) -> list[Any]:
        """The rows chosen now."""
        given = self.data if isinstance(self.data, (list, tuple)) else [self.data]
        return [row for row in map(self._row, given) if row is not None]

    def titles_of(self, value: Any) -> list[str]:
        """What the rows of a value of this field are called."""
        given = value if isinstance(value, (list, tuple)) else [value]
        return [_called(row) for row in map(self._row, given) if row is not None]

    def _row(self, value: Any) -> Any:
        return db.session.get(self.target, value) if isinstance(value, int) else value

    def __call__(self, **kwargs: Any) -> Markup:
        """Drawn by `parts/relation.html`."""
        return Markup(render_template("parts/relation.html", f=self, attributes=kwargs))  # noqa: S704


class RelationField(Looked):
    """One reference. With `by_id` the form deals in ids (for a column), else in records (a relationship)."""

    def process_data(self, value: Any) -> None:
        """From the record."""
        self.data = value

    def process_formdata(self, valuelist: list[str]) -> None:
        """From the page; raises ValueError for what cannot be chosen."""
        self.data = None
        if valuelist and valuelist[0].strip():
            (row,) = self.find(valuelist[:1])
            self.data = row.id if self.by_id else row

    def pre_validate(self, form: Any) -> None:
        """Stops the chain at what could not be found, so that no later rule hides it."""
        if self.process_errors:
            raise StopValidation()


class RelationsField(Looked):
    """Several references (a many-to-many relationship)."""

    several = True

    def process_data(self, value: Any) -> None:
        """From the record."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """From the page; raises ValueError if one of them cannot be chosen."""
        self.data = self.find(valuelist[:500]) if valuelist else []


def _called(row: Any) -> str:
    for name in ("name", "number", "title", "subject", "username", "code"):
        value = getattr(row, name, None)
        if isinstance(value, str) and value:
            return value
    return str(row.id)
