"""What a governorate's database remembers about modules, and its few settings."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.visibility import Shared

INSTALLED, ENABLED, DISABLED = "installed", "enabled", "disabled"


class InstalledModule(Shared, db.Model):
    """A module whose tables exist here. `state` is installed (never switched on), enabled or disabled."""

    __tablename__ = "core_plugin"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    state: Mapped[str] = mapped_column(default=INSTALLED)
    installed_at: Mapped[datetime]
    enabled_at: Mapped[datetime | None]
    by: Mapped[int | None]
    """Id of the user who last changed the state; nobody for the command line."""


class Setting(Shared, db.Model):
    """One named value of the governorate, for example its code or `module_serial`."""

    __tablename__ = "core_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


GOVERNORATE, SERIAL = "governorate", "module_serial"


def bump_serial(session: Session) -> None:
    """Tell every worker, at its next request, that modules changed; commits with the caller's transaction.

    The value is random rather than counted: a database restored from a backup must differ, too.
    """
    row = session.scalar(select(Setting).where(Setting.key == SERIAL))
    if row is None:
        row = Setting(key=SERIAL, value="")
        session.add(row)
    row.value = secrets.token_hex(8)
