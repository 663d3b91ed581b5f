"""What is stored of clocks: events for good, closed records' calendars, and one row each to list by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.data.base import db
from core.data.time import now
from core.data.visibility import Attached, Shared
from core.work.clocks.clock import Promise
from core.work.clocks.replay import Event

STALE = ""
"""In place of a calendar's digest: to be worked out anew."""


class ClockEvent(Attached, db.Model):
    """An event of a clock. The database refuses to change or delete it (core.work.append_only).

    `at` is when it counts from, `recorded_at` when it was written; `cause` is the transition's action.
    """

    __tablename__ = "core_clock_event"
    __audited__ = False

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(80))
    clock: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    promise: Mapped[str | None] = mapped_column(String(10))
    cause: Mapped[str] = mapped_column(String(80), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> Event:
        """As the replay knows it."""
        return Event(self.kind, self.at, self.cause, Promise.read(self.promise), self.actor_id)


class ClockRow(Attached, db.Model):
    """What a clock shows, for lists and figures: always what replaying its events gives.

    `calendar` is the digest of the calendar it was worked out by: the present one while it is open, the
    frozen snapshot once it has stopped.
    """

    __tablename__ = "core_clock"
    __audited__ = False

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(80))
    clock: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    promise: Mapped[str | None] = mapped_column(String(10))
    promised_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    calendar: Mapped[str] = mapped_column(String(64), default=STALE)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """One row a clock of a record; by due date for what is late, by calendar for what must be renewed."""
        return (
            UniqueConstraint("model", "record_id", "clock"),
            Index(None, "model", "clock", "due_at"),
            Index(None, "stopped_at", "calendar"),
        )


class CalendarSnapshot(Shared, db.Model):
    """A calendar that closed records keep, once for all that share it."""

    __tablename__ = "core_calendar_snapshot"
    __audited__ = False

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(default=now)
