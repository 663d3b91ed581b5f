"""Clocks as a pure function of events and calendar, against a calculator that walks minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_clock import SlowCalendar, slow_due, slow_due_in_hours

from core.work.clocks.book import check_fits
from core.work.clocks.calendar import HOURS, OFF, WORKING, Decree, Feast, WorkCalendar
from core.work.clocks.clock import Promise
from core.work.clocks.replay import Event, fitting, replay

SEVEN = ((8 * 60, 15 * 60),)
WEEK = (SEVEN, SEVEN, SEVEN, SEVEN, (), (), SEVEN)
PLAIN = WorkCalendar("Africa/Cairo", WEEK, 14 * 60)
CAIRO = ZoneInfo("Africa/Cairo")
BASE = date(2026, 4, 15)
"""The clocks of Cairo change nine days later."""
THREE = Promise(days=3)


def at(month, day, hour=10, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=CAIRO)


def started(moment, promise=THREE, *more):
    return [Event("start", moment, promise=promise), *more]


shifts = st.sampled_from([SEVEN, ((540, 840),), ((480, 720), (780, 960)), ((600, 605),), ((300, 1320),)])
weeks = st.lists(st.one_of(st.just(()), shifts), min_size=7, max_size=7).filter(any).map(tuple)
days = st.integers(0, 30).map(lambda number: BASE + timedelta(days=number))


@st.composite
def decrees(draw):
    first, kind = draw(days), draw(st.sampled_from([OFF, WORKING, HOURS]))
    own = kind == HOURS or (kind == WORKING and draw(st.booleans()))
    return Decree(
        "1", "r", first, first + timedelta(days=draw(st.integers(0, 4))), kind, draw(shifts) if own else ()
    )


@st.composite
def calendars(draw):
    """The same calendar twice: core's, and the slow one's."""
    zone, week = draw(st.sampled_from(["Africa/Cairo", "Asia/Aden"])), draw(weeks)
    free, issued = draw(st.sets(days, max_size=6)), draw(st.lists(decrees(), max_size=4))
    cut_off = draw(st.sampled_from([600, 840, 1440]))
    fasting = draw(st.sampled_from([(), ((540, 840),)]))
    spans = ((BASE + timedelta(days=3), BASE + timedelta(days=12)),)
    feasts = tuple(Feast(day, "ع", "F") for day in sorted(free))
    fast = WorkCalendar(zone, week, cut_off, fasting, spans, feasts, tuple(issued))
    told = [(one.first, one.last, one.kind, one.shifts) for one in issued]
    return fast, SlowCalendar(zone, week, cut_off, free, told, fasting, spans)


@st.composite
def stories(draw):
    """When it was received, and pauses one after the other, on full minutes."""
    start = datetime.combine(BASE, datetime.min.time(), UTC) + timedelta(minutes=draw(st.integers(0, 20000)))
    marks = sorted(draw(st.lists(st.integers(0, 15000), max_size=6, unique=True)))
    moments = [start + timedelta(minutes=mark) for mark in marks[: len(marks) // 2 * 2]]
    return start, list(zip(moments[::2], moments[1::2], strict=True))


def events_of(start, promise, pauses):
    made = started(start, promise)
    for since, until in pauses:
        made += [Event("pause", since), Event("resume", until)]
    return made


@settings(max_examples=120, deadline=None)
@given(calendars(), stories(), st.integers(1, 5))
def test_the_due_moment_is_that_of_the_slow_calculator(both, story, promised):
    fast, slow = both
    start, pauses = story
    found = replay(events_of(start, Promise(days=promised), pauses), fast)
    assert found.due_at is not None
    expected = slow_due(slow, start, promised, pauses)
    assert expected - timedelta(minutes=1) < found.due_at <= expected


@settings(max_examples=80, deadline=None)
@given(stories(), st.integers(1, 48))
def test_an_emergency_runs_round_the_clock(story, hours):
    start, pauses = story
    found = replay(events_of(start, Promise(hours=hours), pauses), PLAIN)
    assert found.due_at == slow_due_in_hours(start, hours, pauses)


@settings(max_examples=60, deadline=None)
@given(calendars(), stories(), st.integers(1, 5), st.integers(1, 5))
def test_a_changed_promise_counts_from_the_original_start_with_every_pause(both, story, first, second):
    """GLPI 6902 and 15605: changing the SLA forgot the pending time."""
    calendar, _slow = both
    start, pauses = story
    events = events_of(start, Promise(days=first), pauses)
    changed = replay([*events, Event("promise", events[-1].at, promise=Promise(days=second))], calendar)
    assert changed.due_at == replay(events_of(start, Promise(days=second), pauses), calendar).due_at
    assert changed.promised_at == replay(events, calendar).promised_at
    assert (changed.first, changed.promise) == (Promise(days=first), Promise(days=second))


@settings(max_examples=60, deadline=None)
@given(calendars(), stories(), st.integers(1, 5))
def test_a_closed_record_reads_the_same_from_the_years_that_it_keeps(both, story, promised):
    calendar, _slow = both
    start, pauses = story
    events = events_of(start, Promise(days=promised), pauses)
    events.append(Event("stop", events[-1].at + timedelta(days=2)))
    found = replay(events, calendar)
    last = max(calendar.local_day(moment).year for moment in (found.due_at, found.stopped_at))
    kept = WorkCalendar.read(calendar.clip(calendar.local_day(start).year, last).text())
    assert replay(events, kept) == found


@settings(max_examples=60, deadline=None)
@given(calendars(), stories(), st.randoms())
def test_the_order_in_which_events_are_found_makes_no_difference(both, story, rng):
    calendar, _slow = both
    events = events_of(story[0], THREE, [(a, b) for a, b in story[1] if a > story[0]])
    mixed = events.copy()
    rng.shuffle(mixed)
    assert replay(mixed, calendar) == replay(events, calendar)


def test_a_pause_from_thursday_to_sunday_adds_exactly_the_work_between():
    """Reference 5.4, no. 2; GLPI 10594 and 14937: Thursday 13-15 and Sunday 8-10 are four hours of seven."""
    events = started(at(6, 3), THREE, Event("pause", at(6, 4, 13)), Event("resume", at(6, 7, 10)))
    assert replay(started(at(6, 3)), PLAIN).due_at == at(6, 8, 15)
    assert replay(events, PLAIN).due_at == at(6, 9, 12)


def test_a_pause_over_the_weekend_alone_adds_nothing():
    events = started(at(6, 3), THREE, Event("pause", at(6, 4, 15)), Event("resume", at(6, 7, 8)))
    assert replay(events, PLAIN).due_at == at(6, 8, 15)


def test_a_pause_before_counting_began_adds_nothing():
    """Received on Thursday afternoon, asked back and answered before Sunday's work began."""
    events = started(at(6, 4, 14, 30), THREE, Event("pause", at(6, 4, 14, 40)), Event("resume", at(6, 7, 8)))
    assert replay(events, PLAIN).due_at == replay(started(at(6, 7, 9)), PLAIN).due_at == at(6, 10, 15)


