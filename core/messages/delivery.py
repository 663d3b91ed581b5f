"""Sending what is in the outbox: any number of workers, each message by one of them at a time.

A worker takes a message by moving its `next_at` into the future (a lease) and sends it outside of
any transaction, so that no lock is held while a server answers. If the worker dies in between,
the lease ends and the message is tried again: twice is possible then, lost is not. A repeated
mail has the same Message-ID.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.data.scope import Scope
from core.data.time import now
from core.data.visibility import cleared
from core.governorates.present import governorate_context, running_app
from core.messages.channel import Outgoing, Undeliverable
from core.messages.channels import channel_named
from core.messages.outbox import FAILED, QUEUED, SENT, Message

logger = logging.getLogger("diwan.messages")
LEASE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
ATTEMPTS = 12
"""With the pauses above that is about a day and a half."""
ADDRESS = re.compile(r"\S+@\S+")
NUMBER = re.compile(r"(\b[245]\d\d[ -][245]\.[0-7]\.\d{1,2}(?![.\d]))|\d(?:[ .()\[\]/-]{0,2}\d){6,}")
"""Seven digits or more, whichever they are and however grouped; a mail server's status (RFC 3463) stays."""


@dataclass
class Drained:
    """How many messages were sent, will be tried again, were given up."""

    sent: int = 0
    later: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Taken:
    """A message that this worker may send now; `attempt` tells whether it still is this worker's.

    With a `proof` it was sent already, and only the modules must still be told.
    """

    id: int
    attempt: int
    channel: str
    outgoing: Outgoing
    proof: str | None = None


def drain(code: str, limit: int = 500) -> Drained:
    """Send what is due in governorate `code`, at most `limit` messages; safe to run anywhere, any time."""
    app = running_app()
    drained = Drained()
    for _ in range(limit):
        taken = _take(app, code) if _is_due(app, code) else None
        if taken is None:
            break
        _deliver(app, code, taken, drained)
    return drained


def _is_due(app: Flask, code: str) -> bool:
    """Looked up without a lock, because most of the time there is nothing."""
    with governorate_context(app, code, Scope.of_system()) as session:
        return session.execute(cleared(_due())).first() is not None


def _due() -> Select[Message]:
    due = (Message.state == QUEUED) & (Message.next_at <= now())
    return select(Message).where(due).order_by(Message.next_at, Message.id).limit(1)


def _take(app: Flask, code: str) -> Taken | None:
    """Lease one due message that no other worker holds."""
    with governorate_context(app, code, Scope.of_system(), write=True) as session:
        row = session.scalar(cleared(_due()).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.attempts += 1
        row.next_at = now() + LEASE
        outgoing = Outgoing(row.recipient or "", row.subject, row.body or "", row.effect_key, code)
        taken = Taken(row.id, row.attempts, row.channel, outgoing, row.proof)
        session.commit()
        return taken


def _deliver(app: Flask, code: str, taken: Taken, drained: Drained) -> None:
    try:
        proof = taken.proof or channel_named(taken.channel).send(taken.outgoing)
    except Undeliverable as error:
        drained.failed += 1
        _note_failure(app, code, taken, str(error), final=True)
    except Exception as error:  # whatever a channel raises, the message is kept and tried again
        final = taken.attempt >= ATTEMPTS
        drained.failed, drained.later = drained.failed + final, drained.later + (not final)
        _note_failure(app, code, taken, f"{type(error).__name__}: {error}", final=final)
    else:
        drained.sent += 1
        _note_proof(app, code, taken, proof)


def _note_proof(app: Flask, code: str, taken: Taken, proof: str) -> None:
    """Record the proof, erase a secret, and tell the modules, in one transaction.

    While a module cannot take note, the message stays queued with its proof: told again, not sent again.
    """
    with governorate_context(app, code, Scope.of_system(), write=True) as session:
        row = _held(session, taken)
        if row is None:
            return
        row.state, row.sent_at, row.error = SENT, row.sent_at or now(), None
        row.proof = _without_address(proof, taken)
        if row.secret:
            row.body = None
        session.flush()
        _results, failures = app.extensions["diwan"].call("diwan_message_sent", message=row)
        if failures and taken.attempt < ATTEMPTS:
            row.state, row.next_at = QUEUED, now() + _pause(taken)
            row.error = f"sent, but module {failures[0][0]} could not note it"
        session.commit()


def _note_failure(app: Flask, code: str, taken: Taken, reason: str, *, final: bool) -> None:
    reason = NUMBER.sub(lambda found: found[1] or "…", _without_address(reason, taken))
    logger.warning("message %s in %s, attempt %s: %s", taken.id, code, taken.attempt, reason)
    with governorate_context(app, code, Scope.of_system(), write=True) as session:
        row = _held(session, taken)
        if row is None:
            return
        row.error = reason
        row.state = FAILED if final else QUEUED
        row.next_at = now() + _pause(taken)
        session.commit()


def _pause(taken: Taken) -> timedelta:
    return min(FIRST_PAUSE * 2 ** (taken.attempt - 1), LONGEST_PAUSE)


def _without_address(said: str, taken: Taken) -> str:
    """Servers repeat addresses and numbers in their answers; those are kept sealed only.

    A proof keeps its other numbers: by them a server finds again what it took.
    """
    number = taken.outgoing.to.strip().lstrip("+")
    return ADDRESS.sub("…", said.replace(number, "…") if number else said)[:400]


def _held(session: Session, taken: Taken) -> Message | None:
    """The row, unless the lease ran out and another worker took it over or settled it."""
    row = session.scalar(cleared(select(Message).where(Message.id == taken.id).with_for_update()))
    if row is None or row.attempts != taken.attempt or row.state != QUEUED:
        logger.warning("message %s was settled by another worker", taken.id)
        return None
    return row
