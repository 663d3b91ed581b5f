"""Two people edit one record: what only one of them changed is taken, and both are shown where they meet.

A form carries what it was made from: of each field a digest and the words it was read as. So a posted
form is compared three ways, was, stored now, typed, and nobody is asked where the answer is plain.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from admin.display import comma, show
from admin.forms.relations import Looked
from admin.record_page import Heading
from admin.story import last_change

if TYPE_CHECKING:
    from admin.record_view import RecordView

BASE, KEEP = "row_base", "keep-"
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Change:
    """A field that is stored otherwise than typed; `mark` is the stored value's, lest an answer outlive it.

    `was` is None where the form did not say what it was made from.
    """

    name: str
    label: Any
    was: str | None
    theirs: Any
    mine: Any
    mark: str


class Merge:
    """A posted form beside the record as it is stored now.

    `taken` are fields that only somebody else changed: the form has their values now. `mine` were
    changed by this person alone. `open` were changed by both, and not answered on the merge page yet.
    """

    def __init__(self, view: RecordView, form: Any) -> None:
        self.view, self.base = view, _read_base(request.form.get(BASE, ""))
        self.taken: list[Change] = []
        self.mine: list[Change] = []
        self.open: list[Change] = []
        for name, field in form._fields.items():
            if not field.process_errors:  # what cannot be read is told at the field, as it was typed
                self._sort(name, field)

    def _sort(self, name: str, field: Any) -> None:
        theirs, mine = _digest(field.object_data), _digest(field.data)
        if theirs == mine:
            return
        was, words = self.base.get(name, (None, None))
        answer = request.form.get(f"{KEEP}{name}")
        told = _told(self.view, field, field.object_data), _told(self.view, field, field.data)
        change = Change(name, field.label.text, words, *told, mark=theirs)
        if mine == was or answer == f"{THEIRS}-{theirs}":
            self.taken.append(change)
            _put(field, field.object_data)
        elif theirs == was or answer == f"{MINE}-{theirs}":
            self.mine.append(change)
        else:
            self.open.append(change)


def inputs(view: RecordView, form: Any) -> list[tuple[str, str]]:
    """Hidden inputs of the form of a stored record: what it was made from."""
    if request.method == "POST":
        return [(BASE, request.form.get(BASE, ""))]
    base = {
        name: (_digest(field.object_data), _plain(_told(view, field, field.object_data)))
        for name, field in form._fields.items()
    }
    return [(BASE, json.dumps(base, separators=(",", ":"), ensure_ascii=False))]


def page(view: RecordView, record: Any, merge: Merge) -> ResponseReturnValue:
    """The merge page (409); it sends all that was typed again, with the answers."""
    asked = {f"{KEEP}{change.name}" for change in merge.open}
    kept = [(n, v) for n, v in request.form.items(multi=True) if n != "csrf_token" and n not in asked]
    name, cancel = Heading(view, record).name, view.link("record", id=record.id)
    html = view.show(
        "conflict.html",
        title=_("Two changes met: %(name)s", name=name),
        merge=merge,
        kept=kept,
        changed=last_change(record),
        cancel_url=cancel,
        crumbs=view.crumbs((name, cancel), (_("Two changes met"), None)),
    )
    return html, 409


def _put(field: Any, value: Any) -> None:
    """The stored value, as if it had been typed: that something must be there is asked of `raw_data`.

    An input draws what was typed, so that is what it would itself draw of the value.
    """
    field.data, field.raw_data = value, None
    written = field._value() if hasattr(field, "_value") else value
    field.raw_data = [""] if written in (None, "") else [str(written)]


def _told(view: RecordView, field: Any, value: Any) -> Any:
    if isinstance(field, Looked):
        return comma().join(field.titles_of(value)) or "—"
    choices = view.choices_of(field.name)
    return show(value if choices is None else dict(choices).get(value, value)) or "—"


def _plain(words: Any) -> str:
    return Markup(escape(words)).striptags() if isinstance(words, Markup) else str(words)  # noqa: S704


def _digest(value: Any) -> str:
    """Short fingerprint of a field's value as it is typed: a moment to the minute, empty as nothing."""
    if hasattr(value, "__mapper__"):
        value = value.id
    elif isinstance(value, datetime):
        value = value.replace(second=0, microsecond=0)
    elif isinstance(value, (list, tuple)):
        value = sorted(str(getattr(item, "id", item)) for item in value)
    plain = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()[:12]


def _read_base(text: str) -> dict[str, tuple[str, str]]:
    """By field: digest and words; whatever is not as `inputs` wrote it counts as not said."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        name: (str(pair[0]), str(pair[1]))
        for name, pair in pairs
        if isinstance(pair, list) and len(pair) == 2
    }
