"""Why this date: the reckoning tells every day once, and what it tells leads to the date."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.work.clocks.calendar import OFF, Decree, Feast, WorkCalendar
from core.work.clocks.clock import Promise
from core.work.clocks.replay import Event, replay
from core.work.clocks.story import (
    CHANGED,
    COUNTED,
    DUE,
    FROM,
    HOURS,
    PAUSED,
    RECEIVED,
    SKIPPED,
    STOPPED,
    TOO_LATE,
    explain,
)

SEVEN = ((8 * 60, 15 * 60),)
WEEK = (SEVEN, SEVEN, SEVEN, SEVEN, (), (), SEVEN)
CAIRO = ZoneInfo("Africa/Cairo")
FEAST = Feast(date(2026, 6, 8), "عيد", "Feast")
CALENDAR = WorkCalendar("Africa/Cairo", WEEK, 14 * 60, feasts=(FEAST,))


def at(day, hour=10, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=CAIRO)


def kinds(lines):
    return [line.kind for line in lines]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40000), st.integers(1, 12), st.sets(st.integers(0, 40), max_size=8))
def test_every_day_from_receipt_to_the_due_day_is_told_once(minutes, promised, off):
    decrees = tuple(
        Decree(str(n), "r", day, day, OFF) for n in off for day in [date(2026, 6, 1) + timedelta(days=n)]
    )
    calendar = WorkCalendar("Africa/Cairo", WEEK, 14 * 60, feasts=(FEAST,), decrees=decrees)
    events = [Event("start", at(1, 0) + timedelta(minutes=minutes), promise=Promise(days=promised))]
    lines = explain(events, calendar)
    days = [line.day for line in lines if line.kind in (TOO_LATE, FROM, COUNTED, SKIPPED)]
    due = replay(events, calendar).due_at
    first, last = calendar.local_day(events[0].at), calendar.local_day(due)
    assert days == [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [line.number for line in lines if line.kind == COUNTED] == list(range(1, promised + 1))
    assert all(line.reasons for line in lines if line.kind == SKIPPED)
    assert (lines[0].kind, lines[-1].kind, lines[-1].at) == (RECEIVED, DUE, due)


def test_a_pause_tells_what_it_added_who_caused_it_and_the_days_off_within():
    events = [
        Event("start", at(2), promise=Promise(days=1)),
        Event("pause", at(2, 12), cause="ask", actor_id=7),
        Event("resume", at(4, 12), cause="hear"),
        Event("stop", at(7), cause="approve", actor_id=9),
    ]
    lines = explain(events, CALENDAR)
    pause = next(line for line in lines if line.kind == PAUSED)
    assert (pause.amount, pause.cause, pause.actor_id) == (2, "ask", 7)
    assert pause.due == at(7, 15)
    after = lines[lines.index(pause) :]
    assert [line.day.day for line in after if line.kind == SKIPPED] == [5, 6]
    assert (lines[-1].kind, lines[-1].actor_id) == (STOPPED, 9)


def test_a_changed_promise_and_an_emergency_are_told():
    events = [
        Event("start", at(2), promise=Promise(days=1)),
        Event("promise", at(3), cause="core.category", promise=Promise(hours=6)),
        Event("pause", at(2, 11)),
    ]
    lines = explain(events, CALENDAR)
    assert kinds(lines) == [RECEIVED, CHANGED, HOURS, PAUSED, DUE]
    assert lines[-1].at == at(2, 16)


def test_nothing_is_told_of_a_clock_that_never_started():
    assert explain([], CALENDAR) == []
    assert kinds(explain([Event("start", at(2))], CALENDAR)) == [RECEIVED]
