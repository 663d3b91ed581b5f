"""The rows by which clocks are listed: always what the events give, brought up to date in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, object_session

from core.data.labels import label
from core.data.time import now
from core.data.visibility import attached, cleared
from core.work.clocks.calendar import WorkCalendar
from core.work.clocks.office import present_calendar
from core.work.clocks.replay import Event, Reading, replay
from core.work.clocks.tables import STALE, CalendarSnapshot, ClockEvent, ClockRow
from core.work.refusals import allow_bulk

CHUNK = 1000
"""Records that are brought up to date by one batch of statements."""
KEYS = ("model", "record_id", "clock")


@dataclass(frozen=True)
class Told:
    """What a clock of a record shows, with the events and the calendar that it follows from."""

    reading: Reading
    events: list[Event]
    calendar: WorkCalendar


def change_calendar(session: Session, change: Callable[[], Any]) -> int:
    """Do what changes the calendar (keep_hours, issue or withdraw), and let every open clock move with it.

    Returns how many clocks; the caller commits. Raises what `change` raises.
    """
    change()
    return renew(session)


def renew(session: Session) -> int:
    """Work out anew what was worked out by another calendar; returns how many rows. The caller commits.

    After a decree or other hours: every open clock moves with them, a stopped one keeps its calendar.
    """
    calendar, count, last = present_calendar(session), 0, 0
    stale = or_(
        ClockRow.stopped_at.is_(None) & (ClockRow.calendar != calendar.digest), ClockRow.calendar == STALE
    )
    page = select(ClockRow.id, ClockRow.model, ClockRow.clock, ClockRow.record_id).where(stale)
    page = page.order_by(ClockRow.id).limit(CHUNK).with_for_update()
    while rows := session.execute(cleared(page.where(ClockRow.id > last))).all():
        count, last = count + len(rows), rows[-1].id
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in rows:
            groups[row.model, row.clock].append(row.record_id)
        for (model, clock), ids in groups.items():
            events = events_of(session, model, clock, ids)
            show(session, model, clock, {key: replay(events[key], calendar) for key in ids}, calendar)
    return count


def told(record: Any, clock: str) -> Told | None:
    """What a clock of `record` shows; None if it never started.

    `record` was loaded under the guard, so who holds it may see its clocks.
    """
    session = object_session(record)
    if session is None:
        return None
    rows = session.scalars(attached(ClockEvent, record).where(ClockEvent.clock == clock)).all()
    events = [row.value() for row in sorted(rows, key=lambda row: row.id)]
    calendar = present_calendar(session)
    found = replay(events, calendar)
    if found is None or found.mode != "stopped":
        return None if found is None else Told(found, events, calendar)
    digest = select(ClockRow.calendar).where(
        ClockRow.model == label(record), ClockRow.record_id == record.id, ClockRow.clock == clock
    )
    kept = session.get(CalendarSnapshot, session.scalar(cleared(digest)) or STALE)
    frozen = WorkCalendar.read(kept.content) if kept else calendar
    return Told(replay(events, frozen) or found, events, frozen)


def lock_events(session: Session, model: str, clock: str, ids: Sequence[int]) -> dict[int, list[Event]]:
    """The events of each record; its row stays locked, so that two who write wait for each other."""
    rows = select(ClockRow.id).where(ClockRow.model == model, ClockRow.clock == clock)
    session.execute(cleared(rows.where(ClockRow.record_id.in_(ids)).order_by(ClockRow.id).with_for_update()))
    return events_of(session, model, clock, ids)


def events_of(session: Session, model: str, clock: str, ids: Sequence[int]) -> dict[int, list[Event]]:
    """The events of each record, as they were written."""
    row = ClockEvent
    statement = select(row).where(row.model == model, row.clock == clock, row.record_id.in_(ids))
    found: dict[int, list[Event]] = defaultdict(list)
    for event in session.scalars(cleared(statement.order_by(row.id))):
        found[event.record_id].append(event.value())
    return found


def show(
    session: Session, model: str, clock: str, shown: Mapping[int, Reading | None], calendar: WorkCalendar
) -> None:
    """Bring the rows up to date, and keep the calendars of those that stopped."""
    frozen = {key: _frozen(one, calendar) for key, one in shown.items() if one and one.stopped_at}
    _keep(session, {kept.digest: kept for kept in frozen.values()})
    rows = [
        {
            "model": model,
            "record_id": key,
            "clock": clock,
            "started_at": one.started_at,
            "promise": str(one.promise) if one.promise else None,
            "promised_at": one.promised_at,
            "due_at": one.due_at,
            "paused_at": one.paused_at,
            "stopped_at": one.stopped_at,
            "calendar": frozen.get(key, calendar).digest,
        }
        for key, one in shown.items()
        if one is not None
    ]
    if rows:
        upsert = _dialect(session).insert(ClockRow.__table__)
        changes = {name: upsert.excluded[name] for name in rows[0] if name not in KEYS}
        statement = upsert.on_conflict_do_update(index_elements=KEYS, set_=changes)
        session.execute(cleared(allow_bulk(statement)), rows)


def _frozen(one: Reading, calendar: WorkCalendar) -> WorkCalendar:
    """The years that the record has to do with."""
    ends = [at for at in (one.stopped_at, one.due_at, one.promised_at) if at]
    return calendar.clip(calendar.local_day(one.started_at).year, calendar.local_day(max(ends)).year)


def _keep(session: Session, calendars: Mapping[str, WorkCalendar]) -> None:
    if not calendars:
        return
    known = set(
        session.scalars(select(CalendarSnapshot.digest).where(CalendarSnapshot.digest.in_(calendars)))
    )
    rows = [
        {"digest": digest, "content": kept.text(), "kept_at": now()}
        for digest, kept in calendars.items()
        if digest not in known
    ]
    if rows:
        statement = _dialect(session).insert(CalendarSnapshot.__table__).on_conflict_do_nothing()
        session.execute(cleared(allow_bulk(statement)), rows)


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
