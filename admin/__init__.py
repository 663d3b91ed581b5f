"""The staff's screens: Flask-Admin made ours. Plugins import from here; the host loads it as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_admin import expose

from admin.clocks import due_cell
from admin.display import badge, ref
from admin.doors import door
from admin.figure_page import FigurePage
from admin.filters import Filter
from admin.forms import (
    AmountField,
    ChoiceField,
    CodeField,
    DayField,
    FilesField,
    Form,
    LineField,
    MomentField,
    NumberField,
    RelationField,
    RelationsField,
    TextField,
    posted,
)
from admin.page import Page
from admin.record_view import RecordView
from admin.sections import Section
from admin.view import is_ahead
from admin.waiting import Task, Tile, backlog, tile
from core.hooks import hookimpl

if TYPE_CHECKING:
    from flask import Blueprint, Flask

__all__ = [
    "AmountField",
    "ChoiceField",
    "CodeField",
    "DayField",
    "FigurePage",
    "FilesField",
    "Filter",
    "Form",
    "LineField",
    "MomentField",
    "NumberField",
    "Page",
    "RecordView",
    "RelationField",
    "RelationsField",
    "Section",
    "Task",
    "TextField",
    "Tile",
    "backlog",
    "badge",
    "door",
    "due_cell",
    "expose",
    "is_ahead",
    "posted",
    "ref",
    "tile",
]


@hookimpl
def diwan_blueprints() -> list[Blueprint]:
    """Files, the two switches, the first pages and the first administrator's link."""
    from admin.account import account
    from admin.home import home
    from admin.preferences import preferences
    from admin.static_files import files

    return [files, preferences, home, account]


@hookimpl
def diwan_start(app: Flask) -> None:
    """The staff's site."""
    from admin.site import build_site

    build_site(app)
