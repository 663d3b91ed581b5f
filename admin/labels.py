"""Words for the columns that many records have, so that a view names only what is its own."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

COMMON: dict[str, Any] = {
    "number": _("Number"),
    "code": _("Code"),
    "name": _("Name"),
    "name_ar": _("Name in Arabic"),
    "name_en": _("Name in English"),
    "title": _("Title"),
    "subject": _("Subject"),
    "body": _("Text"),
    "state": _("State"),
    "kind": _("Kind"),
    "unit": _("Unit"),
    "place": _("Place"),
    "category": _("Category"),
    "parent": _("Belongs to"),
    "active": _("In use"),
    "created_by": _("Entered by"),
    "created_at": _("Entered at"),
    "received_at": _("Received on"),
    "due_at": _("Due"),
    "closed_at": _("Closed on"),
    "at": _("When"),
    "username": _("User name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "language": _("Language"),
    "user": _("User"),
    "role": _("Role"),
    "post": _("Post"),
    "confidentiality": _("Confidentiality"),
}


def label(view: Any, name: str) -> Any:
    """Words for `name`: the view's own, the column's `info["label"]`, common ones, or the name itself."""
    if name in view.labels:
        return view.labels[name]
    column = view.model.__table__.columns.get(name) if hasattr(view.model, "__table__") else None
    if column is not None and "label" in column.info:
        return column.info["label"]
    for known in (name, name.removesuffix("_id"), name.partition(".")[0]):
        if known in view.labels or known in COMMON:
            return view.labels.get(known, COMMON.get(known))
    return name.removesuffix("_id").replace("_", " ").replace(".", " ").capitalize()
