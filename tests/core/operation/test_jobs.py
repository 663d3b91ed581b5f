"""What goes out leaves from the outbox at once, and what is down in one governorate stays there."""

from datetime import UTC, datetime, timedelta

import pytest
from huey.serializer import Serializer
from sqlalchemy import select

from core.config import Settings
from core.data.time import freeze, now
from core.data.visibility import cleared
from core.messages.outbox import Message, queue
from core.operation.jobs import Job, open_queue


def put(session, key):
    return queue("mail", "someone@example.org", "Subject", "body", effect_key=key)


def states(ground, code):
    with ground.session(code) as session:
        rows = session.execute(cleared(select(Message.effect_key, Message.state).order_by(Message.id)))
        return [tuple(row) for row in rows]


def test_a_commit_with_a_message_tells_the_worker_which_sends_it(ground, governorate, jobs):
    with ground.session(governorate) as session:
        put(session, "one")
        assert jobs.work() == [], "a released savepoint is no commit"
        put(session, "two")
        session.commit()
    assert jobs.work() == [("drain", governorate)]
    assert states(ground, governorate) == [("one", "sent"), ("two", "sent")]


def test_a_commit_without_a_message_and_a_rollback_tell_nobody(ground, governorate, jobs):
    with ground.session(governorate) as session:
        session.commit()
        put(session, "one")
        session.rollback()
        session.commit()
    assert jobs.work() == []


def test_a_savepoint_that_is_undone_does_not_silence_the_rest(ground, governorate, jobs):
    with ground.session(governorate) as session:
        put(session, "one")
        with pytest.raises(RuntimeError), session.begin_nested():
            raise RuntimeError
        session.commit()
    assert jobs.work() == [("drain", governorate)]


def test_a_queue_that_is_away_undoes_nothing(ground, governorate, jobs, monkeypatch, caplog):
    def away(code):
        raise ConnectionError("redis is away")

    monkeypatch.setattr(jobs, "drain", away)
    with ground.session(governorate) as session:
        put(session, "one")
        session.commit()
    assert states(ground, governorate) == [("one", "queued")]
    assert "the worker could not be told: redis is away" in caplog.text


def test_the_minute_sends_each_governorate_on_its_way_and_one_that_is_down_stops_no_other(
    ground, governorate, jobs, readdress, caplog
):
    with ground.session(governorate) as session:
        put(session, "one")
        session.commit()
    jobs.queue.flush()
    with ground.governorate("EG-SHR") as other:
        readdress(other, "sqlite:////nowhere/at-all.sqlite")
        jobs.tick()
        assert jobs.work() == [("drain", governorate), ("drain", other)]
    assert "outbox of EG-SHR: the file /nowhere/at-all.sqlite is missing" in caplog.text
    assert "Traceback" not in caplog.text
    assert states(ground, governorate) == [("one", "sent")]


def test_a_module_s_job_runs_as_the_system_where_the_module_is_on(ground, backend, jobs, monkeypatch):
    ran = []

    def remind():
        from core.data.base import db

        session = db.session()
        ran.append((session.info["governorate"], session.info["scope"].system))

    brought = [("ledger", Job("ledger.remind", timedelta(hours=1), remind))]
    with (
        ground.governorate("EG-KN", backend=backend, modules=("ledger",)),
        ground.governorate("EG-SHR", backend=backend),
        freeze(datetime(2026, 1, 1, 9, 0, tzinfo=UTC)),
    ):
        monkeypatch.setattr(ground.app.extensions["diwan"], "call_boot", lambda name: brought)
        jobs.tick()
        minute = int(now().timestamp() // 60)
        assert ("run", "EG-SHR", "ledger", "ledger.remind", minute) in jobs.work()
    assert ran == [("EG-KN", True)]


def test_two_workers_do_each_turn_once(ground, backend, jobs, monkeypatch):
    ran = []
    brought = [("ledger", Job("ledger.remind", timedelta(minutes=1), lambda: ran.append(now())))]
    monkeypatch.setattr(ground.app.extensions["diwan"], "call_boot", lambda name: brought)
    first = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
    second = first + timedelta(minutes=1)
    with ground.governorate("EG-KN", backend=backend, modules=("ledger",)):
        for moment in (first, second):
            with freeze(moment):
                jobs.tick()
                jobs.tick()
                jobs.work()
    assert ran == [first, second]


def test_a_job_that_fails_is_a_traceback_in_the_log_and_no_end(ground, backend, jobs, monkeypatch, caplog):
    job = Job("ledger.remind", timedelta(minutes=1), lambda: 1 / 0)
    with ground.governorate("EG-KN", backend=backend, modules=("ledger",)):
        monkeypatch.setattr(ground.app.extensions["diwan"], "call_boot", lambda name: [("ledger", job)])
        jobs.run("EG-KN", "ledger", job.name, 0)
        jobs.work()
    assert "job ledger.remind in EG-KN failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_turns_are_counted_in_whole_minutes():
    hourly, odd = Job("a", timedelta(hours=1), print), Job("b", timedelta(seconds=5), print)
    assert [minute for minute in range(121) if hourly.is_due(minute)] == [0, 60, 120]
    assert odd.is_due(7), "nothing is more frequent than a minute"


def test_a_worker_is_heard(jobs):
    assert jobs.silence() is None
    jobs.tick()
    assert 0 <= jobs.silence() < 60


def test_a_task_that_was_not_signed_with_our_secret_is_not_run(jobs, ground, governorate):
    forged = Serializer().serialize(jobs.queue.serialize_task(jobs.drain.s("EG-SHR")))
    jobs.queue.storage.enqueue(forged)
    with pytest.raises(ValueError, match="mismatch"):
        jobs.work()


def test_redis_is_used_where_it_is_set(tmp_path):
    settings = Settings(tmp_path, "sqlite://", "k" * 40, redis_url="redis://127.0.0.1:1/0")
    assert type(open_queue(settings)).__name__ == "RedisHuey"
    assert type(open_queue(Settings(tmp_path, "sqlite://", "k" * 40))).__name__ == "SqliteHuey"
