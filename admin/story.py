"""The timeline on a record's page, newest first, and the form of a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from admin.forms.fields import TextField
from admin.forms.form import Form
from core.data.base import db
from core.data.labels import label
from core.people.bilingual import name_column
from core.people.users import User
from core.work.chain import AuditRow
from core.work.diff import record_id
from core.work.notes import INTERNAL, LONGEST, PUBLIC
from core.work.timeline import Entry, timeline

LOOKS = {"moved": "move", "message": "message", "file": "file"}


@dataclass(frozen=True)
class Told:
    """One entry as the template shows it; `kind` is a class of the style sheet."""

    kind: str
    title: str
    who: str
    at: datetime
    text: str


class NoteForm(Form):
    """A note, for colleagues or for the citizen too."""

    body = TextField(
        _("Text"), [InputRequired(_("Write something.")), Length(max=LONGEST)], render_kw={"rows": 3}
    )
    visibility = RadioField(
        _("Who may read it"),
        [InputRequired()],
        choices=[SelectChoice(INTERNAL, _("Colleagues only")), SelectChoice(PUBLIC, _("The citizen too"))],
        default=INTERNAL,
    )


def story_of(view: Any, record: Any) -> list[Told]:
    """What happened to `record`, newest first."""
    return [_told(entry) for entry in reversed(timeline(record))]


@dataclass(frozen=True)
class LastChange:
    """Who saved a record last, and when."""

    who: str
    at: datetime


def last_change(record: Any) -> LastChange | None:
    """By the audit; only for who may open the record, whose timeline names people too."""
    mine = (AuditRow.model == label(record), AuditRow.record_id == record_id(record), AuditRow.op == "update")
    saved = select(AuditRow.actor_id, AuditRow.at).where(*mine).order_by(AuditRow.seq.desc()).limit(1)
    row = db.session.execute(saved).first()
    if row is None:
        return None
    who = db.session.scalar(select(name_column(User)).where(User.id == row.actor_id))
    return LastChange(who, row.at) if who else None


def _told(entry: Entry) -> Told:
    kind = LOOKS.get(entry.kind, "note-public" if entry.public else "note-internal")
    return Told(kind, entry.title, entry.who, entry.at, entry.text)
