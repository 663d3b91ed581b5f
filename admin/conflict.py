"""Two people edit one record: the second one is shown both versions and loses nothing.

A form carries the version it was made from (`row_version`, or a digest where a table has none)
and a digest of each field. So a stale form is known, and with it who changed what: a field that
only the other one changed is proposed as stored, one that only this one changed as typed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin.display import comma, show
from admin.forms.relations import Looked

if TYPE_CHECKING:
    from admin.record_view import RecordView

VERSION, BASE, KEEP = "row_version", "row_base", "keep-"


@dataclass(frozen=True)
class Clash:
    """A field whose stored and typed values differ."""

    name: str
    label: Any
    theirs: Any
    mine: Any
    mine_first: bool


@dataclass(frozen=True)
class Seen:
    """What the person saw when the form was made: the record's version and a digest of each field."""

    version: str
    base: dict[str, str]
    present: str

    @classmethod
    def of(cls, record: Any, form: Any) -> Seen:
        """From the posted form; for a new page, from the record."""
        stored = {name: _digest(field.object_data) for name, field in form._fields.items()}
        present = str(getattr(record, VERSION, None) or _digest(sorted(stored.items())))
        if request.method != "POST":
            return cls(present, stored, present)
        return cls(request.form.get(VERSION, ""), _read_base(request.form.get(BASE, "")), present)

    def unchanged(self) -> bool:
        """Whether the record is still as it was seen."""
        return self.version == self.present

    def inputs(self) -> list[tuple[str, str]]:
        """Hidden inputs of the form."""
        return [(VERSION, self.version), (BASE, json.dumps(self.base, separators=(",", ":")))]


def keep_theirs(form: Any, record: Any) -> None:
    """Where the merge page's answer was "as stored", put the stored value into the form."""
    for name, field in form._fields.items():
        if request.form.get(f"{KEEP}{name}") == "theirs":
            field.data, field.process_errors = field.object_data, ()
            field.raw_data = [""] if field.object_data in (None, "") else ["stored"]


def resolve(view: RecordView, record: Any, form: Any, seen: Seen) -> ResponseReturnValue | None:
    """The merge page; None if there is nothing to choose."""
    clashes = list(_clashes(view, form, seen))
    return page(view, record, form, clashes) if clashes else None


def page(view: RecordView, record: Any, form: Any, clashes: list[Clash] | None = None) -> ResponseReturnValue:
    """The merge page (409), made for the record as it is stored now."""
    fresh = view.form_of()(None, obj=record)
    if clashes is None:
        for name, field in form._fields.items():
            field.object_data = fresh[name].object_data
        clashes = list(_clashes(view, form, Seen("", {}, "")))
    stored = {name: _digest(field.object_data) for name, field in fresh._fields.items()}
    version = str(getattr(record, VERSION, None) or _digest(sorted(stored.items())))
    kept = [(n, v) for n, v in request.form.items(multi=True) if not _is_ours(n)]
    html = view.show(
        "conflict.html",
        title=_("Two changes met"),
        clashes=clashes,
        kept=[*kept, *Seen(version, stored, version).inputs()],
        cancel_url=view.link("record", id=record.id),
    )
    return html, 409


def _is_ours(name: str) -> bool:
    return name in (VERSION, BASE, "csrf_token") or name.startswith(KEEP)


def _clashes(view: RecordView, form: Any, seen: Seen) -> Any:
    for name, field in form._fields.items():
        theirs, mine = _digest(field.object_data), _digest(field.data)
        if theirs != mine:
            base = seen.base.get(name)
            told = _told(view, field, field.object_data), _told(view, field, field.data)
            yield Clash(name, field.label.text, *told, mine_first=theirs == base or mine != base)


def _told(view: RecordView, field: Any, value: Any) -> Any:
    if isinstance(field, Looked):
        return comma().join(field.titles_of(value)) or "—"
    choices = view.choices_of(field.name)
    return show(value if choices is None else dict(choices).get(value, value)) or "—"


def _digest(value: Any) -> str:
    """Short fingerprint of a field's value; text is compared as it is typed, empty as nothing."""
    if hasattr(value, "__mapper__"):
        value = value.id
    elif isinstance(value, (list, tuple)):
        value = sorted(str(getattr(item, "id", item)) for item in value)
    plain = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()[:12]


def _read_base(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
