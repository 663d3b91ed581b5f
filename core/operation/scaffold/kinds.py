"""The kinds of field that a model line may name, and what each becomes in the model."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Kind:
    """`annotation` is the Python type, `column` what `mapped_column` is given.

    `filters`: whether the list can be narrowed by it, `shown`: whether the list shows it; `needs` are
    the names that models.py imports for it: (module, name).
    """

    annotation: str
    column: str = ""
    filters: bool = False
    shown: bool = True
    needs: tuple[tuple[str, str], ...] = ()


KINDS = {
    "text": Kind("str", "String(200)", needs=(("sqlalchemy", "String"),)),
    "note": Kind("str", "Text", shown=False, needs=(("sqlalchemy", "Text"),)),
    "int": Kind("int"),
    "decimal": Kind("Decimal", "Numeric(14, 2)", needs=(("decimal", "Decimal"), ("sqlalchemy", "Numeric"))),
    "date": Kind("date", filters=True, needs=(("datetime", "date"),)),
    "datetime": Kind("datetime", filters=True, needs=(("datetime", "datetime"),)),
    "bool": Kind("bool", "default=False", filters=True),
    "place": Kind(
        "int", 'ForeignKey("core_place.id")', filters=True,
        needs=(("core", "Place"), ("sqlalchemy", "ForeignKey"), ("sqlalchemy.orm", "relationship")),
    ),
}  # fmt: skip
"""text: a line (what a field is that names no kind); note: several lines; place: a node of the map."""


def nearest(name: str) -> str:
    """The kind whose name is most like `name`."""
    return get_close_matches(name, KINDS, n=1, cutoff=0.0)[0]
