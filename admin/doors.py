"""Pages for citizens that a governorate's front page links to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, url_for

F = TypeVar("F", bound=Callable[..., Any])
DOOR = "diwan_door"


@dataclass(frozen=True)
class Door:
    """A page that citizens find on the governorate's front page; `plugin` is the module it belongs to."""

    title: Any
    summary: Any
    url: str
    plugin: str | None


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


def doors() -> list[Door]:
    """The doors that are open in this governorate."""
    host = current_app.extensions["diwan"]
    found = []
    for endpoint, view in current_app.view_functions.items():
        marked = getattr(view, DOOR, None)
        owner = host.plugin_of(endpoint)
        if marked is not None and (owner is None or host.enabled(owner)):
            title, summary = marked
            found.append(Door(title, summary, url_for(endpoint), owner))
    return found
