"""At the counter: identity, known citizens, one complaint per form, a receipt once."""

import json
import logging
import re

import pytest
from sqlalchemy import inspect, select, text

from core.errors import NotPossible
from core.messages import delivery
from core.messages.channel import Undeliverable
from core.messages.failures import failed, send_again
from core.messages.outbox import Message
from core.work.chain import AuditRow
from plugins.complaints import counter
from plugins.complaints.models import Applicant, Complaint

NEW = "/admin/complaints/complaint/new"


def fill(desk, **changes):
    """The form as a clerk opens it, filled in; returns the browser and what would be sent."""
    browser = desk.staff("clerk")
    token = re.search(r'name="token"[^>]* value="([^"]+)"', browser.get(NEW).get_data(as_text=True))[1]
    return browser, desk.form(token=token, **changes)


def count(desk):
    with desk.session() as session:
        return len(session.scalars(select(Complaint.id)).all())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"identity": "2900101270123"}, "1 digit short: 14 needed, you typed 13."),
        ({"identity": "29013012701234"}, "which does not exist"),
        ({"identity": "29001019901234"}, "not the code of an Egyptian governorate"),
        ({"identity": ""}, "The national ID is missing."),
        ({"phone": "0101234567"}, "One digit is missing"),
        ({"phone": ""}, "or say why there is none"),
        ({"identity_kind": "none", "identity": ""}, "Say why no document was shown"),
        ({"email": "nobody"}, "This is not an e-mail address"),
        ({"category_id": "999999"}, "Category:"),
        ({"category_id": "<b>"}, "Category:"),
        ({"place_id": "999999"}, "not there any more"),
        ({"body": "x" * 4001}, "Text of the complaint:"),
        ({"subject": " "}, "Subject:"),
        ({"kind": "triple"}, "Choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(desk, changes, sentence):
    browser, sent = fill(desk, **changes)
    answer = browser.post(NEW, sent)
    assert answer.status_code == 422
    assert sentence in desk.said(answer)
    assert count(desk) == 0
    assert "المياه تغرق" in answer.get_data(as_text=True) or "body" in changes, "what was typed is kept"


def test_a_missing_telephone_is_said_at_the_telephone(desk):
    browser, sent = fill(desk, phone="")
    page = browser.post(NEW, sent).get_data(as_text=True)
    faulty = [tag for tag in re.findall(r"<input[^>]*>", page) if 'aria-invalid="true"' in tag]
    assert ['id="phone"' in tag for tag in faulty] == [True]


def test_arabic_digits_and_marks_are_accepted(desk):
    browser, sent = fill(desk, identity="\u200f٢٩٠٠١٠١٢٧٠١٢٣٩\u200f", phone="۰۱۰۱۲۳۴۵۶۷۸")
    assert browser.post(NEW, sent).status_code == 302
    with desk.session() as session:
        applicant = session.scalars(select(Applicant)).one()
        assert applicant.identity == "29001012701239"
        assert applicant.phone == "+201012345678"


def test_a_doubtful_check_digit_is_asked_about_once_before_anything_is_written(desk):
    browser, sent = fill(desk, identity="29001012701234")
    asked = browser.post(NEW, sent)
    assert asked.status_code == 422
    assert "The last digit does not fit" in desk.said(asked)
    assert re.search(r'name="doubted"[^>]* value="29001012701234"', asked.get_data(as_text=True))
    assert count(desk) == 0
    another = browser.post(NEW, sent | {"identity": "29001012701235", "doubted": "29001012701234"})
    assert another.status_code == 422, "another doubtful number is another question"
    assert browser.post(NEW, sent | {"doubted": "29001012701234"}).status_code == 302
    assert count(desk) == 1


def test_who_shows_no_document_and_has_no_telephone_is_taken_in_with_the_reason(desk):
    reasons = {"identity_kind": "none", "identity": "", "identity_none": "فقد البطاقة"}
    browser, sent = fill(desk, phone="", contact_refused="لا يملك هاتفًا", **reasons)
    assert browser.post(NEW, sent).status_code == 302
    page = desk.said(browser.get("/admin/complaints/complaint/1"))
    assert "فقد البطاقة" in page
    assert "لا يملك هاتفًا" in page


def test_a_form_sent_twice_is_one_complaint_with_the_same_receipt(desk):
    browser, sent = fill(desk)
    first = browser.follow(browser.post(NEW, sent))
    browser.get(NEW)
    second = browser.follow(browser.post(NEW, sent))
    assert count(desk) == 1
    assert secret_on(first) == secret_on(second)


@pytest.mark.parametrize("changes", [{"body": "نص آخر لشكوى أخرى"}, {"name": "جار يشكو الأمر نفسه"}])
def test_another_complaint_in_a_form_sent_before_is_not_lost(desk, changes):
    browser, sent = fill(desk)
    first = re.search(r"\d{4}/\d{6}", desk.said(browser.follow(browser.post(NEW, sent))))[0]
    browser.get(NEW)
    other = sent | changes
    answer = browser.post(NEW, other)
    assert answer.status_code == 422
    assert f"This form was sent already, as complaint {first}." in desk.said(answer)
    assert next(iter(changes.values())) in answer.get_data(as_text=True), "what was typed is kept"
    fresh = re.search(r'name="token"[^>]* value="([^"]+)"', answer.get_data(as_text=True))[1]
    assert browser.post(NEW, other | {"token": fresh}).status_code == 302
    assert count(desk) == 2


@pytest.mark.parametrize("sent_before", [False, True])
def test_a_form_left_open_by_another_clerk_is_refused_and_can_be_sent_again(desk, sent_before):
    browser, sent = fill(desk)
    if sent_before:
        assert browser.post(NEW, sent).status_code == 302
    other = desk.staff("clerk2")
    other.get(NEW)
    answer = other.post(NEW, sent)
    assert answer.status_code == 422
    assert "This form is too old. Your text is still here" in desk.said(answer)
    fresh = re.search(r'name="token"[^>]* value="([^"]+)"', answer.get_data(as_text=True))[1]
    assert other.post(NEW, sent | {"token": fresh}).status_code == 302


def test_a_form_that_was_tampered_with_is_refused_and_can_be_sent_again(desk):
    browser, sent = fill(desk)
    token = sent["token"]
    for bad in (token[:-6] + "AAAAAA", "", "x", "ش", token[:20]):
        answer = browser.post(NEW, sent | {"token": bad})
        assert answer.status_code == 422, bad
        assert "This form is too old" in desk.said(answer)
        assert count(desk) == 0
        fresh = re.search(r'name="token"[^>]* value="([^"]+)"', answer.get_data(as_text=True))[1]
    assert browser.post(NEW, sent | {"token": fresh}).status_code == 302


def test_the_receipt_is_shown_once(desk):
    taken = desk.register()
    page = taken.receipt.get_data(as_text=True)
    assert "<svg" in page
    assert "style=" not in page.partition("<svg")[2].partition("</svg>")[0]
    again = taken.browser.get(f"/admin/complaints/complaint/{taken.id}/receipt")
    assert taken.secret not in desk.said(again)
    assert "A secret is shown only once" in desk.said(again)


def test_a_reprint_ends_the_old_secret(desk):
    taken = desk.register()
    page = taken.browser.follow(desk.move("clerk", taken.id, "reprint"))
    new = secret_on(page)
    assert new != taken.secret
    assert desk.track(taken.number, taken.secret).status_code == 422
    assert desk.track(taken.number, new).status_code == 200
    assert "New tracking secret" in desk.said(taken.browser.get(f"/admin/complaints/complaint/{taken.id}"))
    assert desk.move("examiner", taken.id, "reprint").status_code == 403


def test_a_message_with_an_old_secret_is_never_sent_again(desk, monkeypatch):
    """The first message failed; the clerk made a new secret; somebody then asks for one more try."""

    def refuse(name):
        raise Undeliverable("no such number")

    taken = desk.register()
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "channel_named", refuse)
        assert desk.deliver().failed == 1
    desk.move("clerk", taken.id, "reprint")
    with desk.session() as session:
        message = session.scalars(select(Message)).one()
        assert (message.state, message.body) == ("withdrawn", None)
        assert failed(session) == [], "nobody is asked to look after it"
        with pytest.raises(NotPossible, match="the secret in it was replaced or erased"):
            send_again(session, message.id)
    assert desk.deliver().sent == 0
    page = desk.staff("clerk").get(f"/admin/complaints/complaint/{taken.id}")
    assert "Message withdrawn: its secret was replaced or erased" in desk.said(page)


