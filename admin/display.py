"""A stored value as people read it, for lists, record pages and the merge page alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from admin.dates import day, digits, moment
from core.people.bilingual import present_language
from core.work.workflow import State

CODES = ("number", "code", "username", "email", "phone", "national_id", "secret")
"""Columns of such names hold references: always a left-to-right run of their own."""

_RUN = re.compile(r"(?<![\w-])\d+(?:[-/:.]\d+)+(?: \d+:\d+)?(?![\w-])")
Shower = Callable[[Any], Any]
_REF, _REF_END = Markup('<bdi dir="ltr" class="ref">'), Markup("</bdi>")
_TEXT, _TEXT_END = Markup('<span dir="auto">'), Markup("</span>")


def ref(value: Any) -> Markup:
    """A reference, isolated from the right-to-left text around it."""
    return _REF + escape(value) + _REF_END


def runs(words: Any) -> Markup:
    """A sentence whose dates and numbers of several parts (2026-11-19, 2026/000012) read as they were typed.

    In an Arabic sentence their parts would change places, and a line could break between them.
    """
    if isinstance(words, Markup):
        return words
    isolated = _RUN.sub(rf"{_REF}\g<0>{_REF_END}", str(escape(words)))
    return Markup(isolated)  # noqa: S704 - escaped one line above


def text(value: Any) -> Markup:
    """What somebody typed, in whatever language it is."""
    return _TEXT + escape(value) + _TEXT_END


def badge(state: State | Any, colour: str | None = None) -> Markup:
    """A state as colour and word."""
    label, tone = getattr(state, "label", state), colour or getattr(state, "colour", "grey")
    return Markup('<span class="state state-{}">{}</span>').format(tone, label)


def yes_or_no(value: Any) -> str:
    """A truth value as a word."""
    return _("Yes") if value else _("No")


def is_code(name: str) -> bool:
    """Whether a column of this name holds a reference rather than words."""
    last = name.rpartition(".")[2]
    return last in CODES or last.endswith(("_code", "_number", "_phone"))


def shower(name: str, choices: Mapping[Any, Any] | None = None) -> Shower:
    """How to show the values of column `name`; `choices` maps stored values to words."""
    if choices is not None:
        return lambda value: choices.get(value, value)
    return ref if is_code(name) else show


def show(value: Any) -> Any:
    """Any value by its type; nothing for None."""
    if value is None or value == "":
        return ""
    for kind, how in SHOWN:
        if isinstance(value, kind):
            return how(value)
    return str(value)


def _several(values: Any) -> Any:
    return escape(comma()).join(show(value) for value in values)


def comma() -> str:
    """What stands between the parts of an enumeration in the reader's language."""
    return "، " if present_language() == "ar" else ", "


SHOWN: tuple[tuple[Any, Shower], ...] = (
    (Markup, lambda value: value),
    (bool, yes_or_no),
    (datetime, moment),
    (date, day),
    ((int, Decimal), digits),
    (str, text),
    (State, badge),
    ((list, tuple, set), _several),
)
"""In this order: a bool is an int, a datetime a date, Markup a str."""
