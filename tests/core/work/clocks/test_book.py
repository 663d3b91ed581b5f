"""The engine keeps the book of clocks: by states alone, for one record as for many, and for good."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from core.data.scope import Scope
from core.data.time import freeze
from core.data.visibility import attached, cleared
from core.errors import Invalid, NotFound, NotPossible
from core.governorates.present import engines, present, served
from core.work.append_only import CLOCK_EVENTS, lifted
from core.work.bulk import transition_many
from core.work.clocks.calendar import OFF, Decree
from core.work.clocks.listing import in_time, late, stopped_late
from core.work.clocks.office import Hours, hours_of, issue, keep_hours, present_calendar, withdraw
from core.work.clocks.replay import replay
from core.work.clocks.rows import change_calendar, renew, told
from core.work.clocks.tables import CalendarSnapshot, ClockEvent, ClockRow
from core.work.history import History, import_history
from core.work.notes import add_note
from core.work.refusals import allow_bulk
from core.work.transition import transition

CAIRO = ZoneInfo("Africa/Cairo")
STEPS = {
    "take": "EXM",
    "reply": "FOC",
    "approve": "REV",
    "ask": "SYS",
    "hear": "SYS",
    "close": "SYS",
    "drop": "SYS",
}
FORMS = {"reply": {"text": "Done", "outcome": "REMOVED"}}


def at(month, day, hour=10, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=CAIRO)


def acting(action):
    if STEPS[action] == "SYS":
        return Scope.of_system()
    return Scope(roles=frozenset({STEPS[action]}), whole=True, level=1)


def petition(desk, session, title="A lamp is broken", moment=None):
    from plugins.desk.models import Petition

    row = Petition(title=title, unit_id=desk.unit, received_at=moment or at(6, 3))
    session.add(row)
    session.flush()
    return row


def move(record, action, moment):
    with freeze(moment):
        transition(record, action, FORMS.get(action), scope=acting(action))


def shown(session, record):
    session.expire_all()
    return session.scalars(attached(ClockRow, record)).one_or_none()


def events(session, record):
    return [
        (e.kind, e.at, e.cause) for e in session.scalars(attached(ClockEvent, record).order_by(ClockEvent.id))
    ]


def always_equal(session):
    """Every row is what replaying its events by its own calendar gives."""
    calendar = present_calendar(session)
    for row in session.scalars(cleared(select(ClockRow))):
        mine = select(ClockEvent).where(ClockEvent.record_id == row.record_id).order_by(ClockEvent.id)
        told = [event.value() for event in session.scalars(cleared(mine))]
        kept = session.get(CalendarSnapshot, row.calendar)
        found = replay(told, calendar if kept is None else calendar.read(kept.content))
        assert (kept is None) == (row.stopped_at is None)
        assert (row.due_at, row.promised_at, row.paused_at, row.stopped_at, row.started_at) == (
            found.due_at, found.promised_at, found.paused_at, found.stopped_at, found.started_at
        )  # fmt: skip
    return True


def test_states_start_pause_resume_and_stop_the_clock_and_nothing_else_does(desk):
    with desk.session() as session:
        row = petition(desk, session)
        assert shown(session, row) is None
        move(row, "take", at(6, 3, 13))
        started = shown(session, row)
        assert (started.started_at, started.due_at) == (at(6, 3), at(6, 8, 15))
        with freeze(at(6, 3, 14)):
            add_note(row, "A comment moves no clock.")
            transition(row, "remark", {"reason": "fine"}, scope=acting("take"))
            session.flush()
        assert shown(session, row).due_at == at(6, 8, 15)
        move(row, "ask", at(6, 4, 13))
        assert shown(session, row).paused_at == at(6, 4, 13)
        move(row, "hear", at(6, 7, 10))
        move(row, "reply", at(6, 7, 11))
        assert shown(session, row).due_at == at(6, 9, 12)
        move(row, "approve", at(6, 8))
        move(row, "close", at(6, 9))
        session.commit()
        assert shown(session, row).stopped_at == at(6, 8)
        assert [kind for kind, _at, _cause in events(session, row)] == ["start", "pause", "resume", "stop"]
        assert [cause for _kind, _at, cause in events(session, row)] == ["take", "ask", "hear", "approve"]
        assert always_equal(session)


def test_a_transition_that_is_undone_leaves_no_event(desk):
    with desk.session() as session:
        row = petition(desk, session, "late refusal")
        move(row, "take", at(6, 3))
        with pytest.raises(NotPossible):
            move(row, "reply", at(6, 4))
        session.commit()
        assert [kind for kind, *_ in events(session, row)] == ["start"]


def test_many_at_once_leave_what_one_by_one_leaves(desk):
    with desk.session() as session:
        one, two, three = (petition(desk, session, title) for title in ("one", "urgent two", "rumour"))
        move(one, "take", at(6, 3, 12))
        with freeze(at(6, 3, 12)):
            transition_many("desk.petition", [two.id, three.id], "take", scope=acting("take"))
        for action, moment in (("ask", at(6, 4)), ("drop", at(6, 7))):
            with freeze(moment):
                transition_many("desk.petition", [one.id, two.id, three.id], action, scope=acting(action))
        session.commit()
        assert events(session, one) == events(session, two) == events(session, three)
        assert shown(session, two).due_at == at(6, 3, 16)
        assert shown(session, three).due_at is None
        assert always_equal(session)


def test_a_server_whose_watch_is_slow_enters_nothing_before_the_last_event(desk):
    with desk.session() as session:
        row = petition(desk, session)
        move(row, "take", at(6, 3, 12))
        move(row, "ask", at(6, 4, 12))
        move(row, "hear", at(6, 4, 11, 59))
        session.commit()
        assert [moment for _kind, moment, _cause in events(session, row)][1:] == [at(6, 4, 12)] * 2
        assert shown(session, row).due_at == at(6, 8, 15)


def test_a_record_received_after_it_was_taken_starts_when_it_was_taken(desk):
    with desk.session() as session:
        row = petition(desk, session, moment=at(6, 7))
        move(row, "take", at(6, 3, 12))
        assert shown(session, row).started_at == at(6, 3, 12)


def test_the_database_keeps_every_event(desk, ground):
    with desk.session() as session:
        row = petition(desk, session)
        move(row, "take", at(6, 3, 12))
        session.commit()
        move(petition(desk, session, "another"), "take", at(6, 3, 12))
        session.commit()
    with ground.app.app_context():
        engine = engines().get(desk.code, served(desk.code).url)
    one = ClockEvent.__table__.c.record_id == row.id
    changes = [update(ClockEvent.__table__).values(kind="stop"), delete(ClockEvent.__table__)]

    def refused():
        for change in changes:
            with engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added to"):
                connection.execute(change)

    refused()
    with engine.begin() as connection, lifted(connection, CLOCK_EVENTS):
        connection.execute(delete(ClockEvent.__table__).where(one))
    with desk.session() as session:
        assert session.scalar(cleared(select(func.count()).select_from(ClockEvent))) == 1
    refused()


def test_a_late_decree_moves_what_is_open_and_nothing_that_is_closed(desk):
    """Reference 2.2, rule 4."""
    with desk.session() as session:
        still, done = petition(desk, session, "open"), petition(desk, session, "done")
        for row in (still, done):
            move(row, "take", at(6, 3, 12))
        move(done, "reply", at(6, 7))
        move(done, "approve", at(6, 8))
        session.commit()
        before = shown(session, done).calendar
        decree = Decree("55", "Mourning", date(2026, 6, 4), date(2026, 6, 4), OFF)
        with freeze(at(6, 9)):
            row = issue(session, decree)
            assert renew(session) == 1
            assert renew(session) == 0
        session.commit()
        assert shown(session, still).due_at == at(6, 9, 15)
        assert (shown(session, done).due_at, shown(session, done).calendar) == (at(6, 8, 15), before)
        found = told(done, "answer")
        assert found.reading.due_at == at(6, 8, 15)
        assert not found.calendar.decrees
        assert always_equal(session)
        for wrong in ("", "w" * 301):
            with pytest.raises(Invalid):
                change_calendar(session, partial(withdraw, session, row.id, wrong))
        assert change_calendar(session, partial(withdraw, session, row.id, "Entered for the wrong day")) == 1
        assert shown(session, still).due_at == at(6, 8, 15)
        with pytest.raises(NotFound):
            withdraw(session, row.id, "again")


def test_closed_records_share_one_snapshot_of_equal_content(desk):
    with desk.session() as session:
        rows = [petition(desk, session, f"no. {n}") for n in range(5)]
        for action, moment in (("take", at(6, 3, 12)), ("ask", at(6, 4)), ("drop", at(6, 7))):
            with freeze(moment):
                transition_many("desk.petition", [row.id for row in rows], action, scope=acting(action))
        session.commit()
        assert session.scalar(select(func.count()).select_from(CalendarSnapshot)) == 1


def test_other_hours_move_the_hour_and_a_week_without_work_is_refused(desk):
    with desk.session() as session:
        row = petition(desk, session)
        move(row, "take", at(6, 3, 12))
        usual = hours_of(session, present())
        assert usual == Hours.usual("EG")
        shorter = tuple(((480, 720),) if day else () for day in usual.week)
        keep_hours(session, Hours(shorter, (), 12 * 60))
        assert hours_of(session, present()).week == shorter
        renew(session)
        assert shown(session, row).due_at == at(6, 8, 12)
        for wrong in (
            Hours(((),) * 7, (), 840),
            Hours((((900, 480),),) * 7, (), 840),
            Hours((((480, 720), (700, 800)),) * 7, (), 840),
            Hours(usual.week, ((0, 1500),), 840),
            Hours(usual.week, (), 0),
        ):
            with pytest.raises(Invalid):
                keep_hours(session, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "holiday"}, {"number": " "}, {"reason": ""}, {"last": date(2026, 6, 3)},
        {"last": date(2027, 7, 1)}, {"kind": "hours"}, {"shifts": ((1, 2),)},
        {"kind": "hours", "shifts": ((600, 500),)},
        {"number": "1" * 61}, {"reason": "r" * 301},
    ],
)  # fmt: skip
def test_a_decree_that_says_nothing_is_refused(desk, wrong):
    sound = {"number": "1", "reason": "r", "first": date(2026, 6, 4), "last": date(2026, 6, 4), "kind": OFF}
    with desk.session() as session, pytest.raises(Invalid):
        issue(session, Decree(**sound | wrong))


def test_a_promise_that_changes_is_an_event_and_counts_from_the_start(desk):
    with desk.session() as session:
        row = petition(desk, session)
        move(row, "take", at(6, 3, 12))
        session.commit()
        with freeze(at(6, 7)):
            row.title = "A slow lamp is broken"
            session.commit()
        assert events(session, row)[-1] == ("promise", at(6, 7), "desk.petition")
        now = shown(session, row)
        assert (now.promise, now.due_at, now.promised_at) == ("10d", at(6, 17, 15), at(6, 8, 15))
        row.title = "A slow lamp is still broken"
        session.commit()
        assert len(events(session, row)) == 2
        move(row, "ask", at(6, 8))
        move(row, "drop", at(6, 9))
        row.title = "urgent"
        session.commit()
        assert shown(session, row).promise == "10d"
        assert always_equal(session)


def test_imported_records_have_the_clocks_of_their_dates(desk):
    with desk.session() as session:
        from plugins.desk.models import Petition

        def past(title, state):
            row = Petition(title=title, unit_id=desk.unit, received_at=at(2, 3))
            return row, History(state, "an older register")

        pairs = [
            past("a", "closed"),
            past("b", "examining"),
            past("undated", "answered"),
            past("c", "registered"),
            past("d", "waiting"),
        ]
        import_history(pairs)
        session.commit()
        a, b, undated, c, d = (shown(session, row) for row, _history in pairs)
        assert (a.due_at, a.stopped_at) == (at(2, 8, 15), at(2, 12))
        assert b.stopped_at is None
        assert b.due_at == at(2, 8, 15)
        assert undated is None
        assert c is None
        assert d.paused_at is not None
        assert events(session, pairs[0][0])[0] == ("start", at(2, 3), "imported")
        assert always_equal(session)


def test_lists_find_what_is_late(desk):
    with desk.session() as session:
        from plugins.desk.models import Petition

        names = ("late", "in time", "paused", "paused late", "stopped", "stopped late")
        rows = {name: petition(desk, session, name) for name in names}
        rows["in time"].received_at = at(6, 9)
        session.flush()
        for name, row in rows.items():
            move(row, "take", at(6, 9) if name == "in time" else at(6, 3))
        move(rows["paused"], "ask", at(6, 4))
        move(rows["paused late"], "ask", at(6, 9))
        for name, moment in (("stopped", at(6, 4)), ("stopped late", at(6, 9))):
            move(rows[name], "reply", at(6, 3, 12))
            move(rows[name], "approve", moment)

        def titles(condition):
            return set(session.scalars(select(Petition.title).where(condition)))

        assert titles(late(Petition, "answer", at(6, 10))) == {"late", "paused late"}
        assert titles(in_time(Petition, "answer", at(6, 10))) == {"in time", "paused"}
        assert titles(stopped_late(Petition, "answer")) == {"stopped late"}


def test_what_is_marked_stale_is_worked_out_anew(desk):
    with desk.session() as session:
        row, done = petition(desk, session), petition(desk, session, "done")
        for one in (row, done):
            move(one, "take", at(6, 3, 12))
        move(done, "ask", at(6, 4))
        move(done, "drop", at(6, 7))
        kept = shown(session, done).calendar
        blank = {"due_at": None, "promised_at": None, "calendar": ""}
        session.execute(cleared(allow_bulk(update(ClockRow.__table__).values(blank))))
        assert renew(session) == 2
        assert shown(session, row).due_at == at(6, 8, 15)
        assert shown(session, done).calendar == kept
        assert always_equal(session)


WAYS = {
    "registered": ("take",), "examining": ("ask", "reply"), "waiting": ("hear", "drop"),
    "review": ("approve",), "answered": ("close",), "closed": (),
}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_rows_are_always_what_the_events_say(desk, data):
    """Random walks through the workflow, with decrees and changed promises in between."""
    with desk.session() as session:
        row, moment = petition(desk, session, moment=datetime(2026, 4, 20, 8, tzinfo=UTC)), None
        moment = row.received_at
        for _step in range(data.draw(st.integers(1, 8))):
            moment += timedelta(minutes=data.draw(st.integers(0, 6000)))
            what = data.draw(st.sampled_from(["move", "move", "move", "decree", "promise"]))
            if what == "move" and WAYS[row.state]:
                move(row, data.draw(st.sampled_from(WAYS[row.state])), moment)
            elif what == "decree":
                day = date(2026, 4, 20) + timedelta(days=data.draw(st.integers(0, 30)))
                issue(session, Decree("9", "r", day, day + timedelta(days=1), OFF))
                renew(session)
            elif what == "promise":
                with freeze(moment):
                    row.title = data.draw(st.sampled_from(["urgent", "slow", "plain", "rumour"]))
                    session.commit()
        session.commit()
        assert always_equal(session)
