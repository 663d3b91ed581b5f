"""First pages: the directory at the root, a governorate's doors for citizens, the staff's home."""

from __future__ import annotations

from itertools import chain
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from admin.doors import doors
from admin.outbox_page import undelivered
from admin.titles import module_title
from admin.view import View
from admin.waiting import Backlog, Task, Tile
from core.access import everywhere, signed_in
from core.data.base import db
from core.data.scope import scope_in
from core.gate import find, read_state
from core.governorates.present import registry
from core.language import choose_language
from core.people.access import may

home = Blueprint("admin_home", __name__)
KINDS = {"tiles": Tile, "tasks": Task, "backlogs": Backlog}
"""What `diwan_tiles` may return, by its name in the template."""
COUNTRIES = {"EG": lazy_gettext("Egypt"), "YE": lazy_gettext("Yemen")}


@home.get("/")
@everywhere
def front() -> str:
    """Outside a governorate the directory, inside its doors; raises NotFound below an unknown code."""
    if g.get("governorate") is None and find() is None:
        return render_template("root.html", countries=_countries())
    read_state()
    return render_template("front.html", doors=doors())


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
        found = [one for one in (*chain.from_iterable(results), undelivered()) if one is not None]
        parts = {name: [one for one in found if isinstance(one, kind)] for name, kind in KINDS.items()}
        if strange := {type(one).__name__ for one in found if not isinstance(one, tuple(KINDS.values()))}:
            current_app.logger.error("diwan_tiles returned what no first page can show: %s", strange)
        told = [
            _("The module %(name)s could not give its figures.", name=module_title(failure.plugin))
            for failure in failures
        ]
        modules_url = url_for("core_module.index") if may("read", "core.plugin") else None
        crumbs: list[Any] = []
        return self.show("home.html", **parts, failures=told, modules_url=modules_url, crumbs=crumbs)
