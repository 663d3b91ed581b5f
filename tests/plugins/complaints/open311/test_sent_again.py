"""The same request sent twice is one complaint: FixMyStreet tries again whenever an answer is late."""

import threading
from datetime import timedelta

from sqlalchemy import func, select

from core.data.time import freeze, now
from core.messages.outbox import Message
from core.work.chain import AuditRow
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
    assert "00000" not in error(other), "whoever guesses a name learns no number"
    assert counts(desk)[0] == 2


def test_a_named_request_that_is_sent_again_is_not_counted(desk, machine):
    named = {"Idempotency-Key": "report-1"}
    answers = [machine.post(headers=named) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [201] * 7
    assert len({answer.text for answer in answers}) == 1
    for n in range(4):
        machine.send(description=f"شكوى {n}")
    assert machine.post(description="شكوى 5").status_code == 429, "five in all, and no more"
    assert machine.post(headers=named).json == answers[0].json


def test_a_named_request_stays_the_same_when_staff_have_put_it_right(desk, machine):
    named = {"Idempotency-Key": "report-1"}
    first = machine.post(headers=named)
    with desk.session() as session:
        complaint = session.scalars(select(Complaint)).one()
        complaint.subject, complaint.category_id = "صُحح", desk.categories["RDL-LGT"]
        session.commit()
    again = machine.post(headers=named)
    assert (again.status_code, again.json) == (201, first.json)
    assert counts(desk)[0] == 1


def test_another_text_under_a_name_is_told_so_without_a_number(desk, machine):
    """Also where only the telephone differs, and of a subject whose sender gets a token only."""
    for code in ("UTL-WAT-LEK", "ADM-COR"):
        named = {"Idempotency-Key": code}
        machine.post(headers=named, service_code=code)
        for changes in ({"phone": "01112345678"}, {"description": "شيء آخر"}, {"account_id": "7"}):
            refused = machine.post(headers=named, **({"service_code": code} | changes))
            assert refused.status_code == 400, changes
            assert "00000" not in error(refused)
    assert counts(desk)[0] == 2


def test_two_texts_under_one_name_at_the_same_moment_are_one_complaint_and_a_refusal(desk, machine):
    start, answers = threading.Barrier(2), []

    def send(words):
        start.wait(20)
        answers.append(machine.post(headers={"Idempotency-Key": "one"}, description=words))

    threads = [threading.Thread(target=send, args=(words,)) for words in ("الأولى", "الثانية")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    taken, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (taken.status_code, refused.status_code) == (201, 400)
    assert "00000" not in error(refused)
    assert counts(desk)[0] == 1


def test_what_is_refused_or_sent_again_enters_nothing_in_the_audit(desk, machine, monkeypatch):
    from plugins.complaints.open311 import creation

    machine.send()
    entered = reasons(desk)
    machine.send()
    monkeypatch.setattr(creation, "FROM_ONE_KEY", 1)
    for n in range(3):
        assert machine.post(description=f"شكوى {n}").status_code == 429
    assert reasons(desk) == entered


def reasons(desk):
    with desk.session() as session:
        return session.scalar(select(func.count(AuditRow.seq)).where(AuditRow.op == "unscoped"))


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
