"""What a process remembers about people, and how it learns that they changed.

`people_serial` is a random value in core_setting, renewed in the same transaction as any change of
users, roles, memberships, units or rights. A request reads it once; another value than the
remembered one means: forget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from core.data.scope import Scope
from core.governorates import setting
from core.governorates.setting import Setting

KEY = "people_serial"


@dataclass
class Generation:
    """Scopes by user id and roles by (verb, model), valid for one value of the serial."""

    serial: str
    scopes: dict[int, Scope] = field(default_factory=dict)
    rights: dict[tuple[str, str], frozenset[str]] | None = None


_remembered: dict[str, Generation] = {}


def serial_column() -> ScalarSelect[Any]:
    """The serial as a column, for a select that is made anyway; give its value to `note_serial`."""
    return select(Setting.value).where(Setting.key == KEY).scalar_subquery()


def note_serial(session: Session, serial: str | None) -> None:
    """Keep the serial for the rest of this session's work."""
    session.info["people_serial"] = serial or ""


def present_generation(session: Session) -> Generation:
    """What is remembered for the session's governorate now; at most one select a session."""
    if "people_serial" not in session.info:
        note_serial(session, session.scalar(select(serial_column())))
    serial, code = session.info["people_serial"], session.info["governorate"]
    known = _remembered.get(code)
    if known is None or known.serial != serial:
        known = _remembered[code] = Generation(serial)
    return known


def renew(session: Session) -> None:
    """Make every process forget, once this transaction commits."""
    note_serial(session, setting.renew(session, KEY))
