"""Hearing days: planned, held, and the minute approved by somebody else."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.data.time import freeze
from core.errors import Invalid, NotAllowed, NotPossible
from core.governorates.present import present
from core.people.demo import load_people
from core.people.roles import sync_core
from core.people.scopes import scope_of
from core.people.units import Unit
from core.people.users import Membership, Role, User
from core.work.transition import allowed, transition
from plugins.hearings import diwan_demo
from plugins.hearings.models import Hearing

MINUTE = {"citizens": "٦٦", "summary": "لقاءات فردية مع كل مواطن على حدة"}
PEOPLE = {
    "secretary": ("QUS", "HRS"),
    "other": ("QIFT", "HRS"),
    "approver": ("DIWAN", "HRA"),
    "both": ("QUS", "HRS HRA"),
}


@pytest.fixture
def office(ground, backend):
    """A governorate with hearings and without complaints; a diwan with two marakiz."""
    with ground.governorate("EG-KN", backend=backend, modules=("hearings",)) as code:
        with ground.session(code) as session:
            sync_core(session)
            diwan = Unit(code="DIWAN", kind="diwan", name_ar="الديوان")
            units = {"DIWAN": diwan}
            for name in ("QUS", "QIFT"):
                units[name] = Unit(code=name, kind="markaz", name_ar=name, parent=diwan)
            session.add_all(units.values())
            roles = {role.code: role for role in session.scalars(select(Role))}
            for username, (unit, codes) in PEOPLE.items():
                user = User(username=username, name_ar=username)
                user.memberships = [Membership(unit=units[unit], role=roles[one]) for one in codes.split()]
                session.add(user)
            session.commit()
            scopes = {user.username: scope_of(user) for user in session.scalars(select(User))}
        yield SimpleNamespace(code=code, ground=ground, scopes=scopes)


def plan(office, username="secretary", held_on=date(2024, 7, 2)):
    with office.ground.session(office.code, office.scopes[username]) as session:
        hearing = Hearing(held_on=held_on, level="markaz", heard_by="رئيس المركز")
        session.add(hearing)
        session.commit()
        return hearing.id


def move(office, username, key, action, data=None):
    with office.ground.session(office.code, office.scopes[username]) as session:
        transition(session.get(Hearing, key), action, data or {})
        session.commit()


def test_a_day_is_planned_held_and_its_minute_approved(office):
    key = plan(office)
    move(office, "secretary", key, "hold", MINUTE)
    move(office, "approver", key, "approve")
    with office.ground.session(office.code) as session:
        hearing = session.get(Hearing, key)
        assert (hearing.number, hearing.state, hearing.citizens) == ("QUS/2024/001", "minuted", 66)


def test_a_returned_minute_is_written_again(office):
    key = plan(office)
    move(office, "secretary", key, "hold", MINUTE)
    move(office, "approver", key, "return_minute")
    move(office, "secretary", key, "hold", MINUTE | {"citizens": "65"})
    with office.ground.session(office.code) as session:
        assert session.get(Hearing, key).citizens == 65


def test_who_writes_the_minute_does_not_approve_it(office):
    key = plan(office, "both")
    move(office, "both", key, "hold", MINUTE)
    with pytest.raises(NotAllowed):
        move(office, "both", key, "approve")


def test_nobody_is_heard_before_the_day(office):
    key = plan(office, held_on=date(2099, 1, 1))
    with pytest.raises(NotPossible):
        move(office, "secretary", key, "hold", MINUTE)
    with office.ground.session(office.code, office.scopes["secretary"]) as session:
        assert allowed(session.get(Hearing, key)) == []


@pytest.mark.parametrize("data", [{}, MINUTE | {"citizens": "-1"}, MINUTE | {"summary": "تم"}])
def test_a_minute_needs_a_count_and_words(office, data):
    key = plan(office)
    with pytest.raises(Invalid):
        move(office, "secretary", key, "hold", data)


def test_each_markaz_has_its_own_register_and_the_diwan_sees_all(office):
    plan(office, "secretary")
    plan(office, "other")
    plan(office, "other")
    seen = {}
    for username in ("secretary", "other", "approver"):
        with office.ground.session(office.code, office.scopes[username]) as session:
            seen[username] = sorted(session.scalars(select(Hearing.number)))
    assert seen["secretary"] == ["QUS/2024/001"]
    assert seen["other"] == ["QIFT/2024/001", "QIFT/2024/002"]
    assert seen["approver"] == seen["other"] + seen["secretary"]


def test_the_demo_tells_of_the_sixty_six_of_qena(ground, backend):
    with ground.governorate("EG-KN", backend=backend, modules=("hearings",)) as code:
        with ground.session(code) as session:
            load_people(session, code)
            diwan_demo(session, present())
            session.commit()
        with ground.session(code) as session:
            day = session.scalars(select(Hearing).where(Hearing.held_on == date(2024, 7, 2))).one()
            assert (day.citizens, day.state, day.level) == (66, "minuted", "governorate")
            clerk = session.scalars(select(User).where(User.username == "clerk")).one()
            assert "HRS" in scope_of(clerk).roles


def test_the_day_has_come_when_it_begins_on_the_governorates_clock(office):
    """Half past midnight in Qena is still the day before in UTC."""
    key = plan(office, held_on=date(2026, 7, 2))
    with freeze(datetime(2026, 7, 1, 20, 30, tzinfo=UTC)), pytest.raises(NotPossible):
        move(office, "secretary", key, "hold", MINUTE)
    with freeze(datetime(2026, 7, 1, 21, 30, tzinfo=UTC)):
        move(office, "secretary", key, "hold", MINUTE)
