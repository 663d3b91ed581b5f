"""Files on a record's page: which there are, one given back, more added, one withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from admin.dates import digits
from admin.forms.files import FilesField, posted
from admin.forms.form import Form
from admin.workers import may_note, may_publish
from core.data.base import db
from core.data.scope import ORDINARY, scope_in
from core.errors import Invalid, NotAllowed, NotFound, Refused
from core.people.access import may_on
from core.people.bilingual import name_column
from core.people.users import User
from core.work import audit
from core.work.files.attachments import (
    LONGEST_REASON,
    Attachment,
    attach,
    attachments_of,
    find_attachment,
    withdraw,
)
from core.work.files.kinds import KINDS
from core.work.files.serving import is_picture, serve, serve_small
from core.work.notes import INTERNAL, PUBLIC

if TYPE_CHECKING:
    from admin.record_view import RecordView

GROUPS = {
    "image": lazy_gettext("Picture"),
    "pdf": "PDF",
    "office": lazy_gettext("Office document"),
    "text": lazy_gettext("Text file"),
}
READERS = {INTERNAL: lazy_gettext("Colleagues only"), PUBLIC: lazy_gettext("The citizen too")}
_GROUP_OF = {kind.media_type: kind.group for kind in KINDS}
KILO = 1024


class AttachForm(Form):
    """Files, and who may open them."""

    files = FilesField(lazy_gettext("Files"), [InputRequired(lazy_gettext("Choose a file."))])
    visibility = RadioField(
        lazy_gettext("Who may open them"),
        [InputRequired()],
        choices=[SelectChoice(code, words) for code, words in READERS.items()],
        default=INTERNAL,
    )


@dataclass(frozen=True)
class File:
    """One line; `small` is the address of a little picture, `withdraw` where this person may withdraw it."""

    name: str
    kind: Any
    size: str
    who: str
    at: Any
    public: bool
    url: str
    small: str | None
    withdraw: str | None


@dataclass
class Files:
    """What a record's page shows of its files; `form` is None for who may not add any."""

    rows: list[File]
    form: AttachForm | None
    url: str
    most: int = LONGEST_REASON
    sentence: str | None = None


def files_of(view: RecordView, record: Any) -> Files:
    """The files that the present person may open, and the form for who works on the record."""
    works, rows = may_note(record), attachments_of(record)
    names = _names(rows)
    may_all = may_on("write", record)
    shown = [_line(view, record, row, names, takes=may_all or (works and _is_own(row))) for row in rows]
    return Files(shown, attach_form(view, record) if works else None, view.link("attach", id=record.id))


def _line(view: RecordView, record: Any, row: Attachment, names: dict[int, str], *, takes: bool) -> File:
    place = {"id": record.id, "file": row.id}
    drawn = is_picture(row) and not _is_secret(record)  # a look at a confidential file is entered one by one
    who = gettext("The citizen") if row.from_citizen else names.get(row.author_id or 0, "")
    return File(
        row.file_name, GROUPS[_GROUP_OF.get(row.media_type, "text")], size(row.size), who, row.at,
        row.is_public, view.link("file", **place),
        view.link("small", **place) if drawn else None,
        view.link("withdraw", **place) if takes else None,
    )  # fmt: skip


def _names(rows: list[Attachment]) -> dict[int, str]:
    ids = {row.author_id for row in rows if row.author_id}
    found = db.session.execute(select(User.id, name_column(User)).where(User.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in found}


def _is_own(row: Attachment) -> bool:
    """Whether the present person added it."""
    return row.author_id is not None and row.author_id == scope_in(db.session()).actor_id


def _is_secret(record: Any) -> bool:
    return bool(getattr(record, "confidentiality", ORDINARY) > ORDINARY)


def size(count: int) -> str:
    """Bytes in words: "340 KB", "2.5 MB"."""
    kilo = max(1, round(count / KILO))
    if kilo < KILO:
        return gettext("%(count)s KB", count=digits(kilo))
    return gettext("%(count)s MB", count=f"{count / KILO / KILO:.1f}")


def attach_form(view: RecordView, record: Any, data: Any = None) -> AttachForm:
    """The form; without a choice of readers for who may not publish."""
    form = AttachForm(data)
    if not may_publish(view, record):
        form.visibility.choices = form.visibility.choices[:1]
    return form


def add(view: RecordView, record: Any) -> ResponseReturnValue:
    """Hang the posted files on the record and show it; with the sentence where they are refused."""
    if not may_note(record):
        raise NotAllowed(gettext("Your role does not permit files here."))
    form = attach_form(view, record, posted(AttachForm))
    if not form.validate():
        return _page(view, record, 422, form=form)
    try:
        added = attach(record, form.files.data, form.visibility.data)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        form.files.errors = [str(refused)]
        return _page(view, view.find(record.id), refused.status, form=form)
    if added:
        flash(gettext("The files were added."), "success")
    else:
        flash(gettext("These files hang here already; nothing was added."), "message")
    return redirect(view.link("record", id=record.id))


def give(view: RecordView, record: Any, key: int) -> Response:
    """The file, to be saved; of a confidential record with an entry in the audit."""
    found = find_attachment(record, key)
    if _is_secret(record) and request.method == "GET":
        audit.record("viewed", found)
    return serve(found)


def give_small(view: RecordView, record: Any, key: int) -> Response:
    """The little picture on the record's page; none of a confidential record, see `_line`."""
    if _is_secret(record):
        raise NotFound(gettext("There is nothing at this address, or it is not open to you."))
    return serve_small(find_attachment(record, key))


def take_away(view: RecordView, record: Any, key: int) -> ResponseReturnValue:
    """Withdraw a file for the posted reason: one's own, or any for who may write the record.

    A body that only moves it on takes away no proof that a citizen brought.
    """
    if not may_note(record):
        raise NotAllowed(gettext("Your role does not permit files here."))
    found = find_attachment(record, key)
    if not (may_on("write", record) or _is_own(found)):
        raise NotAllowed(gettext("Your role does not permit files here."))
    try:
        withdraw(found, request.form.get("reason", ""))
    except Invalid as refused:
        db.session.rollback()
        return _page(view, view.find(record.id), refused.status, sentence=str(refused))
    db.session.commit()
    flash(gettext("The file was withdrawn."), "success")
    return redirect(view.link("record", id=record.id))


def _page(
    view: RecordView, record: Any, status: int, *, form: AttachForm | None = None, sentence: str | None = None
) -> ResponseReturnValue:
    """The record's page with what was refused on it."""
    values = view.record_values(record)
    files: Files = values["page"].files
    files.form, files.sentence = form or files.form, sentence
    return view.show(view.record_template, **values), status
