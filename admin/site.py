"""The staff's site: Flask-Admin's collection of views under our theme, and what every page needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_admin import Admin

from admin import context, errors, headers, preferences
from admin.access_page import AccessPage
from admin.calendar_page import CalendarPage
from admin.home import Home
from admin.modules_page import ModulesPage
from admin.outbox_page import OutboxPage
from admin.people_views import PEOPLE
from admin.view import View
from core.modules.dispatch import blaming

FOLDER = Path(__file__).with_name("theme")


@dataclass
class Theme:
    """Our templates. Flask-Admin joins `folder` to its own path, which an absolute one overrides."""

    folder: str = str(FOLDER)
    base_template: str = "base.html"
    fluid: bool = True
    swatch: str = "diwan"


def build_site(app: Flask) -> None:
    """Put every screen into `app`: the plugins' in loading order, then core's own.

    Raises whatever is wrong with a plugin's view, blamed on that plugin by the loader.
    """
    for part in (context, errors, headers, preferences):
        part.init(app)
    site = Admin(app, name="Diwan", url="/admin", index_view=Home(), theme=Theme())
    views = app.extensions["diwan_site"] = _views(app)
    for view in views:
        with blaming(view.plugin):
            site.add_view(view)


def _views(app: Flask) -> list[View]:
    found: list[View] = []
    for plugin, view in app.extensions["diwan"].call_boot("diwan_views"):
        with blaming(plugin):
            found.append(view(plugin))
    core: list[View] = [view() for view in PEOPLE]
    return [*found, *core, CalendarPage("core"), AccessPage("core"), ModulesPage("core"), OutboxPage("core")]
