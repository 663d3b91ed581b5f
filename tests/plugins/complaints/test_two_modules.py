"""One person with roles of two modules: how far one reaches says nothing about the other's records."""

import pytest
from sqlalchemy import func, select

from core.data.scope import CONFIDENTIAL, ORDINARY
from core.data.visibility import level_on, select_visible
from core.errors import Hidden
from core.people.access import Access
from core.people.users import Role
from plugins.complaints.models import Applicant, Complaint

from .conftest import PASSWORD, SECRET
from .test_two_memberships import hire

__all__ = ["PASSWORD", "hire"]
LIST = "/admin/complaints/complaint/"


@pytest.fixture
def gardens(desk):
    """Roles of another module, as an administrator gets them with it: one reads all, one opens all."""
    with desk.ground.session(desk.code) as session:
        for code, confidential in (("GRD", False), ("GOV", True)):
            names = {"name_ar": code, "name_en": code, "plugin": "gardens"}
            session.add(Role(code=code, reach="all", confidential=confidential, **names))
            session.add(Access(role_code=code, model="gardens.tree", read=True, plugin="gardens"))
        session.commit()


@pytest.fixture
def complaints(desk, gardens):
    """(id at one's own window, id at another's)"""
    return desk.register("clerk").id, desk.register("clerk2", name="سعاد عند شباك آخر").id


def test_a_clerk_who_looks_after_all_gardens_sees_the_complaints_of_her_window(desk, hire, complaints):
    hire("nour", "CSD:CLK", "DIWAN:GRD")
    own, other = complaints
    nour = desk.staff("nour")
    assert nour.get(f"{LIST}{own}").status_code == 200
    assert nour.get(f"{LIST}{other}").status_code == 404
    with desk.session("nour") as session:
        assert [one.id for one in session.scalars(select(Complaint))] == [own]
        assert session.get(Complaint, other) is None
        assert session.scalar(select(func.count(Applicant.id))) == 1
        assert session.execute(select_visible(Complaint, Complaint.id)).all() == [(own,)]


def test_who_has_no_role_of_the_module_sees_none_of_its_records(desk, hire, complaints):
    hire("salem", "DIWAN:GRD", "DIWAN:GOV")
    with desk.session("salem") as session:
        assert session.scalars(select(Complaint)).all() == []
        assert session.scalars(select(Applicant)).all() == []


def test_confidential_complaints_are_not_opened_by_another_modules_role(desk, hire, gardens):
    """The auditor reads everything ordinary, and the gardens' confidential files besides."""
    hire("adel", "DIWAN:AUD", "DIWAN:GOV")
    secret = desk.register("clerk", category_id=str(desk.categories[SECRET])).id
    plain = desk.register("clerk").id
    scope = desk.scope("adel")
    assert (scope.whole, scope.level) == (True, CONFIDENTIAL)
    with desk.session("adel") as session:
        assert [one.id for one in session.scalars(select(Complaint))] == [plain]
        assert session.get(Complaint, secret) is None
        assert level_on(session.get(Complaint, plain), scope) == ORDINARY
    assert desk.staff("adel").get(f"{LIST}{secret}").status_code == 404


def test_no_complaint_is_put_into_a_unit_that_another_modules_role_reaches(desk, hire, complaints):
    hire("nour", "CSD:CLK", "DIWAN:GRD")
    with desk.session("nour", write=True) as session:
        session.get(Complaint, complaints[0]).unit_id = desk.units["TCC"]
        with pytest.raises(Hidden):
            session.flush()


def test_a_right_given_in_the_module_counts_from_the_next_request(desk, hire, complaints):
    hire("nour", "CSD:CLK", "DIWAN:GRD")
    other = complaints[1]
    assert desk.staff("nour").get(f"{LIST}{other}").status_code == 404
    with desk.ground.session(desk.code) as session:
        session.add(Access(role_code="GRD", model="complaints.complaint", read=True, plugin="complaints"))
        session.commit()
    assert desk.staff("nour").get(f"{LIST}{other}").status_code == 200
