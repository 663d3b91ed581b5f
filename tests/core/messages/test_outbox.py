"""The outbox: queued with its cause, sent once, proved; tried again, given up, never lost."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.data.time import freeze, now
from core.messages import delivery
from core.messages.channel import Undeliverable
from core.messages.delivery import drain
from core.messages.outbox import queue

PHONE = "+201012345678"


@pytest.fixture
def work(ground, governorate):
    """One run of the worker."""

    def run(**options):
        with ground.app.app_context():
            return drain(governorate, **options)

    return run


def test_a_message_is_sent_once_and_its_proof_is_kept(send, channel, work, messages):
    send("answered 1")
    assert work().sent == 1
    assert work().sent == 0
    assert [(m.to, m.body, m.key) for m in channel.given] == [(PHONE, "text", "answered 1")]
    assert messages("state", "proof", "attempts") == {"answered 1": ("sent", "taken answered 1", 1)}


def test_without_the_commit_there_is_no_message(ground, governorate, channel, work):
    with ground.session(governorate) as session:
        queue("sms", PHONE, "", "text", effect_key="never")
        session.rollback()
    assert work().sent == 0


def test_the_same_effect_is_queued_once(ground, governorate, send, messages):
    send("answered 1")
    with ground.session(governorate) as session:
        again = queue("sms", "+201099999999", "", "other text", effect_key="answered 1")
        assert again.recipient == PHONE
        session.commit()
    assert len(messages("id")) == 1


def test_two_processes_that_queue_the_same_effect_at_once_leave_one(ground, governorate, messages, backend):
    together, errors = threading.Barrier(2), []

    def write():
        try:
            if backend == "sqlite":  # there the second waits before it looks
                together.wait(10)
            with ground.session(governorate) as session:
                session.connection if backend == "sqlite" else together.wait(10)
                queue("sms", PHONE, "", "text", effect_key="answered 1")
                session.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(messages("id")) == 1


def test_many_workers_send_each_message_once(ground, governorate, send, channel, messages):
    send(*(f"answered {n}" for n in range(25)))
    errors = []

    def run():
        try:
            with ground.app.app_context():
                drain(governorate)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    keys = [message.key for message in channel.given]
    assert sorted(keys) == sorted(set(keys))
    assert set(messages("state").values()) == {("sent",)}


def test_what_fails_is_tried_again_later_and_given_up_in_the_end(send, channel, work, messages):
    send("answered 1")

    def refuse(message):
        raise OSError(f"the line to {message.to} is dead")

    channel.does = refuse
    moment = now()
    assert (work().later, work().later) == (1, 0)
    attempts, state, error, next_at = messages("attempts", "state", "error", "next_at")["answered 1"]
    assert (attempts, state) == (1, "queued")
    assert "dead" in error
    assert PHONE[1:] not in error
    assert next_at - moment >= timedelta(seconds=59)
    for _ in range(delivery.ATTEMPTS):
        moment += timedelta(hours=7)
        with freeze(moment):
            work()
    assert messages("state", "attempts") == {"answered 1": ("failed", delivery.ATTEMPTS)}
    assert len(channel.given) == delivery.ATTEMPTS


def test_it_goes_out_after_a_failure_once_the_line_is_back(send, channel, work, messages):
    send("answered 1")
    good, channel.does = channel.does, lambda message: 1 / 0
    work()
    channel.does = good
    with freeze(now() + timedelta(hours=1)):
        assert work().sent == 1
    assert messages("state", "error") == {"answered 1": ("sent", None)}


def test_what_cannot_be_delivered_is_given_up_at_once(send, channel, work, messages):
    send("answered 1")

    def refuse(message):
        raise Undeliverable("no such number")

    channel.does = refuse
    assert work().failed == 1
    assert messages("state", "error") == {"answered 1": ("failed", "no such number")}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 invalid 01012345678", "550 invalid …"),
        ("no route to +20 10 1234 5678, given up", "no route to +…, given up"),
        ("no route to +20 (10) 1234-5678", "no route to +…"),
        ("الرقم ٠١٠١٢٣٤٥٦٧٨ غير صحيح", "الرقم … غير صحيح"),
        ("550 5.7.26 010.1234.5678 refused", "550 5.7.26 … refused"),
        ("451 4.3.0 Error 111 after 30 s", "451 4.3.0 Error 111 after 30 s"),
    ],
)
def test_a_number_in_any_writing_stays_out_of_the_row_and_the_log(
    send, channel, work, messages, caplog, said, kept
):
    send("answered 1")

    def refuse(message):
        raise Undeliverable(said)

    channel.does = refuse
    assert work().failed == 1
    assert messages("error") == {"answered 1": (kept,)}
    assert said == kept or said not in caplog.text
    assert kept in caplog.text


def test_a_worker_that_dies_while_sending_loses_nothing(send, channel, work, messages):
    send("answered 1")
    good = channel.does

    def die(message):
        raise KeyboardInterrupt

    channel.does = die
    with pytest.raises(KeyboardInterrupt):
        work()
    channel.does = good
    assert work().sent == 0  # the dead worker's lease still runs
    with freeze(now() + delivery.LEASE):
        assert work().sent == 1
    assert messages("state", "attempts") == {"answered 1": ("sent", 2)}


def test_a_worker_that_was_too_slow_does_not_settle_what_another_has_taken(send, channel, work, messages):
    send("answered 1")

    def dawdle(message):
        channel.does = lambda message: "by the second"
        with freeze(now() + delivery.LEASE):
            work()
        return "by the first"

    channel.does = dawdle
    work()
    assert messages("proof", "attempts") == {"answered 1": ("by the second", 2)}


def test_an_unknown_channel_keeps_the_message(ground, governorate, work, messages):
    with ground.session(governorate) as session:
        queue("pigeon", "somebody", "", "text", effect_key="answered 1")
        session.commit()
    assert work().later == 1
    assert messages("state") == {"answered 1": ("queued",)}


def test_the_row_hides_address_and_text_and_a_secret_is_gone_after_the_proof(
    ground, governorate, send, channel, work, messages
):
    send("tracking", body="secret K7QP", secret=True)
    send("plain", body="open text")
    with ground.session(governorate) as session:
        engine = session.get_bind()
    tables = ("core_message", "core_audit")
    with engine.connect() as connection:
        stored = str(
            [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for t in tables
                for row in connection.execute(text(f"SELECT * FROM {t}"))
            ]
        )
    assert PHONE[1:] not in stored
    assert "K7QP" not in stored
    work()
    assert [m.body for m in channel.given] == ["secret K7QP", "open text"]
    assert messages("body", "recipient") == {"tracking": (None, PHONE), "plain": ("open text", PHONE)}


def test_the_modules_hear_of_what_was_sent_in_the_same_transaction(ground, backend, channel):
    from plugins.desk import heard

    with ground.governorate("EG-SHR", backend=backend, modules=("desk",)) as code:
        with ground.session(code) as session:
            queue("sms", PHONE, "", "text", effect_key="answered 1")
            session.commit()
        heard.clear()
        with ground.app.app_context():
            drain(code)
    assert heard == [("sent", "answered 1")]


def test_a_message_needs_a_name_for_its_effect(ground, governorate):
    with ground.session(governorate), pytest.raises(ValueError, match="effect"):
        queue("sms", PHONE, "", "text")


def test_older_messages_go_first_and_a_run_has_an_end(send, channel, work):
    with freeze(datetime(2026, 1, 2, tzinfo=UTC)):
        send("second")
    with freeze(datetime(2026, 1, 1, tzinfo=UTC)):
        send("first")
    assert work(limit=1).sent == 1
    assert [m.key for m in channel.given] == ["first"]
