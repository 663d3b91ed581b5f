"""Notes on any record: for colleagues, or for the citizen too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, object_session

from core.data.base import db
from core.data.labels import label
from core.data.scope import scope_in
from core.data.time import now
from core.data.visibility import Attached
from core.errors import Invalid

INTERNAL, PUBLIC = "internal", "public"
LONGEST = 10_000


class Note(Attached, db.Model):
    """What somebody wrote about a record. It is not changed afterwards; another note corrects it."""

    __tablename__ = "core_note"
    __personal__ = ("body",)

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(10), default=INTERNAL)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("core_unit.id"))
    at: Mapped[datetime] = mapped_column(default=now)


def add_note(record: Any, body: str, visibility: str = INTERNAL) -> Note:
    """Add a note by the session's actor; the caller commits.

    Raises Invalid (422) for an empty or overlong text or an unknown visibility.
    """
    text = body.replace("\x00", "").strip()
    if not text:
        raise Invalid(_("The note is empty."), {"body": [_("Write something.")]})
    if len(text) > LONGEST:
        sentence = _("At most %(most)d characters.", most=LONGEST)
        raise Invalid(_("The note is too long."), {"body": [sentence]})
    if visibility not in (INTERNAL, PUBLIC):
        raise Invalid(_("Choose who may read the note."), {"visibility": [_("Choose one of the two.")]})
    session = object_session(record)
    if session is None:
        raise ValueError("only a record that was added to a session can have notes")
    session.flush()
    scope = scope_in(session)
    note = Note(
        model=label(record),
        record_id=record.id,
        body=text,
        visibility=visibility,
        author_id=scope.actor_id,
        unit_id=scope.unit_id,
    )
    session.add(note)
    return note
