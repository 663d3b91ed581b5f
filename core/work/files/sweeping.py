"""Files whose row never came, and rows whose file is gone."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.time import now
from core.data.visibility import cleared
from core.errors import Refused
from core.governorates.setting import REPLACED, Setting
from core.work.files.attachments import Attachment
from core.work.files.store import Kept, store

RIPE = timedelta(days=1)
"""Younger files may belong to a transaction that is still open."""


def orphans(session: Session, older_than: timedelta = RIPE) -> list[Kept]:
    """Files in the governorate's store that no row names. The store is read first: a row comes later."""
    before = now() - older_than
    kept = [file for file in store().files(session.info["governorate"]) if file.at < before]
    named = _named(session)
    return [file for file in kept if file.name not in named]


def lost(session: Session) -> list[str]:
    """Stored names that rows give and the store does not hold. The rows are read first."""
    named = _named(session)
    held = {file.name for file in store().files(session.info["governorate"])}
    return sorted(named - held)


def sweep(session: Session, older_than: timedelta = RIPE) -> list[Kept]:
    """Remove the orphans; returns them.

    Raises Refused while a replaced database is kept: files that only it names would be lost with them.
    """
    if kept := replaced(session):
        raise Refused(
            _(
                "Nothing was removed: files that only %(database)s names may be among them. Once that "
                "database is not needed any more, add --let-go.",
                database=kept,
            )
        )
    found = orphans(session, older_than)
    for file in found:
        store().delete(session.info["governorate"], file.name)
    return found


def replaced(session: Session) -> str | None:
    """The database in whose place a backup was restored, until it is let go."""
    return session.scalar(select(Setting.value).where(Setting.key == REPLACED))


def let_go(session: Session) -> None:
    """The replaced database, and files that only it names, are not needed any more; the caller commits."""
    if (known := session.get(Setting, REPLACED)) is not None:
        session.delete(known)


def _named(session: Session) -> set[str]:
    return set(session.scalars(cleared(select(Attachment.stored))))
