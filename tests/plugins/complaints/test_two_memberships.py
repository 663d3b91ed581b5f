"""One person with two memberships: each role counts where it is held, and nowhere else."""

import pytest
from flask_security import hash_password
from sqlalchemy import select

from core.data.scope import CONFIDENTIAL, ORDINARY
from core.data.visibility import level_on
from core.people.users import Membership, Role, User
from plugins.complaints.models import Complaint

from .conftest import PASSWORD, SECRET


@pytest.fixture
def hire(desk):
    """Make a person with memberships "UNIT:ROLE"."""

    def make(username, *members):
        with desk.ground.session(desk.code) as session:
            roles = {role.code: role for role in session.scalars(select(Role))}
            user = User(username=username, name_ar=username, password=hash_password(PASSWORD))
            for member in members:
                unit, _, role = member.partition(":")
                user.memberships.append(Membership(unit_id=desk.units[unit], role=roles[role]))
            session.add(user)
            session.commit()
            desk.users[username] = user.id

    return make


def test_a_clerk_here_who_is_focal_point_there_does_not_answer_here(desk, hire):
    hire("mixed", "WCO:CLK", "ELE:FOC")
    key = desk.register().id
    desk.refer(key, body="WCO")
    assert desk.staff("mixed").get(f"/admin/complaints/complaint/{key}").status_code == 200
    assert desk.state(key) == "referred", "his opening acknowledged nothing"
    desk.staff("focal").get(f"/admin/complaints/complaint/{key}")
    sent = desk.move("mixed", key, "reply", outcome="REMOVED", text="ليست مسؤوليتي")
    assert sent.status_code == 403
    assert desk.state(key) == "in_action"


def test_in_the_unit_of_the_role_the_same_person_answers(desk, hire):
    hire("mixed", "WCO:CLK", "ELE:FOC")
    key = desk.register().id
    desk.refer(key, body="ELE")
    desk.answer(key, by="mixed")
    assert desk.state(key) == "reply_review"


def test_a_confidential_role_opens_only_what_its_own_membership_reaches(desk, hire):
    """An officer whose reach an administrator cut down to his unit, and who also reads everything."""
    with desk.ground.session(desk.code) as session:
        session.scalars(select(Role).where(Role.code == "OFF")).one().reach = "unit"
        session.commit()
    hire("mixed", "TCC:OFF", "DIWAN:AUD")
    here = desk.register("clerk2", category_id=str(desk.categories[SECRET])).id
    there = desk.register("clerk", category_id=str(desk.categories[SECRET])).id
    plain = desk.register("clerk").id
    scope = desk.scope("mixed")
    assert not scope.unlimited
    with desk.session("mixed") as session:
        assert session.get(Complaint, there) is None
        assert level_on(session.get(Complaint, here), scope) == CONFIDENTIAL
        assert level_on(session.get(Complaint, plain), scope) == ORDINARY
        assert {one.id for one in session.scalars(select(Complaint))} == {here, plain}
