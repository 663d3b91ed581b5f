"""What is counted holds over time, over processes and over what the request then does."""

import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.data.scope import Scope
from core.data.time import freeze, now
from core.errors import Unscoped
from core.governorates.present import governorate_context, registry
from core.people.limits import SLOTS, Rate, forgive, hit, sweep
from core.people.units import Unit

from .conftest import node

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def inside(ground, governorate):
    with ground.session(governorate) as session:
        yield session


def test_ten_pass_and_the_eleventh_does_not_until_the_period_is_over(inside):
    with freeze(NOON):
        assert [hit("door", 10, 900) for _ in range(12)] == [True] * 10 + [False] * 2
        assert hit("another door", 10, 900)
    with freeze(NOON + timedelta(seconds=899)):
        assert not hit("door", 10, 900)
    with freeze(NOON + timedelta(seconds=900 + 900 / SLOTS)):
        assert hit("door", 10, 900)


def test_the_same_key_for_another_period_is_counted_apart(inside):
    assert hit("door", 1, 60)
    assert hit("door", 1, 3600)
    assert not hit("door", 1, 60)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), limit=st.integers(1, 5), steps=st.lists(st.integers(0, 90), max_size=25))
def test_never_more_than_the_limit_within_any_period(inside, data, limit, steps):
    """Also across a boundary, where fixed windows let twice as many through."""
    key, moment, passed = data.draw(st.uuids()), NOON, []
    for step in steps:
        moment += timedelta(seconds=step)
        with freeze(moment):
            if hit(str(key), limit, 120):
                passed.append(moment)
    for first in passed:
        assert sum(first <= other < first + timedelta(seconds=120) for other in passed) <= limit


def test_what_was_right_after_all_is_taken_back_once(inside):
    assert [hit("door", 2, 60) for _ in range(2)] == [True, True]
    forgive("door", 60)
    assert [hit("door", 2, 60) for _ in range(2)] == [True, False]
    forgive("never used", 60)


def test_a_count_stays_when_the_request_is_rolled_back(inside):
    inside.scalars(select(Unit)).all()
    hit("door", 1, 60)
    inside.add(node(Unit, "GONE"))
    inside.flush()
    inside.rollback()
    assert not hit("door", 1, 60)
    assert inside.scalar(select(Unit).where(Unit.code == "GONE")) is None


def test_counting_commits_nothing_that_was_only_flushed(inside):
    inside.add(node(Unit, "HALF"))
    with inside.begin_nested():
        inside.flush()
    with pytest.raises(Unscoped, match="uncommitted work"):
        hit("door", 9, 60)
    inside.rollback()
    assert inside.scalar(select(Unit).where(Unit.code == "HALF")) is None
    inside.add(node(Unit, "WHOLE"))
    inside.commit()
    assert hit("door", 9, 60), "what is committed is nobody's half"


def test_counting_in_the_middle_of_writing_is_refused(inside):
    inside.add(node(Unit, "UNSAVED"))
    with pytest.raises(Unscoped):
        hit("door", 1, 60)


def test_the_table_does_not_say_who_was_counted(inside):
    hit("login.account:lotfy", 10, 900)
    hit("login.address:192.0.2.7", 10, 900)
    stored = inside.execute(select(Rate.key, Rate.counts)).all()
    assert len(stored) == 2
    assert not any(secret in str(stored) for secret in ("lotfy", "192.0.2.7"))


def test_counts_not_used_for_days_are_swept_now_and_then(inside, monkeypatch):
    monkeypatch.setattr(secrets, "randbelow", lambda chances: 1)
    with freeze(now() - timedelta(days=3)):
        hit("old", 1, 60)
    hit("new", 1, 60)
    monkeypatch.setattr(secrets, "randbelow", lambda chances: 0)
    assert not hit("new", 1, 60)
    assert len(inside.scalars(select(Rate.key)).all()) == 1
    assert sweep() == 0


def test_each_governorate_counts_for_itself(ground, backend):
    with (
        ground.governorate("EG-KN", backend=backend) as kn,
        ground.governorate("EG-SHR", backend=backend) as shr,
    ):
        for code in (kn, shr):
            with ground.session(code):
                assert hit("door", 1, 60)
                assert not hit("door", 1, 60)


WORKER = """
import sys, time
from pathlib import Path
from flask import Flask, g
from core.config import Settings
from core.data.base import db
from core.data.session import Binding
from core.governorates.present import bound
from core.governorates.engines import open_engine
from core.people.limits import hit
folder, url = sys.argv[1:]
app = Flask("worker")
app.config["DIWAN"] = Settings(Path(folder), "", "test-" + "k" * 40)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)
with app.app_context(), bound(Binding("EG-KN", open_engine(url))):
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(hit("shared door", 10, 900) for _ in range(15)))
"""


def test_four_processes_together_pass_no_more_than_one_would(ground, governorate):
    with ground.app.app_context():
        url = registry().get(governorate).url
    command = [sys.executable, "-c", WORKER, str(ground.folder), url]
    workers = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(4)]
    try:
        assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 4
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        passed = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert sum(passed) == 10


def test_counting_does_not_wait_for_a_lock_the_request_itself_holds(ground, governorate):
    """On SQLite a POST takes the write lock at its first statement; ten seconds' wait would be its end."""
    with governorate_context(ground.app, governorate, Scope.of_system(), write=True) as session:
        session.scalars(select(Unit)).all()
        started = now()
        assert hit("door", 1, 60)
        assert now() - started < timedelta(seconds=2)
        session.add(node(Unit, "AFTER"))
        session.commit()
