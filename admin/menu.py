"""The side menu: in groups, only what is enabled in this governorate and permitted to this person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from admin.titles import module_title
from admin.view import View, views


@dataclass(frozen=True)
class Item:
    """One entry."""

    title: Any
    icon: str
    url: str
    current: bool


@dataclass
class Group:
    """Entries under a heading; the first group has none."""

    title: str | None
    entries: list[Item] = field(default_factory=list)


def menu() -> list[Group]:
    """The groups in the order of the modules, administration last; once per request."""
    if "menu" not in g:
        g.menu = _build()
    return g.menu


def _build() -> list[Group]:
    groups: dict[str | None, Group] = {
        None: Group(None, [Item(_("Home"), "home", url_for("admin.index"), _at("admin"))])
    }
    for view in views():
        if view.in_menu and view.is_accessible():
            title = _group_of(view)
            item = Item(view.title, view.icon, view.link(), _at(view.endpoint))
            groups.setdefault(title, Group(title)).entries.append(item)
    last = groups.pop(_("Administration"), None)
    return [*groups.values(), *([last] if last else [])]


def _at(endpoint: str) -> bool:
    return (request.endpoint or "").partition(".")[0] == endpoint


def _group_of(view: View) -> str:
    """Its own heading, else the title of its module, else administration."""
    if view.menu_group is not None:
        return str(view.menu_group)
    return module_title(view.plugin or "core")