def test_a_message_with_an_old_secret_that_waits_is_not_sent_either(desk):
    taken = desk.register()
    desk.move("clerk", taken.id, "reprint")
    assert desk.deliver().sent == 0
    with desk.session() as session:
        assert session.scalars(select(Message.state)).all() == ["withdrawn"]


def test_no_secret_identity_or_telephone_is_stored_or_logged_in_clear(desk, caplog):
    with caplog.at_level(logging.DEBUG):
        taken = desk.register()
        new = secret_on(taken.browser.follow(desk.move("clerk", taken.id, "reprint")))
        desk.track(taken.number, new)
    desk.deliver()
    canaries = ["29001012701239", "01012345678", "+201012345678"]
    for secret in (taken.secret, new):
        canaries += [secret, secret.replace("-", "")]
    stored = dump(desk) + caplog.text
    assert taken.number in stored, "the probe sees what is stored"
    assert [canary for canary in canaries if canary in stored] == []


def dump(desk):
    """Everything in the database as text, sealed bytes included."""
    with desk.session() as session:
        engine = getattr(session.get_bind(), "engine", session.get_bind())
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return json.dumps(
            [
                [repr(v) for v in row]
                for t in tables
                for row in connection.execute(text(f'SELECT * FROM "{t}"'))
            ],
            ensure_ascii=False,
        )