def test_while_it_stands_it_is_not_late_and_nothing_is_counted():
    """GLPI 24481: violated while pending. Zammad 3140: the citizen owes the reply."""
    found = replay(started(at(6, 3), THREE, Event("pause", at(6, 4))), PLAIN)
    assert (found.mode, found.paused_at) == ("paused", at(6, 4))
    assert not found.is_late(at(12, 1))


def test_what_was_late_before_it_was_paused_stays_late():
    events = started(at(6, 3), THREE, Event("pause", at(6, 14)), Event("resume", at(6, 21)))
    found = replay(events, PLAIN)
    assert found.due_at == at(6, 8, 15)
    assert found.is_late(at(6, 21))


def test_a_stopped_clock_counts_no_more():
    """Chatwoot 10178: the SLA went on counting after resolution."""
    found = replay(started(at(6, 3), THREE, Event("stop", at(6, 4))), PLAIN)
    assert found.mode == "stopped"
    assert not found.is_late(at(12, 1))
    late = replay(started(at(6, 3), THREE, Event("stop", at(6, 9))), PLAIN)
    assert late.is_late(at(6, 9))


def test_nothing_sets_a_clock_back():
    """DIGIT counted from the last edit: every comment restarted it."""
    again = started(at(6, 3), THREE, Event("start", at(6, 7), promise=THREE), Event("stop", at(6, 8)))
    more = [
        *again,
        Event("start", at(6, 9), promise=THREE),
        Event("resume", at(6, 10)),
        Event("pause", at(6, 11)),
    ]
    assert replay(more, PLAIN) == replay(started(at(6, 3), THREE, Event("stop", at(6, 8))), PLAIN)


def test_events_that_make_no_sense_are_passed_over():
    sound = started(at(6, 3), THREE, Event("pause", at(6, 4)), Event("resume", at(6, 7)))
    odd = [Event("pause", at(6, 2)), Event("resume", at(6, 3, 11)), Event("pause", at(6, 4, 11))]
    for mixed in permutations([*sound, *odd], 6):
        assert replay(mixed, PLAIN) == replay(sound, PLAIN)
    assert replay(odd, PLAIN) is None
    assert replay([], PLAIN) is None


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (Event("pause", at(6, 2)), "nothing can be entered before"),
        (Event("start", at(6, 4)), "cannot do this now"),
        (Event("resume", at(6, 4)), "cannot do this now"),
    ],
)
def test_events_out_of_order_or_against_each_other_are_refused_when_written(new, said):
    from core.errors import NotPossible

    with pytest.raises(NotPossible, match=said):
        check_fits(started(at(6, 3)), [new])


def test_writing_in_order_is_let_through_and_tells_where_the_clock_stands():
    story = [
        Event("pause", at(6, 4)),
        Event("promise", at(6, 4)),
        Event("resume", at(6, 7)),
        Event("stop", at(6, 8)),
    ]
    check_fits(started(at(6, 3)), story)
    assert fitting([*started(at(6, 3)), *story])[1] == "stopped"


def test_without_a_promise_there_is_no_due_date_until_one_is_made():
    found = replay(started(at(6, 3), None), PLAIN)
    assert found.due_at is None
    assert not found.is_late(at(12, 1))
    later = replay(started(at(6, 3), None, Event("promise", at(6, 7), promise=THREE)), PLAIN)
    assert later.promised_at == later.due_at == at(6, 8, 15)


def test_a_decree_that_comes_after_the_fact_moves_what_is_open():
    """The date first promised moves too: it is promised days that are counted, and the citizen is told a day."""
    late = Decree("55", "Mourning", date(2026, 6, 4), date(2026, 6, 4), OFF)
    moved = WorkCalendar("Africa/Cairo", WEEK, 14 * 60, decrees=(late,))
    assert replay(started(at(6, 3)), PLAIN).due_at == at(6, 8, 15)
    assert replay(started(at(6, 3)), moved).due_at == at(6, 9, 15)


def test_independent_clocks_do_not_overrule_each_other():
    """Zammad 5177: each clock is the replay of its own events."""
    first, second = started(at(6, 3)), started(at(6, 7), Promise(hours=4))
    assert replay(first, PLAIN).due_at == at(6, 8, 15)
    assert replay(second, PLAIN).due_at == at(6, 7, 14)
