"""Keys by which other programs come in: each for one door, in one governorate, for one unit.

A key is shown when it is issued and never again: what is kept is a keyed hash under the governorate's
own key, so that neither the key nor a copied row is worth anything on another mount (trust.md, rows 1, 64).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from core.data.base import db
from core.data.time import now
from core.data.visibility import Shared
from core.errors import Invalid, NotFound
from core.governorates.freezing import Frozen
from core.keys import derive
from core.people.limits import writing
from core.people.sign_in import is_demo
from core.people.units import Unit

LONGEST_NAME, LONGEST_KEY = 40, 200
NOTE_EVERY = timedelta(minutes=1)
"""The last use is noted at most so often."""


class MachineKey(Shared, db.Model):
    """A key for the door `door` ("open311"); what comes in by it belongs to the unit.

    `demo` marks a published key, which opens demonstration data only. A revoked key stays listed,
    because records name it.
    """

    __tablename__ = "core_machine_key"
    __unaudited__ = ("last_used_at",)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    door: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id"))
    demo: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()


@dataclass(frozen=True)
class Machine:
    """The program that this request comes from: its key's id and name, and the unit it brings things to."""

    key_id: int
    name: str
    unit_id: int


def issue(session: Session, name: str, door: str, unit: Unit, *, demo: str | None = None) -> str:
    """A new key called `name`; the caller commits. Returns the key, which nobody can read again.

    `demo` is the text of a published key. Raises Invalid for a name that is taken, empty or too long.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(_("A key needs a name of at most %(most)d characters.", most=LONGEST_NAME))
    if session.scalar(select(MachineKey.id).where(MachineKey.name == name)) is not None:
        raise Invalid(_("There is a key called “%(name)s” already.", name=name))
    key = demo or secrets.token_urlsafe(24)
    session.add(MachineKey(name=name, door=door, unit=unit, key_hash=_hash(door, key), demo=demo is not None))
    session.flush()
    return key


def revoke(session: Session, name: str) -> MachineKey:
    """End the key called `name` at once; the caller commits. Raises NotFound if none is in force."""
    good = (MachineKey.name == name.strip(), MachineKey.revoked_at.is_(None))
    found = session.scalar(select(MachineKey).where(*good))
    if found is None:
        raise NotFound(_("No key called “%(name)s” is in force.", name=name))
    found.revoked_at = now()
    return found


def find_machine(session: Session, door: str, typed: str) -> Machine | None:
    """Whose key `typed` is, if it is in force for this door here; its use is noted.

    Call it before the request writes: its reading is ended where the use is written.
    """
    if not typed or len(typed) > LONGEST_KEY:
        return None
    good = (MachineKey.key_hash == _hash(door, typed), MachineKey.revoked_at.is_(None))
    key = session.scalar(select(MachineKey).where(MachineKey.door == door, *good))
    if key is None or (key.demo and not is_demo()):
        return None
    machine, used = Machine(key.id, key.name, key.unit_id), key.last_used_at
    if used is None or now() - used > NOTE_EVERY:
        _note_use(machine.key_id)
    return machine


def _note_use(key_id: int) -> None:
    """Not while the governorate is frozen: who only reads comes in all the same."""
    table: Any = MachineKey.__table__
    with suppress(Frozen), writing() as connection:
        connection.execute(update(table).where(table.c.id == key_id).values(last_used_at=now()))


def _hash(door: str, key: str) -> str:
    """HMAC-SHA-256 under the governorate's key, 64 hexadecimal digits."""
    text = f"{door}:{key}".encode("utf-8", "replace")
    return hmac.new(derive(g.binding.code, "machine-key"), text, hashlib.sha256).hexdigest()
