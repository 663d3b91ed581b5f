"""The small database that knows which governorates exist and where. It holds no citizen's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)

from core.data.columns import UtcDateTime
from core.data.sealed import open_with, seal_with
from core.data.time import now
from core.keys import ROOT, derive_from

metadata = MetaData()
governorate_table = Table(
    "governorate",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("name_ar", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("timezone", String(40), nullable=False),
    Column("phone_region", String(2), nullable=False),
    Column("host", String(200), unique=True),
    Column("url_sealed", LargeBinary, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Governorate:
    """One tenant: its ISO 3166-2 code, names, clock and the address of its database."""

    code: str
    country: str
    name_ar: str
    name_en: str
    timezone: str
    phone_region: str
    host: str | None
    url: str

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone; moments are stored in UTC and shown in this."""
        return ZoneInfo(self.timezone)

    def local(self, moment: datetime) -> datetime:
        """`moment` on this governorate's clock."""
        return moment.astimezone(self.zone)

    def name(self, language: str) -> str:
        """Its name in "ar" or "en"."""
        return self.name_ar if language == "ar" else self.name_en


class Registry:
    """Reads and writes the registry; every request asks it anew, so a change serves at once.

    URLs hold passwords, so they are sealed with a key derived from the installation's secret.
    """

    def __init__(self, engine: Engine, secret: str) -> None:
        self.engine = engine
        self._key = derive_from(secret, ROOT, "registry")

    def create(self) -> None:
        """Make the registry's table where it is missing; safe to repeat and to race."""
        if not inspect(self.engine).has_table(governorate_table.name):
            metadata.create_all(self.engine, checkfirst=True)

    def all(self) -> list[Governorate]:
        """Every governorate in order of code."""
        with self.engine.connect() as connection:
            return [self._read(r) for r in connection.execute(select(governorate_table).order_by("code"))]

    def get(self, code: str) -> Governorate | None:
        """The governorate with this code, or None."""
        return self._one(governorate_table.c.code == code)

    def at_host(self, host: str) -> Governorate | None:
        """The governorate that a host name belongs to, or None."""
        return self._one(governorate_table.c.host == host.lower())

    def add(self, governorate: Governorate) -> None:
        """Enter a governorate; raises sqlalchemy.exc.IntegrityError if code or host is taken."""
        values = {
            c.name: getattr(governorate, c.name) for c in governorate_table.c if hasattr(governorate, c.name)
        }
        values |= {"url_sealed": self._seal(governorate.code, governorate.url), "added_at": now()}
        with self.engine.begin() as connection:
            connection.execute(insert(governorate_table).values(values))

    def move(self, code: str, url: str) -> None:
        """Give a governorate another database; every process serves from there at its next request."""
        place = governorate_table.c.code == code
        with self.engine.begin() as connection:
            connection.execute(
                update(governorate_table).where(place).values(url_sealed=self._seal(code, url))
            )

    def remove(self, code: str) -> None:
        """Forget a governorate; its database is not touched."""
        with self.engine.begin() as connection:
            connection.execute(delete(governorate_table).where(governorate_table.c.code == code))

    def _one(self, where: Any) -> Governorate | None:
        with self.engine.connect() as connection:
            row = connection.execute(select(governorate_table).where(where)).one_or_none()
        return None if row is None else self._read(row)

    def _read(self, row: Any) -> Governorate:
        values = {k: v for k, v in row._mapping.items() if k not in ("url_sealed", "added_at")}
        return Governorate(**values, url=self._open(row.code, row.url_sealed))

    def _seal(self, code: str, url: str) -> bytes:
        return seal_with(self._key, url, f"registry.{code}")

    def _open(self, code: str, sealed: bytes) -> str:
        return open_with(self._key, sealed, f"registry.{code}")
