"""The few settings that a governorate's database keeps about itself."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.visibility import Shared

GOVERNORATE = "governorate"
"""Key of the code, so that a database cannot be served as another governorate's."""

REPLACED = "replaced_database"
"""Key of the address, without its password, of the database in whose place a backup was restored."""


class Setting(Shared, db.Model):
    """One named value of the governorate, for example its code or `module_serial`."""

    __tablename__ = "core_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def renew(session: Session, key: str) -> str:
    """Give a serial that other processes watch another value, once this transaction commits; returns it.

    It is random rather than counted: two changes at once, a rollback or a restored backup can never
    bring an old value back.
    """
    value = secrets.token_hex(8)
    session.merge(Setting(key=key, value=value))
    return value
