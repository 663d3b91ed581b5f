"""The administrator's list of what was not delivered: where it got stuck, one more try, and nothing private."""

import re

import pytest
from sqlalchemy import select

from core.messages.channels import channels
from core.messages.delivery import drain
from core.messages.outbox import Message, queue
from core.work.chain import AuditRow

OUTBOX = "/admin/core/message/"
PHONE, MAIL = "+201012345678", "zaynab@example.org"


@pytest.fixture
def lost(shelf):
    """A book of the east, and a message about it that was given up; the message's id."""
    from plugins.shelf.models import Book

    with shelf.session() as session:
        book = Book(number="B-1", title="الزيني بركات", unit_id=shelf.ids["EAST"])
        session.add(book)
        session.flush()
        message = queue("sms", PHONE, "Your secret subject", "CODE K7QP", book, effect_key="lent 1")
        message.state, message.attempts, message.error = "failed", 12, "550 5.1.1 No such user"
        session.commit()
        return message.id


@pytest.fixture
def state(shelf):
    def read(key):
        with shelf.session() as session:
            message = session.get(Message, key)
            return message.state, message.attempts

    return read


def test_the_first_page_says_how_many_are_stuck_to_who_may_read_them(administrator, librarian, lost):
    assert re.search(r"\b1 Undelivered messages", administrator.get("/admin/").words)
    assert administrator.links("Undelivered messages") == [OUTBOX] * 2, "in the menu and as a tile"
    assert "Undelivered messages" not in librarian.get("/admin/").words


def test_an_administrator_sees_where_it_got_stuck_and_nothing_private(administrator, lost):
    page = administrator.get(OUTBOX)
    assert "Undelivered messages" in page.words
    (row,) = page.rows
    assert row[1:5] == ["SMS", "Book", "550 5.1.1 No such user", "12"]
    for private in (PHONE, PHONE[3:], "secret subject", "K7QP", "بركات", "B-1"):
        assert private not in page.html, private


def test_the_list_is_there_in_arabic(lost, person, browser):
    person("adham", "DIWAN:ADM")
    page = browser("ar").sign_in("adham").get(OUTBOX)
    assert 'dir="rtl"' in page.html
    assert "رسائل لم تصل" in page.words
    assert "إعادة الإرسال" in page.words
    assert "رسالة نصية" in page.rows[0][1]
    page.post(f"{OUTBOX}{lost}/again").follow()
    assert "عادت الرسالة إلى قائمة الانتظار" in page.words


def test_who_sees_the_record_gets_its_number_and_who_does_not_none(person, browser, lost):
    person("adham", "DIWAN:ADM", "EAST:LIB")
    person("basma", "DIWAN:ADM", "WEST:LIB")
    assert browser().sign_in("adham").get(OUTBOX).links("B-1")
    assert "B-1" not in browser().sign_in("basma").get(OUTBOX).html


def test_send_again_puts_it_into_the_queue_once_and_is_entered(administrator, lost, state, shelf):
    page = administrator.get(OUTBOX)
    page.post(f"{OUTBOX}{lost}/again").follow()
    assert "The message is in the queue again" in page.words
    assert state(lost) == ("queued", 0)
    assert page.get(OUTBOX).rows == []
    assert "Every message was delivered or is on its way" in page.words
    assert page.post(f"{OUTBOX}{lost}/again").status == 404, "twice is once"
    with shelf.session() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.model == "core.message", AuditRow.op == "update")
        )
        last = list(rows)[-1]
        assert (last.record_id, '"failed","queued"' in last.diff.replace(" ", "")) == (str(lost), True)
        assert last.actor_id is not None
        assert PHONE not in last.diff


def test_the_worker_then_sends_it_and_it_is_in_the_list_no_more(administrator, lost, state, app, shelf):
    administrator.get(OUTBOX).post(f"{OUTBOX}{lost}/again")
    with app.app_context():
        assert drain(shelf.code).sent == 1
    assert state(lost) == ("sent", 1)
    assert administrator.get(OUTBOX).rows == []


@pytest.mark.parametrize("key", ["0", "999999", "2147483648", "9" * 30])
def test_what_is_no_lost_message_is_not_found(administrator, lost, state, key):
    administrator.get(OUTBOX)
    assert administrator.post(f"{OUTBOX}{key}/again").status == 404
    assert state(lost) == ("failed", 12)


def test_looking_changes_nothing_and_only_the_right_opens_it(
    administrator, librarian, person, browser, lost, state
):
    assert librarian.get(OUTBOX).status == 403
    assert "Undelivered messages" not in librarian.get("/admin/").words
    assert librarian.post(f"{OUTBOX}{lost}/again").status == 403
    person("amal", "DIWAN:AUD")
    auditor = browser().sign_in("amal").get(OUTBOX)
    assert "Send again" not in auditor.words, "who audits looks on"
    assert auditor.rows[0][3] == "550 5.1.1 No such user"
    auditor.get("/password")
    assert auditor.post(f"{OUTBOX}{lost}/again").status == 403
    assert administrator.get(f"{OUTBOX}{lost}/again").status == 405
    assert state(lost) == ("failed", 12)


def test_many_are_shown_in_pages_the_newest_first(administrator, shelf):
    with shelf.session() as session:
        for n in range(45):
            message = queue("mail", MAIL, "", "text", effect_key=f"note {n}")
            message.state, message.error = "failed", f"reason {n:02}"
        session.commit()
    page = administrator.get(OUTBOX)
    assert [row[3] for row in page.rows] == [f"reason {n:02}" for n in range(44, 4, -1)]
    (after,) = page.links("Next")
    assert [row[3] for row in page.get(after).rows] == [f"reason {n:02}" for n in range(4, -1, -1)]
    assert page.links("Next") == []
    for wrong in ("x", "-1", "²", "9" * 30, "1.5"):
        assert page.get(f"{OUTBOX}?before={wrong}").status == 400, wrong


def test_a_channel_that_nothing_serves_is_told_of(administrator, app, shelf, monkeypatch):
    with shelf.session() as session:
        queue("sms", PHONE, "", "text", effect_key="lent 1")
        session.commit()
    assert "by which nothing is sent here" not in administrator.get(OUTBOX).words
    with app.app_context():
        known = channels()
    monkeypatch.delitem(known, "sms")
    assert "1 message waits for SMS, by which nothing is sent here." in administrator.get(OUTBOX).words
