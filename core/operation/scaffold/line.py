"""The model line: `Lamp "عمود إنارة|أعمدة الإنارة": code, place, installed_on=date? "تاريخ التركيب"`.

A model's name, and after the colon its fields, each `name` or `name=kind`, with `?` where it may stay empty.
The Arabic words follow in quotation marks (of the model: one|many); for common names they are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from core.errors import Refused
from core.operation.scaffold.kinds import KINDS, Kind, nearest

WORDS = r'(?:"(?P<words>[^"]*)")?'
HEAD = re.compile(rf"\s*(?P<name>[^\s:\"]+)\s*{WORDS}\s*", re.ASCII)
FIELD = re.compile(rf"\s*(?P<name>[^\s=?\"]+)\s*(?:=\s*(?P<kind>[^\s?\"]+))?\s*(?P<empty>\?)?\s*{WORDS}\s*")
COMMA = re.compile(r'[,،](?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma outside of quotation marks."""
MODEL_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,39}")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Field:
    """One field. `arabic` is empty where the line does not say it."""

    name: str
    kind_name: str
    empty: bool
    arabic: str

    @property
    def kind(self) -> Kind:
        """What it becomes."""
        return KINDS[self.kind_name]

    @property
    def column(self) -> str:
        """The column's name."""
        return f"{self.name}_id" if self.kind_name == "place" else self.name

    @property
    def english(self) -> str:
        """The label: "Installed on"."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Line:
    """What a model line says."""

    name: str
    fields: tuple[Field, ...]
    arabic: str

    @property
    def snake(self) -> str:
        """`StreetLamp` as part of a table's name: `street_lamp`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()

    @property
    def english(self) -> str:
        """One record: "Street lamp"."""
        return self.snake.replace("_", " ").capitalize()


def read_line(text: str) -> Line:
    """Read a model line; raises Refused with a sentence that says what is wrong and how it is written."""
    head, colon, rest = text.partition(":")
    found = HEAD.fullmatch(head)
    if not colon or found is None or not MODEL_NAME.fullmatch(found["name"]):
        raise Refused(
            _("A model line begins with a name, a capital letter first, and a colon: “Lamp: code”.")
        )
    fields = tuple(_read_field(part) for part in COMMA.split(rest))
    _refuse_twins(fields)
    return Line(found["name"], fields, found["words"] or "")


def _read_field(text: str) -> Field:
    found = FIELD.fullmatch(text)
    if found is None or not FIELD_NAME.fullmatch(found["name"]):
        raise Refused(
            _("“%(text)s” is no field. A field is a name in small letters: “code” or “installed_on=date”.",
              text=text.strip())
        )  # fmt: skip
    kind = found["kind"] or ("place" if found["name"] == "place" else "text")
    if kind not in KINDS:
        raise Refused(
            _("There is no kind of field “%(kind)s”; did you mean “%(near)s”? There are: %(kinds)s.",
              kind=kind, near=nearest(kind), kinds=", ".join(KINDS))
        )  # fmt: skip
    return Field(found["name"], kind, bool(found["empty"]), found["words"] or "")


def _refuse_twins(fields: tuple[Field, ...]) -> None:
    seen: set[str] = set()
    for field in fields:
        if seen & {field.name, field.column}:
            raise Refused(_("The field “%(name)s” stands there twice.", name=field.name))
        seen |= {field.name, field.column}
