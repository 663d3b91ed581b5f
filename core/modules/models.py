"""What a governorate's database remembers about modules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.visibility import Shared
from core.governorates.setting import renew

INSTALLED, ENABLED, DISABLED, UNINSTALLED = "installed", "enabled", "disabled", "uninstalled"


class InstalledModule(Shared, db.Model):
    """A module whose tables exist here. `state` is installed (never switched on), enabled or disabled.

    Of an uninstalled one only this row is left, and where its data went: `export` is the folder's name among
    the governorate's exports, `export_hash` the SHA-256 of its manifest.
    """

    __tablename__ = "core_plugin"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    state: Mapped[str] = mapped_column(default=INSTALLED)
    installed_at: Mapped[datetime]
    enabled_at: Mapped[datetime | None]
    by: Mapped[int | None]
    """Id of the user who last changed the state; nobody for the command line."""
    export: Mapped[str | None]
    export_hash: Mapped[str | None] = mapped_column(String(64))


SERIAL = "module_serial"


def bump_serial(session: Session) -> None:
    """Tell every worker, at its next request, that modules changed; commits with the caller's transaction."""
    renew(session, SERIAL)
