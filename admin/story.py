"""The timeline on a record's page, newest first, and the form of a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from admin.forms.fields import TextField
from admin.forms.form import Form
from core.work.notes import INTERNAL, LONGEST, PUBLIC
from core.work.timeline import Entry, timeline

LOOKS = {"moved": "move", "message": "message"}


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


def _told(entry: Entry) -> Told:
    kind = LOOKS.get(entry.kind, "note-public" if entry.public else "note-internal")
    return Told(kind, entry.title, entry.who, entry.at, entry.text)
