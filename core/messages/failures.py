"""Messages that were given up or that nobody will take: for those who look after the outbox.

Seen by the right on `core.message` alone, whatever the record: so nothing is told of a message but
where it got stuck; neither address, subject nor text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.data.time import now
from core.data.visibility import cleared
from core.errors import NotFound, NotPossible
from core.messages.channels import channels
from core.messages.outbox import FAILED, QUEUED, WITHDRAWN, Message


def failed(session: Session, *, before: int | None = None, limit: int = 40) -> Sequence[Any]:
    """Rows (id, channel, queued_at, attempts, error, model, record_id), the newest first.

    `before` is the id of the last one known.
    """
    shown = (Message.id, Message.channel, Message.queued_at, Message.attempts, Message.error)
    rows = select(*shown, Message.model, Message.record_id).where(Message.state == FAILED)
    if before is not None:
        rows = rows.where(Message.id < before)
    return session.execute(cleared(rows.order_by(Message.id.desc()).limit(limit))).all()


def send_again(session: Session, message_id: int) -> None:
    """Put a message that was given up back into the queue, all attempts before it; the caller commits.

    Raises NotPossible where a new secret has replaced its own, NotFound for any other: sent, waiting or none.
    """
    wanted = select(Message).where(Message.id == message_id, Message.state.in_((FAILED, WITHDRAWN)))
    message = session.scalar(cleared(wanted.with_for_update()))
    if message is not None and message.state == WITHDRAWN:
        raise NotPossible(_("This message is not sent any more: the secret in it was replaced or erased."))
    if message is None:
        raise NotFound(_("There is no such message among those that were not delivered."))
    message.state, message.attempts, message.next_at = QUEUED, 0, now()


def unserved(session: Session) -> dict[str, int]:
    """How many messages wait for a channel by which nothing is sent here, by channel."""
    waiting = select(Message.channel, func.count(Message.id).label("waiting")).where(
        Message.state == QUEUED, Message.channel.not_in(list(channels()))
    )
    rows = session.execute(cleared(waiting.group_by(Message.channel)))
    return {row.channel: row.waiting for row in rows}
