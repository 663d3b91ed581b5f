"""Reading the data of a transition through its form, whoever asks: a page, the API, an import, a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.errors import Invalid


def read_form(form_class: type[Any] | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned values; raises Invalid (422) with the sentences per field.

    Without a form the data are taken as they are. CSRF is the page's business, not the engine's.
    """
    if form_class is None:
        return dict(data)
    form = form_class(formdata=_as_posted(data), meta={"csrf": False})
    if not form.validate():
        raise Invalid(_("Please correct what is marked."), dict(form.errors))
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


def _as_posted(data: Mapping[str, Any]) -> Any:
    """A mapping of Python values as a browser would have sent it."""
    if hasattr(data, "getlist"):
        return data
    posted: MultiDict[str, Any] = MultiDict()
    for name, value in data.items():
        for item in value if isinstance(value, (list, tuple, set)) else (value,):
            if item is not None and item is not False:
                posted.add(name, _text(item))
    return posted


def _text(value: Any) -> Any:
    if value is True:
        return "y"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else value if hasattr(value, "read") else str(value)
