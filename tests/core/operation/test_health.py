"""What a load balancer and an operator ask, without a login."""

import time

import pytest

from core.governorates.present import registry
from core.operation import health


@pytest.fixture
def ask(app, monkeypatch):
    """Ask from this machine, unless `REMOTE_ADDR` is another; answers are not remembered."""
    monkeypatch.setattr(health, "FRESH", 0.0)
    client = app.test_client()

    def ask(path, **environ):
        answer = client.get(path, environ_overrides=environ)
        assert answer.content_type == "application/json"
        return answer.status_code, answer.get_json()

    return ask


def test_the_process_is_alive_wherever_it_is_asked(ask, governorate):
    assert ask("/healthz") == ask(f"/{governorate}/healthz") == (200, {"status": "ok"})


def test_a_governorate_that_is_away_is_named_and_takes_no_other_out(ask, governorate, jobs, readdress):
    jobs.tick()
    status, said = ask("/readyz")
    assert (status, said["status"], said["governorates"]) == (200, "ok", {governorate: "ok"})
    readdress(governorate, "sqlite:////nowhere/at-all.sqlite")
    status, said = ask("/readyz")
    assert (status, said["status"]) == (200, "degraded")
    assert said["governorates"] == {governorate: "unavailable"}
    assert ask(f"/{governorate}/readyz") == (503, {"status": "unavailable"})


def test_a_database_that_is_not_the_governorates_own_is_not_ready(ask, ground, governorate, readdress):
    with ground.governorate("EG-SHR") as other, ground.app.app_context():
        readdress(other, registry().get(governorate).url)
        assert ask(f"/{other}/readyz") == (503, {"status": "outdated"})
        assert ask(f"/{governorate}/readyz") == (200, {"status": "ok"})


def test_a_silent_worker_and_a_full_disk_are_told(ask, jobs, monkeypatch):
    assert ask("/readyz")[1]["worker"] == "silent"
    jobs.tick()
    assert ask("/readyz")[1]["worker"] == "ok"
    beat = time.time()
    monkeypatch.setattr("core.operation.jobs.time.time", lambda: beat + health.LONGEST_SILENCE + 60)
    assert ask("/readyz")[1]["worker"] == "silent"
    monkeypatch.setattr(health, "free_disk", lambda app: 3)
    status, said = ask("/readyz")
    assert (status, said["status"], said["disk_free_percent"]) == (503, "degraded", 3)


def test_a_registry_that_is_away_makes_the_process_useless(ask, app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away():
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(app.extensions["diwan_registry"], "all", away)
    assert ask("/readyz") == (503, {"status": "unavailable", "registry": "unavailable"})


@pytest.mark.parametrize("address", ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"])
def test_a_stranger_hears_the_status_alone(ask, governorate, jobs, address):
    jobs.tick()
    assert ask("/readyz", REMOTE_ADDR=address) == (200, {"status": "ok"})
    assert set(ask("/readyz", REMOTE_ADDR="::1")[1]) > {"governorates", "worker"}


def test_who_asks_in_a_loop_is_given_the_same_answer_for_a_while(ask, governorate, jobs, monkeypatch):
    monkeypatch.setattr(health, "FRESH", 60.0)
    asked = []
    monkeypatch.setattr(health, "state_of", lambda app, one: asked.append(one.code) or "ok")
    ask("/readyz")
    first = len(asked)
    ask("/readyz")
    assert len(asked) == first
    monkeypatch.setattr(health, "FRESH", 0.0)
    ask("/readyz")
    assert len(asked) == first + 1


def test_a_mount_that_is_nobodys_is_not_the_whole_installation(ask, governorate):
    assert ask("/EG-XX/readyz") == (404, {"status": "unknown"})
