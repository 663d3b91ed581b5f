"""What a list can be narrowed by. Each filter is plain GET inputs, one SQL condition and a chip.

A view names columns or relations and gets the fitting kind; for anything else it passes an
instance of a class from here, or of a subclass of `Filter` of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from werkzeug.exceptions import BadRequest

from admin.columns import python_type
from admin.dates import day_text, start_of
from core.data.search import LONGEST_QUERY, latin_digits
from core.data.time import read_day

Options = Sequence[tuple[Any, Any]]
RESERVED = frozenset({"q", "sort", "size", "after", "before", "filters", "csrf_token"})


class Filter:
    """A choice among `options`; `where(value)` is its condition on the value as posted text.

    `options` is a list of (value, words) or a function that returns one.
    """

    kind = "choice"

    def __init__(
        self,
        name: str,
        title: Any,
        options: Options | Callable[[], Options] = (),
        where: Callable[[str], ColumnElement[bool]] | None = None,
    ) -> None:
        if name in RESERVED:
            raise ValueError(f"a filter cannot be called {name!r}")
        self.name, self.title, self._options, self._where = name, title, options, where

    def options(self) -> Options:
        """(value, words) of every choice."""
        return self._options() if callable(self._options) else self._options

    def read(self, args: Mapping[str, str]) -> Any:
        """The value in the address, None if there is none; BadRequest for one that is no choice."""
        text = args.get(self.name, "").strip()
        if not text:
            return None
        if text not in {str(value) for value, _words in self.options()}:
            raise self.unknown()
        return text

    def where(self, value: Any) -> ColumnElement[bool]:
        """The condition for a value that `read` returned."""
        if self._where is None:
            raise NotImplementedError(f"the filter {self.name} has no condition")
        return self._where(value)

    def words(self, value: Any) -> str:
        """The value as the chip shows it."""
        return next((str(words) for known, words in self.options() if str(known) == str(value)), str(value))

    def shown(self, args: Mapping[str, str]) -> Any:
        """What the inputs hold when the page is shown again."""
        return args.get(self.name, "").strip()

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of its inputs."""
        return (self.name,)

    def unknown(self) -> BadRequest:
        """The answer to a value that cannot be."""
        return BadRequest(_("The filter “%(title)s” does not know this value.", title=self.title))


class ColumnFilter(Filter):
    """A choice among the values of a column that is stored as text, codes without commas.

    An address may name several, "sent,acknowledged": a figure then opens exactly what it counts.
    """

    def __init__(self, name: str, title: Any, column: Any, options: Options | Callable[[], Options]) -> None:
        super().__init__(name, title, options)
        self.column = column

    def read(self, args: Mapping[str, str]) -> Any:
        """The value or values in the address, None if there is none; BadRequest for one that is no choice."""
        text = args.get(self.name, "").strip()
        if not text:
            return None
        if not set(text.split(",")) <= {str(value) for value, _words in self.options()}:
            raise self.unknown()
        return text

    def where(self, value: Any) -> ColumnElement[bool]:
        """One of them; the values are taken from the options, so that their type is the column's."""
        asked = value.split(",")
        return self.column.in_([known for known, _words in self.options() if str(known) in asked])

    def words(self, value: Any) -> str:
        """As the chip shows it: every value's words."""
        asked = value.split(",")
        return " / ".join(str(words) for known, words in self.options() if str(known) in asked)


class YesNoFilter(ColumnFilter):
    """A truth value."""

    def __init__(self, name: str, title: Any, column: Any) -> None:
        super().__init__(name, title, column, lambda: [("1", _("Yes")), ("0", _("No"))])

    def where(self, value: Any) -> ColumnElement[bool]:
        """True or false."""
        return self.column.in_([one == "1" for one in value.split(",")])


class WordsFilter(ColumnFilter):
    """Part of a text column."""

    kind = "text"

    def __init__(self, name: str, title: Any, column: Any) -> None:
        super().__init__(name, title, column, ())

    def read(self, args: Mapping[str, str]) -> Any:
        """The words, cut to 200 characters."""
        return args.get(self.name, "").replace("\x00", "").strip()[:LONGEST_QUERY] or None

    def where(self, value: Any) -> ColumnElement[bool]:
        """Contained, capitals apart, in either set of digits."""
        return self.column.icontains(latin_digits(value), autoescape=True)


class DaysFilter(ColumnFilter):
    """A span of days, either end open, both included; moments are taken on the governorate's clock."""

    kind = "days"

    def __init__(self, name: str, title: Any, column: Any) -> None:
        super().__init__(name, title, column, ())
        self.moments = issubclass(python_type(column), datetime)

    @property
    def arguments(self) -> tuple[str, ...]:
        """`<name>_from` and `<name>_to`."""
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, args: Mapping[str, str]) -> Any:
        """(first day, last day), each perhaps None; BadRequest for what is no day."""
        days = tuple(self._day(args.get(name, "")) for name in self.arguments)
        return days if any(days) else None

    def _day(self, text: str) -> date | None:
        if not text.strip():
            return None
        try:
            value = read_day(text)
        except ValueError:
            raise self.unknown() from None
        if not 1900 <= value.year <= 2200:
            raise self.unknown()
        return value

    def unknown(self) -> BadRequest:
        """The answer to what is no day."""
        return BadRequest(
            _("The filter “%(title)s” takes a day of the calendar, such as 2026-11-19.", title=self.title)
        )

    def where(self, value: Any) -> ColumnElement[bool]:
        """From the start of the first day to the end of the last."""
        first, last = value
        conditions = []
        if first:
            conditions.append(self.column >= (start_of(first) if self.moments else first))
        if last:
            after = last + timedelta(days=1)
            conditions.append(self.column < (start_of(after) if self.moments else after))
        return conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]

    def words(self, value: Any) -> str:
        """ "1 January 2026 – 3 March 2026"."""
        return " – ".join(day_text(end) if end else "…" for end in value)

    def shown(self, args: Mapping[str, str]) -> Any:
        """The two inputs as ISO days; what is no day as it was typed."""
        try:
            return tuple(end.isoformat() if end else "" for end in self.read(args) or (None, None))
        except BadRequest:
            return tuple(args.get(name, "")[:20] for name in self.arguments)
