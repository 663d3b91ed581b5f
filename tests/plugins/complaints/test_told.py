"""Closing needs that the citizen was told: by a message, or otherwise where no message will arrive."""

import pytest

from core.data.visibility import attached
from core.messages import delivery
from core.messages.channel import Undeliverable
from core.messages.outbox import Message
from core.work.history import History, import_history
from plugins.complaints import letters
from plugins.complaints.models import Applicant, Complaint

HOW = {"how": "اتصال هاتفي بالمواطن وقراءة الرد عليه"}


@pytest.fixture
def answered(desk):
    """A complaint whose answer waits to be sent."""
    taken = desk.register()
    desk.deliver()
    desk.refer(taken.id)
    desk.answer(taken.id)
    assert desk.move("reviewer", taken.id, "approve").status_code == 302
    return taken.id


def test_where_the_message_failed_staff_tell_the_citizen_otherwise(desk, answered, monkeypatch):
    early = desk.move("officer", answered, "told_otherwise", **HOW)
    assert early.status_code == 409, "a message is on its way"
    monkeypatch.setattr(delivery, "channel_named", refuse)
    desk.deliver()
    page = desk.staff("officer").get(f"/admin/complaints/complaint/{answered}")
    assert "Message could not be delivered" in desk.said(page)
    assert "/do/told_otherwise" in page.get_data(as_text=True)
    assert desk.move("officer", answered, "close").status_code == 409
    assert desk.move("reviewer", answered, "told_otherwise", **HOW).status_code == 403
    assert desk.move("officer", answered, "told_otherwise", how="").status_code == 422
    assert desk.move("officer", answered, "told_otherwise", **HOW).status_code == 302
    assert HOW["how"] in desk.said(desk.staff("officer").get(f"/admin/complaints/complaint/{answered}"))
    assert desk.move("director", answered, "told_otherwise", **HOW).status_code == 409, "once"
    assert desk.move("officer", answered, "close").status_code == 302


def refuse(name):
    raise Undeliverable("no such number")


def test_an_answer_of_an_earlier_register_can_be_closed(desk):
    """Its citizen has a telephone, but no message of ours was ever queued."""
    with desk.session() as session:
        applicant = Applicant(name="سعاد")
        applicant.set_phone("01012345678", "EG")
        complaint = Complaint(
            category_id=desk.categories["UTL-WAT-LEK"], unit_id=desk.units["CSD"], subject="ماسورة",
            body="كسر", outcome="REMOVED", reply="تم", applicants=[applicant],
        )  # fmt: skip
        import_history([(complaint, History("answered", "register"))])
        session.commit()
        key = complaint.id
    assert desk.move("officer", key, "close").status_code == 409
    assert desk.move("officer", key, "told_otherwise", **HOW).status_code == 302
    assert desk.move("officer", key, "close").status_code == 302


def test_a_proof_that_could_not_be_noted_is_noted_later_and_nothing_is_sent_twice(
    desk, answered, monkeypatch
):
    sent = desk.app.config["DIWAN"].data_dir / "outbox" / "EG-KN" / "sms.jsonl"
    before = len(sent.read_text("utf-8").splitlines())
    with monkeypatch.context() as broken:
        broken.setattr(letters, "note_told", lambda message: 1 / 0)
        desk.deliver()
    with desk.session() as session:
        complaint = session.get(Complaint, answered)
        message = session.scalars(attached(Message, complaint).order_by(Message.id.desc())).first()
        assert (message.state, complaint.notified_at) == ("queued", None)
        assert message.proof
        message.next_at = message.queued_at
        session.commit()
    desk.deliver()
    with desk.session() as session:
        complaint = session.get(Complaint, answered)
        states = session.scalars(attached(Message, complaint).with_only_columns(Message.state)).all()
        assert set(states) == {"sent"}
        assert complaint.notified_at is not None
    assert len(sent.read_text("utf-8").splitlines()) == before + 1
