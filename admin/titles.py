"""What modules and kinds of records are called, where only their id or label is stored."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from admin.view import views

WORDS: dict[str, Any] = {
    "core.membership": lazy_gettext("Roles of users"),
    "core.message": lazy_gettext("Messages to citizens"),
    "core.decree": lazy_gettext("Working calendar"),
    "core.access": lazy_gettext("Rights"),
    "core.plugin": lazy_gettext("Modules"),
    "core.transition": lazy_gettext("Steps of records"),
    "core.note": lazy_gettext("Notes"),
    "core.attachment": lazy_gettext("Attached files"),
    "core.number": lazy_gettext("Number series"),
    "core.setting": lazy_gettext("Settings"),
    "core.clock": lazy_gettext("Deadlines"),
    "core.clock_event": lazy_gettext("Story of deadlines"),
}
"""Kinds of records that have no list of their own."""


def module_title(id: str) -> str:  # noqa: A002 - a module's name in code is its id
    """The title of a module in the reader's language; core's is what its menu is headed by."""
    return _("Administration") if id == "core" else str(current_app.extensions["diwan"].title(id))


def record_title(label: str) -> str:
    """What records of the model `label` are called: as their screen is, or by WORDS; else the label."""
    for view in views():
        if getattr(view, "label_name", None) == label:
            return str(view.title)
        if label in getattr(view, "parts", ()):
            return str(view.parts[label])
    return str(WORDS.get(label, label))
