"""Attachments of any record: a row that says what the file is, beside the file in the store."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Connection, ForeignKey, String, event
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from core.data.base import db
from core.data.labels import label
from core.data.scope import ORDINARY, scope_in
from core.data.session import GovernorateSession
from core.data.time import now
from core.data.visibility import Attached, attached, level_on
from core.errors import Invalid, NotFound, NotPossible, Refused
from core.work.files.accepting import Accepted
from core.work.files.store import new_name, store
from core.work.notes import INTERNAL, PUBLIC

logger = logging.getLogger("diwan.files")
LONGEST_REASON = 300
PUT = "files_put"


class Attachment(Attached, db.Model):
    """A file of a record. `stored` is its name in the store, `sha256` of what lies there.

    `from_citizen` marks what the citizen brought or sent: it may show who they are, so of a
    confidential record only those see it who may know that. A withdrawn one stays, and is given to
    nobody any more.
    """

    __tablename__ = "core_attachment"
    __personal__ = ("file_name", "withdrawn_reason")

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored: Mapped[str] = mapped_column(String(32), unique=True)
    visibility: Mapped[str] = mapped_column(String(10), default=INTERNAL)
    from_citizen: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("core_unit.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))

    @property
    def is_public(self) -> bool:
        """Whether the citizen may open it: what is theirs, and what was meant for them."""
        return self.withdrawn_at is None and (self.from_citizen or self.visibility == PUBLIC)


def attach(
    record: Any, files: Iterable[Accepted], visibility: str = INTERNAL, *, from_citizen: bool = False
) -> list[Attachment]:
    """Store `files` and hang them on `record` by the session's actor; the caller commits.

    A file that hangs there already, whatever its name, is not stored twice. Raises Invalid (422) for
    an unknown visibility or too many files, Unavailable (503) if the store is away; a rollback takes
    what was stored away again.
    """
    session = object_session(record)
    if session is None:
        raise ValueError("only a record that was added to a session can have files")
    if visibility not in (INTERNAL, PUBLIC):
        raise Invalid(_("Choose who may open the file."))
    session.flush()
    session.refresh(record, with_for_update={"of": type(record)})
    present = {one.sha256 for one in session.scalars(attached(Attachment, record)) if not one.withdrawn_at}
    new = {file.sha256: file for file in files if file.sha256 not in present}
    most = current_app.config["DIWAN"].attachments_per_record
    if len(present) + len(new) > most:
        raise Invalid(
            ngettext("At most %(num)d file on a record.", "At most %(num)d files on a record.", most)
        )
    return [_keep(session, record, file, visibility, from_citizen=from_citizen) for file in new.values()]


def _keep(
    session: Session, record: Any, file: Accepted, visibility: str, *, from_citizen: bool
) -> Attachment:
    scope = scope_in(session)
    row = Attachment(
        model=label(record),
        record_id=record.id,
        file_name=file.name,
        media_type=file.kind.media_type,
        size=len(file.data),
        sha256=file.sha256,
        stored=new_name(),
        visibility=visibility,
        from_citizen=from_citizen,
        author_id=scope.actor_id,
        unit_id=scope.unit_id,
    )
    session.info.setdefault(PUT, []).append(row.stored)
    store().put(session.info["governorate"], row.stored, file.data)
    session.add(row)
    return row


def attachments_of(record: Any) -> list[Attachment]:
    """The record's files that the session's actor may open, oldest first."""
    return [row for row in told_of(record) if row.withdrawn_at is None]


def told_of(record: Any) -> list[Attachment]:
    """The same, and the withdrawn ones that the record's story still tells of."""
    session = object_session(record)
    if session is None:
        return []
    rows = session.scalars(attached(Attachment, record).order_by(Attachment.id))
    withheld = _withholds(session, record)
    return [row for row in rows if not (withheld and row.from_citizen)]


def find_attachment(record: Any, key: int) -> Attachment:
    """One of `attachments_of`; raises NotFound alike for what is missing, withdrawn or withheld."""
    found = next((row for row in attachments_of(record) if row.id == key), None)
    if found is None:
        raise NotFound(_("There is nothing at this address, or it is not open to you."))
    return found


def _withholds(session: Session, record: Any) -> bool:
    """Whether the actor may read this record but not know whose it is."""
    level = getattr(record, "confidentiality", ORDINARY)
    return level > ORDINARY and level > level_on(record, scope_in(session))


def withdraw(attachment: Attachment, reason: str) -> None:
    """Give the file to nobody any more, and say why; the caller commits.

    Nothing is deleted: the story and the audit go on naming it. Raises Invalid (422) without a reason.
    """
    text = " ".join(reason.replace("\x00", "").split())
    if not text or len(text) > LONGEST_REASON:
        raise Invalid(_("Say in a few words why the file is withdrawn."))
    if attachment.withdrawn_at is not None:
        raise NotPossible(_("This file was withdrawn already."))
    session = object_session(attachment)
    attachment.withdrawn_at, attachment.withdrawn_reason = now(), text
    attachment.withdrawn_by_id = scope_in(session).actor_id if session else None


@event.listens_for(GovernorateSession, "after_commit")
def keep_stored(session: Session) -> None:
    """Committed: what was stored stays. A connection that the session joined may still undo it."""
    if session.get_nested_transaction() is not None:
        return
    put = session.info.pop(PUT, [])
    if put and isinstance(outer := session.info["binding"].engine, Connection):
        code = session.info["governorate"]
        event.listen(outer, "rollback", lambda connection: _delete(code, put))


@event.listens_for(GovernorateSession, "after_rollback")
def take_back(session: Session) -> None:
    """Undone: no row will ever name what was stored."""
    if session.get_nested_transaction() is None:
        _delete(session.info.get("governorate", ""), session.info.pop(PUT, []))


def _delete(code: str, names: Iterable[str]) -> None:
    """As far as the store can be reached; what stays is found by the sweep."""
    for name in names:
        try:
            store().delete(code, name)
        except (Refused, OSError) as error:
            logger.warning("file %s could not be removed: %s", name, error)
