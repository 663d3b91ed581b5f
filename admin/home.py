"""First pages: the directory at the root, a governorate's doors for citizens, the staff's home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from admin.view import View
from core.access import everywhere, signed_in
from core.data.base import db
from core.data.scope import scope_in
from core.gate import find
from core.governorates.present import registry
from core.language import choose_language
from core.people.access import may

home = Blueprint("admin_home", __name__)
F = TypeVar("F", bound=Callable[..., Any])
COUNTRIES = {"EG": lazy_gettext("Egypt"), "YE": lazy_gettext("Yemen")}
DOOR = "diwan_door"


@dataclass(frozen=True)
class Tile:
    """A figure of the home page: what `diwan_tiles` returns. `url` opens the records behind it.

    `kind` is empty, "warning" or "danger".
    """

    title: Any
    value: int | str
    url: str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Door:
    """A page that citizens find on the governorate's front page."""

    title: Any
    summary: Any
    url: str


def door(title: Any, summary: Any = "") -> Callable[[F], F]:
    """Mark a public GET view without arguments: the front page links to it where its module is enabled.

    @pages.get("/new")
    @public
    @door(_("Submit a complaint"), _("Write it down and get a number to follow it"))
    def new(): ...
    """

    def marked(view: F) -> F:
        setattr(view, DOOR, (title, summary))
        return view

    return marked


@home.get("/")
@everywhere
def front() -> str:
    """Outside a governorate the directory, inside its doors; raises NotFound below an unknown code."""
    if g.get("governorate") is None and find() is None:
        return render_template("root.html", countries=_countries())
    return render_template("front.html", doors=_doors())


def _countries() -> list[dict[str, Any]]:
    language = choose_language()
    by_country: dict[str, list[dict[str, str]]] = {}
    for one in registry().all():
        url = f"{request.scheme}://{one.host}/" if one.host else f"{request.script_root}/{one.code}/"
        by_country.setdefault(one.country, []).append(
            {"name": one.name(language), "code": one.code, "url": url}
        )
    return [
        {"title": COUNTRIES.get(country, country), "places": sorted(places, key=lambda place: place["name"])}
        for country, places in sorted(by_country.items())
    ]


def _doors() -> list[Door]:
    host = current_app.extensions["diwan"]
    found = []
    for endpoint, view in current_app.view_functions.items():
        marked = getattr(view, DOOR, None)
        owner = host.plugin_of(endpoint)
        if marked is not None and (owner is None or host.enabled(owner)):
            title, summary = marked
            found.append(Door(title, summary, url_for(endpoint)))
    return found


class Home(View):
    """The staff's first page."""

    title = lazy_gettext("Home")
    in_menu = False

    def __init__(self) -> None:
        super().__init__("admin", "/admin")

    @expose("/")
    @signed_in
    def index(self) -> str:
        """Figures of the enabled modules, each opening the records behind it."""
        host = current_app.extensions["diwan"]
        results, failures = host.call("diwan_tiles", scope=scope_in(db.session()))
        tiles = [tile for found in results for tile in found]
        told = [
            _("The module %(name)s could not give its figures.", name=failure.plugin) for failure in failures
        ]
        modules_url = url_for("core_module.index") if may("read", "core.plugin") else None
        crumbs: list[Any] = []
        return self.show("home.html", tiles=tiles, failures=told, modules_url=modules_url, crumbs=crumbs)
