"""The outbox: a message is a row of the transaction that causes it, so neither exists without the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, String, Text, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core.data.base import db
from core.data.labels import label
from core.data.sealed import Sealed, SealedRow, sealed_column
from core.data.time import now
from core.data.visibility import Attached, attached, cleared
from core.language import N_

QUEUED, SENT, FAILED, WITHDRAWN = "queued", "sent", "failed", "withdrawn"
HELD = N_("It came back from a backup and may have been sent already.")
"""The error of a message that waits for an administrator's word."""


class Message(SealedRow, Attached, db.Model):
    """A message to somebody outside, about a record or about none.

    `effect_key` names the effect ("complaint 12 answered"): the same effect is queued once. Address
    and text are sealed; a `secret` text is erased as soon as its sending is proved. `next_at` is
    when the next attempt may begin; during one it is the end of the worker's lease.
    """

    __tablename__ = "core_message"
    __personal__ = ("subject",)
    __unaudited__ = ("attempts", "next_at", "error")

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    recipient_sealed: Mapped[bytes | None] = sealed_column()
    recipient = Sealed()
    subject: Mapped[str] = mapped_column(String(200), default="")
    body_sealed: Mapped[bytes | None] = sealed_column()
    body = Sealed()
    secret: Mapped[bool] = mapped_column(default=False)
    model: Mapped[str | None] = mapped_column(String(80))  # type: ignore[assignment]
    record_id: Mapped[int | None] = mapped_column()  # type: ignore[assignment]
    effect_key: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    next_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    proof: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(None, "model", "record_id", "id"),
        Index(None, "state", "next_at"),
    )


def queue(
    channel: str,
    to: str,
    subject: str,
    body: str,
    record: Any = None,
    effect_key: str = "",
    *,
    secret: bool = False,
) -> Message:
    """Put a message into the outbox of the present transaction; the worker sends it after the commit.

    A second call with the same `effect_key` (also from another process at the same time) returns
    the message that is there already. `secret` texts (a tracking secret) are erased after sending.
    """
    if not effect_key:
        raise ValueError("a message needs a key that names its effect")
    session = db.session()
    session.flush()
    known = _queued(effect_key)
    if known is not None:
        return known
    message = Message(channel=channel, subject=subject[:200], effect_key=effect_key, secret=secret)
    message.recipient, message.body = to, body
    if record is not None:
        message.model, message.record_id = label(record), record.id
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        known = _queued(effect_key)
        if known is None:
            raise
        return known
    return message


def withdraw_secrets(record: Any) -> None:
    """End the unsent messages about `record` that carry a secret, because a new secret replaces it.

    They are never sent, also not again, and their text is erased; the caller commits.
    """
    db.session.flush()
    carrying = attached(Message, record).where(Message.secret, Message.state.in_((QUEUED, FAILED)))
    for message in db.session.scalars(carrying.with_for_update()):
        if message.proof is None:
            message.state, message.body = WITHDRAWN, None


def hold_unsent(connection: Connection) -> tuple[int, int]:
    """Let nothing be sent of an outbox that comes from a backup: it may all have been sent since.

    Returns how many messages an administrator may send again, and how many are withdrawn because they
    carried a secret, which is erased. What was sent already and has only to be told goes on. Plain SQL, for
    the tables may be older than the code.
    """
    if not inspect(connection).has_table(Message.__tablename__):
        return 0, 0
    rows: Any = Message.__table__
    waiting = update(rows).where(rows.c.state == QUEUED, rows.c.proof.is_(None))
    erased = waiting.where(rows.c.secret).values(state=WITHDRAWN, body_sealed=None)
    held = waiting.where(~rows.c.secret).values(state=FAILED, error=HELD)
    withdrawn = connection.execute(erased).rowcount
    return connection.execute(held).rowcount, withdrawn


def _queued(effect_key: str) -> Message | None:
    return db.session.scalar(cleared(select(Message).where(Message.effect_key == effect_key)))
