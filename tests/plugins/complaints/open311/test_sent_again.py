"""The same request sent twice is one complaint: FixMyStreet tries again whenever an answer is late."""

import threading
from datetime import timedelta

from sqlalchemy import func, select

from core.data.time import freeze, now
from core.messages.outbox import Message
from plugins.complaints.models import Complaint

from .conftest import Machine, error, give_key

SENDERS = 5


def counts(desk):
    with desk.session() as session:
        numbers = session.scalar(select(func.count()).select_from(Complaint))
        return numbers, session.scalar(select(func.count()).select_from(Message))


def test_the_same_words_again_are_the_same_request(desk, machine):
    first = machine.send()
    assert machine.send() == first
    with freeze(now() + timedelta(hours=5)):
        assert machine.send() == first, "also hours later, over the edge of a period"
    assert counts(desk) == (1, 1), "and the citizen is told once"
    assert machine.send(description="شيء آخر") != first
    with freeze(now() + timedelta(days=2)):
        assert machine.send() != first, "days later it broke again"
    other = Machine(desk, give_key(desk, "another"))
    assert other.send() != first


def test_it_stays_the_same_when_staff_have_put_it_right(desk, machine):
    first = machine.send()
    with desk.session() as session:
        session.scalars(select(Complaint)).one().subject = "صُحح"
        session.commit()
    assert machine.send() == first


def test_a_sender_may_name_its_request(desk, machine):
    named = {"Idempotency-Key": "report-1"}
    first = machine.post(headers=named)
    again = machine.post(headers=named)
    assert first.json == again.json
    assert machine.post(headers={"Idempotency-Key": "report-2"}).json != first.json
    other = machine.post(headers=named, description="شيء آخر")
    assert other.status_code == 400
    assert "2026/000001" in error(other) or "000001" in error(other)
    assert counts(desk)[0] == 2


def test_sent_at_the_same_moment_it_is_one(desk, machine):
    start, answers = threading.Barrier(SENDERS), []

    def send():
        start.wait(20)
        answers.append(machine.post())

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * SENDERS
    assert len({answer.json[0]["service_request_id"] for answer in answers}) == 1
    assert counts(desk) == (1, 1)


def test_one_telephone_is_not_rung_all_day_and_one_key_brings_no_flood(desk, machine, monkeypatch):
    from plugins.complaints.open311 import creation

    for n in range(5):
        machine.send(description=f"شكوى {n}")
    assert machine.post(description="شكوى 5").status_code == 429
    assert machine.send(description="شكوى 0"), "what came before is found, not counted"
    assert machine.send(description="شكوى 6", phone="01112345678")
    monkeypatch.setattr(creation, "FROM_ONE_KEY", 6)
    flooded = machine.post(description="شكوى 7", phone="01212345678")
    assert flooded.status_code == 429
    assert flooded.headers["Retry-After"]
