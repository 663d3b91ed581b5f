"""The book of clocks: events are entered here, by the workflow engine alone, and the rows to list by follow.

Everything is done for many records at once: a select of events, an insert of events, an upsert of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.data.labels import model_by_label
from core.data.time import now
from core.data.visibility import cleared
from core.errors import NotPossible
from core.work.clocks.clock import Clock, Mode
from core.work.clocks.office import present_calendar
from core.work.clocks.replay import PAUSE, PROMISE, RESUME, START, STOP, Event, fitting, replay
from core.work.clocks.rows import CHUNK, lock_events, show
from core.work.clocks.tables import ClockEvent
from core.work.refusals import allow_bulk

NEXT: dict[tuple[Mode, Mode], tuple[str, ...]] = {
    ("", "running"): (START,),
    ("", "paused"): (START, PAUSE),
    ("running", "paused"): (PAUSE,),
    ("running", "stopped"): (STOP,),
    ("paused", "running"): (RESUME,),
    ("paused", "stopped"): (STOP,),
}
"""Events that lead from what a clock does to what it does in the new state; otherwise nothing happens."""


@dataclass(frozen=True)
class Entry:
    """Events to be entered for one record, with what its clock holds already."""

    record_id: int
    before: Sequence[Event]
    new: Sequence[Event]


def enter_moves(session: Session, workflow: Any, moves: Sequence[tuple[Any, str, str]], **by: Any) -> None:
    """Enter what transitions do to clocks; `moves` are (record, state before, state after).

    `by` says `at`, `cause` and `actor_id`. Called inside the transition's savepoint.
    """
    for clock in workflow.clocks:
        moved = [
            (record, clock.mode(after))
            for record, before, after in moves
            if clock.mode(after) and clock.mode(before) != clock.mode(after)
        ]
        for chunk in _chunks(moved):
            known = lock_events(session, workflow.model, clock.name, [record.id for record, _mode in chunk])
            entries = [
                Entry(record.id, known[record.id], _events(clock, record, mode, known[record.id], **by))
                for record, mode in chunk
            ]
            _write(session, workflow.model, clock, entries)


def enter_past(session: Session, workflow: Any, records: Sequence[Any], cause: str) -> None:
    """Enter the clocks of records that were imported in the state they had; one that is settled on an
    unknown day gets none, for nothing can be said of it."""
    for clock in workflow.clocks:
        entries = [Entry(record.id, (), _past(clock, workflow, record, cause)) for record in records]
        for chunk in _chunks([entry for entry in entries if entry.new]):
            _write(session, workflow.model, clock, chunk)


def enter_promises(
    session: Session, workflow: Any, ids: Collection[int], cause: str, actor: int | None
) -> None:
    """Enter the promise of those of the records whose open clocks held another one.

    Counted from the original start, with every pause that was.
    """
    cls = model_by_label(workflow.model)
    for clock in workflow.clocks:
        for chunk in _chunks(sorted(ids)):
            known = lock_events(session, workflow.model, clock.name, chunk)
            found = session.scalars(cleared(select(cls).where(cls.id.in_(chunk)))).unique()
            entries = [
                Entry(record.id, known[record.id], _promised(clock, record, known[record.id], cause, actor))
                for record in found
            ]
            _write(session, workflow.model, clock, [entry for entry in entries if entry.new])


def check_fits(before: Sequence[Event], new: Sequence[Event]) -> None:
    """Raises NotPossible for an event that contradicts those before it, or comes before the last of them."""
    kept, _mode = fitting(before)
    for event in new:
        if kept and event.at < kept[-1].at:
            raise NotPossible(
                _("The clock has moved on since: nothing can be entered before its last event.")
            )
        last = fitting([*kept, event])
        if len(last[0]) == len(kept):
            raise NotPossible(_("The clock cannot do this now: it contradicts its last event."))
        kept = last[0]


def _events(
    clock: Clock,
    record: Any,
    mode: Mode,
    before: Sequence[Event],
    at: datetime,
    cause: str,
    actor_id: int | None,
) -> list[Event]:
    """What leads to `mode`; never before the last event, though two servers' watches may differ."""
    kept, present = fitting(before)
    moment = max([at, *(event.at for event in kept)])
    made = []
    for kind in NEXT.get((present, mode), ()):
        if kind == START:
            began = min(clock.began(record), moment)
            made.append(Event(START, began, cause, clock.promise(record), actor_id))
        else:
            made.append(Event(kind, moment, cause, None, actor_id))
    return made


def _past(clock: Clock, workflow: Any, record: Any, cause: str) -> list[Event]:
    mode, began = clock.mode(getattr(record, workflow.column)), clock.began(record)
    if not mode:
        return []
    start = Event(START, began, cause, clock.promise(record))
    if mode != "stopped":
        return [start] if mode == "running" else [start, Event(PAUSE, max(began, now()), cause)]
    ended = clock.ended(record)
    return [start, Event(STOP, max(began, ended), cause)] if ended else []


def _promised(
    clock: Clock, record: Any, before: Sequence[Event], cause: str, actor: int | None
) -> list[Event]:
    kept, mode = fitting(before)
    if mode in ("", "stopped"):
        return []
    last = [event.promise for event in kept if event.kind in (START, PROMISE)][-1]
    promise = clock.promise(record)
    return [] if promise == last else [Event(PROMISE, max(now(), kept[-1].at), cause, promise, actor)]


def _write(session: Session, model: str, clock: Clock, entries: Sequence[Entry]) -> None:
    if not any(entry.new for entry in entries):
        return
    for entry in entries:
        check_fits(entry.before, entry.new)
    written = now()
    rows = [
        {
            "model": model,
            "record_id": entry.record_id,
            "clock": clock.name,
            "kind": event.kind,
            "at": event.at,
            "promise": str(event.promise) if event.promise else None,
            "cause": event.cause,
            "actor_id": event.actor_id,
            "recorded_at": written,
        }
        for entry in entries
        for event in entry.new
    ]
    session.execute(cleared(allow_bulk(insert(ClockEvent.__table__))), rows)
    calendar = present_calendar(session)
    shown = {entry.record_id: replay([*entry.before, *entry.new], calendar) for entry in entries if entry.new}
    show(session, model, clock.name, shown, calendar)


def _chunks(found: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]
