"""The Arabic of a new module: what the line says, else Diwan's own words, else common ones, else asked."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

from core.errors import Refused
from core.operation.catalogue_check import ARABIC
from core.operation.catalogue_files import filled, key, messages, read
from core.operation.catalogues import sources
from core.operation.scaffold.line import Field, Line

LONGEST = 80
Ask = Callable[[str], str]


@dataclass(frozen=True)
class Worded:
    """A message of the new module: English text, its Arabic, and how the code writes it."""

    english: str
    arabic: str
    context: str = ""

    @property
    def code(self) -> str:
        """`_("Code")`, or with a context where another module words the same message otherwise."""
        return (
            f'lazy_pgettext("{self.context}", "{self.english}")' if self.context else f'_("{self.english}")'
        )


@cache
def common() -> dict[str, tuple[str, str]]:
    """Names of fields and models that come up often: name -> (one, many)."""
    with Path(__file__).with_name("words.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: (row["one"], row["many"]) for row in csv.DictReader(file)}


@cache
def said() -> dict[str, str]:
    """What the bundled catalogues say: English -> Arabic, messages without context and number."""
    found = (message for source in sources() for message in messages(read(source.po("ar"), "ar")))
    return {
        message.id: message.string
        for message in found
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and not key(message)[1]
        and filled(message)
    }


def word(plugin: str, english: str, arabic: str) -> Worded:
    """A message, told apart by a context where it is worded otherwise elsewhere."""
    known = said().get(english)
    return Worded(english, arabic, plugin if known not in (None, arabic) else "")


def complete(line: Line, ask: Ask | None) -> Line:
    """The line with the Arabic of its model ("one|many") and fields.

    What neither the line nor Diwan knows is asked by `ask`; raises Refused where nobody can be asked.
    """
    one, many = common().get(line.snake, ("", ""))
    known = f"{one}|{many}" if many else ""
    arabic = line.arabic or known or _asked(line.name, ask, 'Lamp "عمود إنارة|أعمدة الإنارة"')
    if arabic.count("|") != 1 or not all(_is_arabic(part) for part in arabic.split("|")):
        raise Refused(
            _("Say of the model “%(name)s” in Arabic what one and what many are called: %(example)s",
              name=line.name, example='Lamp "عمود إنارة|أعمدة الإنارة"')
        )  # fmt: skip
    fields = tuple(replace(field, arabic=_of_field(field, ask)) for field in line.fields)
    return replace(line, fields=fields, arabic="|".join(part.strip() for part in arabic.split("|")))


def _of_field(field: Field, ask: Ask | None) -> str:
    known = said().get(field.english) or common().get(field.name, ("", ""))[0]
    arabic = field.arabic or known or _asked(field.name, ask, f'{field.name} "الاسم بالعربية"')
    if not _is_arabic(arabic):
        raise Refused(
            _("“%(words)s” is not Arabic; it labels the field “%(name)s”.", words=arabic, name=field.name)
        )
    return arabic.strip()


def _asked(name: str, ask: Ask | None, example: str) -> str:
    if ask is None:
        raise Refused(
            _(
                "What is “%(name)s” called in Arabic? Write it behind the name: %(example)s",
                name=name,
                example=example,
            )
        )
    return ask(name)


def _is_arabic(text: str) -> bool:
    return (
        bool(ARABIC.search(text))
        and len(text) <= LONGEST
        and text.isprintable()
        and not set(text) & set('"\\%{}')
    )
