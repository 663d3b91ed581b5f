"""From memberships to what a person sees."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.data.scope import MOST_IDS
from core.people.scopes import outermost, scope_of
from core.people.units import Unit
from core.people.users import Membership, Post, Role, User

from .conftest import node


@pytest.fixture
def scope(office):
    """The scope of a user, in a session of its own."""

    def of(user_id):
        with office.ground.session(office.code) as session:
            return scope_of(session.get(User, user_id))

    return of


def ids(office, *codes):
    return tuple(sorted(office.units[code] for code in codes))


def test_each_reach_sees_what_it_says(office, person, scope):
    assert scope(person("admin", "DIWAN:ADM")).unit_ids == ()
    assert scope(person("clerk", "WATER:CLK")).unit_ids == ids(office, "WATER")
    assert scope(person("head", "WATER:HED")).unit_ids == ids(office, "WATER", "WATER-KOUS")
    assert scope(person("auditor", "DIWAN:AUD")).whole
    nobody = scope(person("nobody"))
    assert (nobody.unit_ids, nobody.unit_paths, nobody.roles, nobody.whole) == ((), (), frozenset(), False)


def test_a_focal_point_also_sees_the_places_that_its_branch_serves(office, person, scope):
    seen = scope(person("focal", "WATER:FOC"))
    with office.ground.session(office.code) as session:
        from core.people.places import Place

        kous = session.get(Place, office.places["KOUS"]).path
    assert seen.unit_ids == ids(office, "WATER", "WATER-KOUS")
    assert seen.place_paths == (kous,)
    assert scope(person("head", "WATER:HED")).place_paths == ()


def test_memberships_add_up_and_the_oldest_says_where_one_acts(office, person, scope):
    both = scope(person("both", "WATER-KOUS:CLK", "HEALTH:CLK"))
    assert both.unit_ids == ids(office, "WATER-KOUS", "HEALTH")
    assert both.unit_id == office.units["WATER-KOUS"]
    assert both.roles == {"CLK"}
    mixed = scope(person("mixed", "WATER:CLK", "HEALTH:FOC"))
    assert mixed.unit_ids == ids(office, "WATER", "HEALTH")


def test_only_the_confidential_roles_open_confidential_records(person, scope):
    assert scope(person("director", "DIWAN:DIR")).unlimited
    assert scope(person("auditor", "DIWAN:AUD")).level == 0


def test_an_ended_membership_gives_nothing(office, person, scope):
    user_id = person("clerk", "WATER:CLK", "HEALTH:CLK")
    with office.ground.session(office.code) as session:
        session.scalars(
            select(Membership).where(Membership.unit_id == office.units["WATER"])
        ).one().active = False
        session.commit()
    assert scope(user_id).unit_ids == ids(office, "HEALTH")


def test_many_units_become_paths(office, person, scope):
    with office.ground.session(office.code) as session:
        water = session.get(Unit, office.units["WATER"])
        session.add_all([node(Unit, f"W{number}", water) for number in range(MOST_IDS)])
        session.commit()
        path = water.path
    seen = scope(person("head", "WATER:HED", "HEALTH:CLK"))
    assert (seen.unit_ids, seen.unit_paths) == (ids(office, "HEALTH"), (path,))


def test_a_post_travels_with_the_membership(office, person, scope):
    user_id = person("head", "WATER:HED")
    with office.ground.session(office.code) as session:
        post = Post(unit_id=office.units["WATER"], title_ar="رئيس الفرع")
        session.scalars(select(Membership).where(Membership.user_id == user_id)).one().post = post
        session.commit()
        post_id = post.id
    assert scope(user_id).post_id == post_id


@pytest.mark.parametrize("change", ["role", "unit", "membership"])
def test_every_change_is_seen_by_the_next_request(office, person, scope, change):
    user_id = person("clerk", "WATER:CLK")
    before = scope(user_id)
    with office.ground.session(office.code) as session:
        if change == "role":
            session.scalars(select(Role).where(Role.code == "CLK")).one().reach = "subtree"
        elif change == "unit":
            session.get(Unit, office.units["WATER"]).parent_id = None
            session.scalars(select(Role).where(Role.code == "CLK")).one().reach = "all"
        else:
            session.scalars(select(Membership)).one().unit_id = office.units["HEALTH"]
        session.commit()
    assert scope(user_id) != before


def test_the_first_time_costs_three_selects_and_the_next_none(office, person, statements):
    """Memberships, units and rights; the serial of people comes with the gate's own reading."""
    user = SimpleNamespace(id=person("focal", "WATER:FOC"))
    for cost in (3, 0):
        with office.ground.session(office.code) as session, statements(session) as seen:
            scope_of(user)
            scope_of(user)
        assert len(seen) == cost


def test_two_governorates_with_the_same_ids_do_not_share_scopes(ground, office, person, backend, scope):
    """User 1 here and user 1 there are two people."""
    from core.people.roles import sync_core

    user_id = person("auditor", "DIWAN:AUD")
    assert scope(user_id).whole
    with ground.governorate("EG-SHR", backend=backend) as other, ground.session(other) as session:
        sync_core(session)
        session.add(User(id=user_id, username="somebody", name_ar="شخص"))
        session.commit()
        assert not scope_of(session.get(User, user_id)).whole


def test_outermost_keeps_the_branches_only():
    assert outermost(["/1/4/", "/1/40/", "/1/4/9/", "/1/4/"]) == ("/1/4/", "/1/40/")
    assert outermost([]) == ()
