"""What happened to a record, in one order: transitions, notes, messages, files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from core.data.visibility import attached
from core.messages.outbox import FAILED, SENT, WITHDRAWN, Message
from core.people.bilingual import name_column
from core.people.units import Unit
from core.people.users import User
from core.work.files.attachments import Attachment, told_of
from core.work.history import IMPORTED
from core.work.moves import TransitionRow
from core.work.notes import PUBLIC, Note
from core.work.workflow import Workflow, workflow_of


@dataclass(frozen=True)
class Entry:
    """One line: `kind` is moved, note, message or file. `who` is a person and unit; for citizens the unit."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    who: str = ""
    public: bool = False


@dataclass(frozen=True)
class Names:
    """Names of the people and units that a timeline mentions."""

    people: dict[int, str]
    units: dict[int, str]

    def of(self, actor_id: int | None, unit_id: int | None) -> str:
        """`Name · Unit`, or what of it is known."""
        known = (self.people.get(actor_id or 0), self.units.get(unit_id or 0))
        return " · ".join(name for name in known if name)


def timeline(record: Any, audience: Literal["staff", "public"] = "staff") -> list[Entry]:
    """The record's story, oldest first, in the reader's language; six selects whatever its length.

    The public sees transitions, notes and files marked public and messages that were sent, with the unit
    and never a person's name; what a form held is for staff alone.
    """
    session = object_session(record)
    if session is None:
        return []
    moves, notes, messages = (
        session.scalars(attached(model, record)).all() for model in (TransitionRow, Note, Message)
    )
    files = told_of(record)
    people = {m.actor_id for m in moves} | {row.author_id for row in (*notes, *files)}
    people |= {file.withdrawn_by_id for file in files}
    units = {row.unit_id for row in (*moves, *notes, *files)}
    names = Names(_names(session, User, people if audience == "staff" else ()), _names(session, Unit, units))
    workflow = workflow_of(record)
    entries = [_move(move, workflow, names) for move in moves]
    entries += [_note(note, names) for note in notes]
    entries += [_message(message) for message in messages]
    entries += [entry for file in files for entry in _file(file, names)]
    if audience == "public":
        entries = [_for_citizen(entry) for entry in entries if entry.public]
    return sorted(entries, key=lambda entry: entry.at)


def _names(session: Session, model: Any, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = session.execute(select(model.id, name_column(model)).where(model.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _move(move: TransitionRow, workflow: Workflow | None, names: Names) -> Entry:
    step = workflow.transition(move.action) if workflow else None
    if move.action == IMPORTED:
        title, text = _("Taken over from %(source)s", source=move.data.get("source", "")), ""
    else:
        title = str(step.label) if step else move.action
        text = str(move.data.get(step.tells) or "") if step and step.tells else ""
    public = step.public if step else move.action == IMPORTED
    return Entry(move.at, "moved", title, text, names.of(move.actor_id, move.unit_id), public)


def _note(note: Note, names: Names) -> Entry:
    public = note.visibility == PUBLIC
    title = _("Note, also for the citizen") if public else _("Internal note")
    return Entry(note.at, "note", title, note.body, names.of(note.author_id, note.unit_id), public)


def _message(message: Message) -> Entry:
    if message.state == SENT:
        title, at = _("Message sent"), message.sent_at or message.queued_at
    elif message.state == FAILED:
        title, at = _("Message could not be delivered"), message.queued_at
    elif message.state == WITHDRAWN:
        title, at = _("Message withdrawn: its secret was replaced or erased"), message.queued_at
    else:
        title, at = _("Message waiting to be sent"), message.queued_at
    return Entry(at, "message", title, message.subject, public=message.state == SENT)


def _file(file: Attachment, names: Names) -> Iterator[Entry]:
    who, public = names.of(file.author_id, file.unit_id), file.is_public
    title = _("File from the citizen") if file.from_citizen else _("File added")
    yield Entry(file.at, "file", title, file.file_name, who, public)
    if file.withdrawn_at is not None:
        text = f"\u2068{file.file_name}\u2069: {file.withdrawn_reason}"
        yield Entry(
            file.withdrawn_at, "file", _("File withdrawn"), text, names.of(file.withdrawn_by_id, None)
        )


def _for_citizen(entry: Entry) -> Entry:
    """Without what staff wrote into forms; a public note keeps its text."""
    text = entry.text if entry.kind == "note" else ""
    title = _("Note") if entry.kind == "note" else entry.title
    return Entry(entry.at, entry.kind, title, text, entry.who, True)
