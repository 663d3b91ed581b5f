"""A citizen on a telephone, without account and without script."""

import re

import pytest
from sqlalchemy import select

from core.data.visibility import attached
from core.messages.outbox import Message
from core.work.chain import AuditRow
from core.work.moves import TransitionRow
from plugins.complaints import letters
from plugins.complaints.models import Complaint

NEW = "/complaints/new"
PUBLIC = ("identity", "name", "phone", "category_id", "place_id", "subject", "body")


@pytest.fixture
def phone(desk):
    return desk.browser()


def fill(desk, browser, **changes):
    page = browser.get(NEW)
    token = re.search(r'name="token"[^>]* value="([^"]+)"', page.get_data(as_text=True))[1]
    form = desk.form()
    return {"token": token, "website": ""} | {name: form[name] for name in PUBLIC} | changes


def all_complaints(desk):
    with desk.session() as session:
        found = list(session.scalars(select(Complaint)))
        session.expunge_all()
        return found


def test_a_citizen_hands_a_complaint_in_and_follows_it(desk, phone):
    answer = phone.post(NEW, fill(desk, phone))
    assert answer.status_code == 302
    page = phone.follow(answer)
    number = re.search(r"\d{4}/\d{6}", desk.said(page))[0]
    secret = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", desk.said(page))[0]
    assert "We received and registered" in desk.said(desk.track(number, secret))
    assert secret not in desk.said(phone.get("/complaints/receipt")), "shown once"
    (complaint,) = all_complaints(desk)
    assert (complaint.channel, complaint.state, complaint.created_by_id) == ("portal", "registered", None)
    with desk.session() as session:
        move = session.scalars(attached(TransitionRow, complaint)).one()
        assert (move.actor_id, move.origin, move.duty) == (None, "citizen", "intake")
        reasons = session.scalars(select(AuditRow.diff).where(AuditRow.op == "unscoped")).all()
        assert any("hands a complaint in" in str(reason) for reason in reasons)
    assert number in desk.said(desk.staff("examiner").get("/admin/complaints/complaint/"))


def test_number_and_secret_go_to_the_telephone_and_the_text_is_erased_when_sent(desk, phone):
    phone.post(NEW, fill(desk, phone))
    desk.deliver()
    folder = desk.app.config["DIWAN"].data_dir / "outbox" / "EG-KN"
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", (folder / "sms.jsonl").read_text("utf-8"))
    (complaint,) = all_complaints(desk)
    with desk.session() as session:
        message = session.scalars(attached(Message, complaint)).one()
        assert (message.state, message.body, message.secret) == ("sent", None, True)


def test_the_receipt_says_sent_only_where_a_message_was_queued(desk, phone, monkeypatch):
    said = "Both will also be sent to your telephone."
    assert said in desk.said(phone.follow(phone.post(NEW, fill(desk, phone))))
    monkeypatch.setattr(letters, "queue", lambda *args, **options: None)
    page = desk.said(phone.follow(phone.post(NEW, fill(desk, phone, phone="01112345678"))))
    assert "Write down number and secret" in page
    assert said not in page


def test_sending_twice_is_one_complaint(desk, phone):
    sent = fill(desk, phone)
    pages = [desk.said(phone.follow(phone.post(NEW, sent))) for _ in range(2)]
    assert len(all_complaints(desk)) == 1
    secrets = {re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page)[0] for page in pages}
    assert len(secrets) == 1


def test_another_text_in_a_form_sent_before_is_not_lost(desk, phone):
    sent = fill(desk, phone)
    assert phone.post(NEW, sent).status_code == 302
    phone.get(NEW)
    answer = phone.post(NEW, sent | {"body": "عمود الإنارة مائل على الطريق"})
    assert answer.status_code == 422
    assert "This form was sent already" in desk.said(answer)
    assert "عمود الإنارة" in desk.said(answer), "what was typed is kept"
    fresh = re.search(r'name="token"[^>]* value="([^"]+)"', answer.get_data(as_text=True))[1]
    again = phone.post(NEW, sent | {"body": "عمود الإنارة مائل على الطريق", "token": fresh})
    assert again.status_code == 302
    assert len(all_complaints(desk)) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"identity": "123"}, "digits short"),
        ({"phone": ""}, "The telephone number is missing"),
        ({"phone": "0965223344"}, "Give a mobile number"),
        ({"website": "http://buy.example"}, "Leave this empty"),
        ({"token": "forged"}, "This form is too old"),
        ({"body": ""}, "This is needed."),
    ],
)
def test_bad_input_is_told_kept_and_not_written(desk, phone, changes, sentence):
    answer = phone.post(NEW, fill(desk, phone, **changes))
    assert answer.status_code == 422
    assert sentence in desk.said(answer)
    assert 'value="ماسورة مكسورة"' in answer.get_data(as_text=True)
    assert all_complaints(desk) == []


def test_what_a_citizen_does_not_decide_is_ignored(desk, phone):
    extra = {
        "channel": "counter",
        "unit_id": "4",
        "confidentiality": "1",
        "state": "closed",
        "received_at": "1999-01-01",
    }
    assert phone.post(NEW, fill(desk, phone, **extra)).status_code == 302
    (complaint,) = all_complaints(desk)
    assert (complaint.channel, complaint.state, complaint.confidentiality) == ("portal", "registered", 0)
    assert complaint.unit_id == desk.units["DIWAN"]
    assert complaint.received_at.year > 2000


def test_a_post_without_token_against_forgery_is_refused(desk, phone):
    sent = fill(desk, phone)
    phone.token = ""
    assert phone.post(NEW, sent).status_code == 400
    assert all_complaints(desk) == []


def test_five_complaints_a_day_from_one_telephone(desk, phone):
    answers = [phone.post(NEW, fill(desk, phone)).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(all_complaints(desk)) == 5
    other = phone.post(NEW, fill(desk, phone, phone="01112345678"))
    assert other.status_code == 302


def test_a_sensitive_subject_makes_the_complaint_confidential(desk, phone):
    phone.post(NEW, fill(desk, phone, category_id=str(desk.categories["ADM-COR"])))
    (complaint,) = all_complaints(desk)
    assert complaint.confidentiality == 1


def test_the_front_page_offers_both_services(desk, phone):
    page = phone.get("/").get_data(as_text=True)
    assert "/EG-KN/complaints/new" in page
    assert "/EG-KN/complaints/track" in page
