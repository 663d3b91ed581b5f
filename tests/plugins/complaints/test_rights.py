"""Who may do what: roles, two pairs of eyes, and the body to which it was referred."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from core.data.visibility import attached
from core.people.units import Unit
from core.people.users import Membership, Role
from core.work.moves import TransitionRow
from plugins.complaints.models import Complaint
from plugins.complaints.workflow import COMPLAINT

STAFF = ("clerk", "examiner", "officer", "focal", "head", "reviewer", "director", "auditor", "local")
REPLY = {"outcome": "REMOVED", "text": "تم إصلاح الماسورة بالكامل"}


def give(desk, username, unit, role):
    """One more membership, before the person signs in."""
    with desk.session() as session:
        role_id = session.scalars(select(Role.id).where(Role.code == role)).one()
        session.add(Membership(user_id=desk.users[username], unit_id=desk.units[unit], role_id=role_id))
        session.commit()


@pytest.fixture
def at_review(desk):
    taken = desk.register()
    desk.refer(taken.id)
    desk.answer(taken.id)
    return taken.id


def test_each_step_is_for_its_roles_alone(desk):
    key = desk.register().id
    data = {"refer": {"unit_id": desk.units["WCO"], "due_on": "2099-01-01"}, "reply": REPLY}
    path = [
        ("examine", "examiner"),
        ("refer", "examiner"),
        ("acknowledge", "focal"),
        ("reply", "focal"),
        ("approve", "reviewer"),
    ]
    for action, doer in path:
        roles = COMPLAINT.transition(action).roles
        for username in STAFF:
            role = desk.scope(username).roles
            if not role & set(roles):
                answer = desk.move(username, key, action, **data.get(action, {}))
                assert answer.status_code in (403, 404), (username, action)
        assert desk.move(doer, key, action, **data.get(action, {})).status_code == 302, action


def test_who_wrote_the_reply_does_not_approve_it(desk):
    give(desk, "focal", "CSD", "REV")
    key = desk.register().id
    desk.refer(key)
    desk.answer(key)
    refused = desk.move("focal", key, "approve")
    assert refused.status_code == 403
    assert "Somebody else must do this" in desk.said(refused)
    assert "/do/approve" not in desk.staff("focal").get(f"/admin/complaints/complaint/{key}").get_data(
        as_text=True
    )
    assert desk.move("reviewer", key, "approve").status_code == 302


def test_who_took_the_complaint_in_does_not_approve_its_reply(desk):
    give(desk, "clerk", "CSD", "REV")
    key = desk.register().id
    desk.refer(key)
    desk.answer(key)
    assert desk.move("clerk", key, "approve").status_code == 403


def test_another_body_cannot_reply_even_if_it_sees_the_complaint(desk):
    give(desk, "stranger", "CSD", "REV")
    key = desk.register().id
    desk.refer(key, "WCO")
    desk.staff("stranger").get(f"/admin/complaints/complaint/{key}")
    assert desk.state(key) == "referred", "its opening acknowledges nothing"
    desk.staff("focal").get(f"/admin/complaints/complaint/{key}")
    refused = desk.move("stranger", key, "reply", **REPLY)
    assert refused.status_code == 403
    assert "referred to another body" in desk.said(refused)


def test_a_body_tells_the_citizen_nothing_that_nobody_approved(desk):
    taken = desk.register()
    desk.refer(taken.id)
    address = f"/admin/complaints/complaint/{taken.id}"
    page = desk.staff("focal").get(address)
    assert "Colleagues only" in desk.said(page)
    assert "The citizen too" not in desk.said(page)
    note = {"body": "The pipe is not ours.", "visibility": "public"}
    assert desk.staff("focal").post(f"{address}/note", note).status_code == 403
    assert "The pipe is not ours." not in desk.said(desk.track(taken.number, taken.secret))
    assert "The citizen too" in desk.said(desk.staff("reviewer").get(address))
    assert desk.staff("reviewer").post(f"{address}/note", note).status_code == 302
    assert "The pipe is not ours." in desk.said(desk.track(taken.number, taken.secret))


def test_an_examiner_who_wrote_a_confidential_complaint_does_not_examine_it(desk):
    give(desk, "clerk", "CSD", "EXM")
    key = desk.register(category_id=str(desk.categories["ADM-COR"])).id
    refused = desk.move("clerk", key, "examine")
    assert refused.status_code == 403
    assert "confidential" in desk.said(refused)
    assert desk.move("officer", key, "examine").status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit_id": ""}, "Body:"),
        ({"unit_id": "999999"}, "not there any more"),
        ({"due_on": "2001-01-01"}, "This day is over."),
        ({"due_on": "غدًا"}, "Enter a day"),
        ({"note": "x" * 1001}, "Instructions to the body:"),
    ],
)
def test_a_referral_needs_a_body_and_a_day(desk, changes, sentence):
    key = desk.register().id
    desk.move("examiner", key, "examine")
    data = {"unit_id": desk.units["WCO"], "due_on": "2099-01-01"} | changes
    answer = desk.move("examiner", key, "refer", **data)
    assert answer.status_code == 422
    assert sentence in desk.said(answer)
    assert desk.state(key) == "examining"


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "", "text": REPLY["text"]},
        {"outcome": "SOLVED", "text": REPLY["text"]},
        {"outcome": "REMOVED", "text": "تم"},
    ],
)
def test_a_reply_needs_an_outcome_and_words(desk, data):
    key = desk.register().id
    desk.refer(key)
    desk.staff("focal").get(f"/admin/complaints/complaint/{key}")
    assert desk.move("focal", key, "reply", **data).status_code == 422
    assert desk.state(key) == "in_action"


def test_no_outcome_is_chosen_for_the_body(desk):
    key = desk.register().id
    desk.refer(key)
    focal = desk.staff("focal")
    focal.get(f"/admin/complaints/complaint/{key}")
    page = focal.get(f"/admin/complaints/complaint/{key}/do/reply").get_data(as_text=True)
    assert re.search(r'<option selected value="">', page)
    assert not re.search(r'<option selected value="REMOVED">', page)


def test_steps_out_of_order_are_refused(desk, at_review):
    assert desk.move("examiner", at_review, "examine").status_code == 409
    assert desk.move("officer", at_review, "close").status_code == 409
    assert desk.move("officer", at_review, "nonsense").status_code == 404


def test_a_body_out_of_service_gets_nothing(desk):
    key = desk.register().id
    desk.move("examiner", key, "examine")
    with desk.session() as session:
        session.get(Unit, desk.units["ELE"]).active = False
        session.commit()
    answer = desk.move("examiner", key, "refer", unit_id=desk.units["ELE"], due_on="2099-01-01")
    assert answer.status_code == 422


def test_who_cannot_be_told_can_be_closed(desk):
    key = desk.register(phone="", contact_refused="لا يملك هاتفًا").id
    desk.refer(key)
    desk.answer(key)
    desk.move("reviewer", key, "approve")
    assert desk.move("officer", key, "close").status_code == 302


def test_every_step_keeps_who_and_for_which_unit(desk, at_review):
    desk.move("reviewer", at_review, "approve")
    with desk.session() as session:
        complaint = session.get(Complaint, at_review)
        rows = session.scalars(attached(TransitionRow, complaint).order_by(TransitionRow.id)).all()
        made = [(row.action, row.actor_id, row.unit_id, row.duty) for row in rows]
    users, units = desk.users, desk.units
    assert made == [
        ("register", users["clerk"], units["CSD"], "intake"),
        ("examine", users["examiner"], units["CSD"], None),
        ("refer", users["examiner"], units["CSD"], None),
        ("acknowledge", users["focal"], units["WCO"], None),
        ("reply", users["focal"], units["WCO"], "reply"),
        ("approve", users["reviewer"], units["CSD"], "approve"),
    ]


def test_what_was_entered_wrongly_is_put_right_before_it_is_referred(desk):
    key = desk.register().id
    examiner = desk.staff("examiner")
    address = f"/admin/complaints/complaint/{key}/edit"
    page = examiner.get(address).get_data(as_text=True)
    hidden = {"row_base": unescape(re.search(r'name="row_base" value="([^"]*)"', page)[1])}
    sent = {
        "category": desk.categories["SOC-AID"], "place": desk.places["QIFT"], "kind": "collective",
        "applicant_kind": "citizen", "channel": "counter", "subject": "طلب مساعدة", "address": "",
    }  # fmt: skip
    group = examiner.post(address, sent | hidden | {"category": desk.categories["SOC"]})
    assert group.status_code == 422
    nowhere = examiner.post(address, sent | hidden | {"place": ""})
    assert nowhere.status_code == 422, "the intake asks for the place too"
    assert 'for="place">المكان <' not in page, "so it is not called optional"
    assert examiner.post(address, sent | hidden).status_code == 302
    with desk.session() as session:
        complaint = session.get(Complaint, key)
        assert (complaint.subject, complaint.kind, complaint.confidentiality) == (
            "طلب مساعدة",
            "collective",
            1,
        )
    assert examiner.get(address).status_code == 404, "it became confidential"
    assert desk.staff("clerk").get(address).status_code == 403
