"""What every template may ask.

Globals, not a context processor: macros see them too, and nothing is computed unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

from admin.attachments import size
from admin.dates import day, digits, moment
from admin.display import comma, runs, show
from admin.forms.form import aria, first_error, kind
from admin.menu import menu
from admin.preferences import direction, here, other_languages, scheme
from admin.static_files import asset, icon_url, missing_assets
from core.language import choose_language


@dataclass(frozen=True)
class Person:
    """Who is signed in, for the top bar."""

    name: str
    username: str


def init(app: Flask) -> None:
    """Give the templates their globals and filters."""
    app.jinja_env.globals.update(
        {function.__name__: function for function in GLOBALS}, language=choose_language
    )
    app.jinja_env.filters.update({function.__name__: function for function in FILTERS})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def place_name() -> str:
    """ "Qena Governorate", or "Diwan" outside of any."""
    governorate = g.get("governorate")
    if governorate is None:
        return _("Diwan")
    return _("%(name)s Governorate", name=governorate.name(choose_language()))


def inside() -> bool:
    """Whether this page belongs to a governorate."""
    return g.get("governorate") is not None


def brand_url() -> str:
    """The front page of this mount."""
    return f"{request.script_root}/"


def person() -> Person | None:
    """Who is signed in, or nobody."""
    if not current_user.is_authenticated:
        return None
    return Person(current_user.name, current_user.username)


def attrs(values: Mapping[str, Any]) -> Markup:
    """Attributes of a tag, for widgets that are drawn by a template."""
    shown = {name: value for name, value in values.items() if name not in ("class", "id", "name")}
    return Markup("").join(Markup(' {}="{}"').format(escape(name), value) for name, value in shown.items())


GLOBALS: tuple[Callable[..., Any], ...] = (
    asset,
    brand_url,
    comma,
    direction,
    here,
    icon_url,
    inside,
    menu,
    missing_assets,
    other_languages,
    person,
    place_name,
    scheme,
)
FILTERS: tuple[Callable[..., Any], ...] = (
    aria,
    attrs,
    day,
    digits,
    first_error,
    kind,
    moment,
    runs,
    show,
    size,
)