def secret_on(page):
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.get_data(as_text=True))[0]


def test_a_known_citizen_is_recognised_within_ones_own_unit(desk):
    desk.register()
    desk.register(username="clerk2", name="سعاد عند شباك آخر")
    browser, sent = fill(desk, name="", phone="")
    page = browser.post(NEW, sent | {"known": "1"})
    assert page.status_code == 200
    assert "This citizen has 1 earlier complaint." in desk.said(page)
    assert 'value="سعاد عبد الحميد الأسواني"' in page.get_data(as_text=True)
    assert 'value="01012345678"' in page.get_data(as_text=True)
    assert "شباك آخر" not in page.get_data(as_text=True)
    assert count(desk) == 2, "asking does not register"
    unknown = browser.post(NEW, sent | {"known": "1", "identity": "29001012701247"})
    assert "no earlier complaint here" in desk.said(unknown)
    wrong = browser.post(NEW, sent | {"known": "1", "identity": "290"})
    assert "digits short" in desk.said(wrong)


def test_asking_for_a_known_citizen_tells_nothing_of_confidential_complaints(desk):
    """Who complained of a body's own people must not be found out by trying numbers."""
    desk.register(category_id=str(desk.categories["ADM-COR"]))
    browser, sent = fill(desk, name="", phone="")
    page = browser.post(NEW, sent | {"known": "1"})
    assert "no earlier complaint here" in desk.said(page)
    assert "سعاد" not in page.get_data(as_text=True)
    assert "01012345678" not in page.get_data(as_text=True)
    officer = desk.staff("officer")
    officer.get(NEW)
    assert "This citizen has 1 earlier complaint." in desk.said(officer.post(NEW, sent | {"known": "1"}))


def test_asking_for_known_citizens_is_entered_and_limited(desk, monkeypatch):
    monkeypatch.setattr(counter, "LOOK_UPS", 2)
    taken = desk.register()
    browser, sent = fill(desk, name="", phone="")
    ask = sent | {"known": "1"}
    assert [browser.post(NEW, ask).status_code for _ in range(3)] == [200, 200, 429]
    assert "سعاد" not in browser.post(NEW, ask).get_data(as_text=True)
    with desk.session() as session:
        rows = session.execute(
            select(AuditRow.actor_id, AuditRow.diff).where(AuditRow.op == "looked_up")
        ).all()
    assert [row.actor_id for row in rows] == [desk.users["clerk"]] * 2
    assert taken.number in json.dumps([json.loads(row.diff) for row in rows])


def test_a_clerk_alone_takes_complaints_in(desk):
    for username, status in (
        ("examiner", 403),
        ("focal", 403),
        ("reviewer", 403),
        ("officer", 200),
        ("clerk", 200),
    ):
        assert desk.staff(username).get(NEW).status_code == status, username
    assert desk.browser().get(NEW).status_code == 302


def test_numbers_have_no_gap_when_a_form_is_refused(desk):
    first = desk.register()
    browser, sent = fill(desk, phone="1")
    assert browser.post(NEW, sent).status_code == 422
    second = desk.register()
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1


def test_the_cursor_stands_where_the_next_word_goes(desk):
    desk.register()
    browser, sent = fill(desk, name="", phone="", category_id="")
    assert focused(browser.get(NEW)) == "identity"
    assert focused(browser.post(NEW, sent | {"known": "1"})) == "category_id"
    assert focused(browser.post(NEW, sent | {"known": "1", "identity": "29001012701247"})) == "name"


def focused(page):
    tag = next(
        tag
        for tag in re.findall(r"<(?:input|select)[^>]*>", page.get_data(as_text=True))
        if "autofocus" in tag
    )
    return re.search(r'name="([^"]+)"', tag)[1]


def test_in_aden_a_yemeni_card_and_telephone_are_usual(aden):
    page = aden.staff("clerk").get(NEW).get_data(as_text=True)
    assert "Identity number" in page
    assert '<option selected value="yemeni_id">' in page
    taken = aden.register(identity="٠١٢٣٤٥٦٧٨٩٠", identity_kind="yemeni_id", phone="771234567")
    with aden.session() as session:
        applicant = session.get(Complaint, taken.id).applicant
        assert (applicant.identity, applicant.phone) == ("01234567890", "+967771234567")
    citizen = aden.browser()
    token = re.search(
        r'name="token"[^>]* value="([^"]+)"', citizen.get("/complaints/new").get_data(as_text=True)
    )[1]
    form = aden.form(token=token, identity="01234567890", phone="771234567")
    assert citizen.post("/complaints/new", form).status_code == 302
