"""Another system hands complaints in: as FixMyStreet does, badly, twice, and without a key."""

from sqlalchemy import select

from core.data.visibility import attached
from core.messages.outbox import Message
from core.work.chain import AuditRow
from core.work.moves import TransitionRow
from core.work.notes import Note
from plugins.complaints.models import Complaint

from ..conftest import SECRET
from .conftest import error


def complaints(desk):
    with desk.session() as session:
        found = session.scalars(select(Complaint).order_by(Complaint.id)).all()
        session.expunge_all()
        return found


def test_a_report_of_fixmystreet_becomes_a_complaint_on_the_citizens_path(desk, machine):
    told = machine.send(
        media_url=["https://example.org/1.jpg", "https://example.org/2.jpg"], account_id="7",
        email="mohamed@example.org", address_string="شارع الجميل", **{"attribute[fixmystreet_id]": "12"},
    )  # fmt: skip
    with desk.session() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert (complaint.state, complaint.channel, complaint.source) == (
            "registered",
            "open311",
            "fixmystreet",
        )
        assert complaint.unit_id == desk.units["CSD"], "the key's unit"
        assert (complaint.latitude, complaint.longitude) == (26.164193, 32.716031)
        assert (complaint.subject, complaint.place.code) == ("ماسورة مكسورة", "QENA")
        assert complaint.applicant.name == "محمد أحمد عبد الرحمن السيد"
        assert (complaint.applicant.phone, complaint.applicant.email) == (
            "+201012345678",
            "mohamed@example.org",
        )
        move = session.scalars(attached(TransitionRow, complaint)).one()
        assert (move.action, move.origin, move.actor_id) == ("register", "citizen", None)
        note = session.scalars(attached(Note, complaint)).one()
        assert note.visibility == "internal"
        assert "https://example.org/2.jpg" in note.body
        assert {one.channel for one in session.scalars(attached(Message, complaint))} == {"sms", "mail"}
        reasons = session.scalars(select(AuditRow.diff).where(AuditRow.op == "unscoped")).all()
        assert any("fixmystreet" in reason for reason in reasons), "the audit names the key"
        number, uuid = complaint.number, complaint.uuid
    assert told == {"service_request_id": uuid, "service_notice": told["service_notice"], "account_id": "7"}
    assert number in told["service_notice"]
    page = desk.staff("examiner").get("/admin/complaints/complaint/1").get_data(as_text=True)
    assert 'href="geo:26.16419,32.71603"' in page


def test_xml_is_answered_in_xml(machine):
    answer = machine.post("xml")
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    assert "<service_requests><request><service_request_id>" in answer.text


def test_what_is_optional_may_be_missing(desk, machine):
    machine.send(first_name=None, last_name=None, phone=None, description=None)
    (complaint,) = complaints(desk)
    assert complaint.body == complaint.subject


def test_a_confidential_one_gets_a_token_that_leads_to_nothing_shown(desk, machine):
    told = machine.send(service_code=SECRET)
    assert set(told) == {"token", "service_notice", "account_id"}
    (found,) = machine.get(f"tokens/{told['token']}.json").json
    (complaint,) = complaints(desk)
    assert found == {"service_request_id": complaint.uuid, "token": told["token"]}
    assert complaint.confidentiality == 1
    assert complaint.number not in told["service_notice"]
    assert machine.get(f"requests/{complaint.uuid}.json").status_code == 404
    assert error(machine.get("tokens/nonsense.xml")) == "هذا الرمز غير معروف هنا."
