"""The demo's organisations load, twice with the same result; their passwords open nothing elsewhere."""

import csv

import pytest
from sqlalchemy import func, select

from core.errors import Refused
from core.governorates.setting import Setting
from core.people.categories import Category
from core.people.demo import FOLDER, PASSWORD, demo_accounts, load_people
from core.people.passwords import weakness
from core.people.places import Place
from core.people.roles import RoleSpec, sync_core, sync_roles
from core.people.seeds import load_tree
from core.people.sign_in import DEMO
from core.people.units import Unit
from core.people.users import Membership, User

ROLES = [RoleSpec(code, code, code) for code in ("CLK", "EXM", "OFF", "FOC", "HED", "REV", "DIR")]


def lines(code, file):
    with (FOLDER / code / file).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@pytest.mark.parametrize("code", ["EG-KN", "EG-SHR", "YE-AD", "EG-C"])
def test_each_organisation_loads_whole_and_again_without_a_trace(ground, backend, code):
    with ground.governorate(code, backend=backend), ground.session(code) as session:
        sync_core(session)
        sync_roles(session, "office", ROLES)
        counts = []
        for _ in range(2):
            load_people(session, code)
            session.commit()
            counts.append(
                [session.scalar(select(func.count()).select_from(m)) for m in (Unit, User, Membership)]
            )
        assert counts[0] == counts[1]
        assert counts[0][:2] == [len(lines(code, "units.csv")), len(lines(code, "users.csv"))]
        assert counts[0][2] == sum(len(row["memberships"].split()) for row in lines(code, "users.csv"))
        assert session.scalar(select(func.count(Unit.id)).where(Unit.parent_id.is_(None))) == 1
        assert len(demo_accounts(session)) == counts[0][1]


def test_a_governorate_that_was_added_before_keeps_one_top_of_each_tree(ground, governorate):
    with ground.session(governorate) as session:
        session.add(Place(code="EG-KN", kind="governorate", name_ar="محافظة قنا"))
        session.commit()
        load_people(session, "EG-KN")
        session.commit()
        assert session.scalars(select(Place.code).where(Place.parent_id.is_(None))).all() == ["QENA"]


def test_before_the_modules_only_the_core_roles_are_given(ground, governorate):
    with ground.session(governorate) as session:
        sync_core(session)
        load_people(session, "EG-KN")
        session.commit()
        assert set(session.scalars(select(Membership.role_id))) <= {1, 2}


def test_a_demo_password_works_in_demo_data_only(ground, office, browser):
    with ground.session(office.code) as session:
        load_people(session, "EG-KN")
        session.commit()
    assert browser().sign_in("clerk", PASSWORD).status_code == 302
    with ground.session(office.code) as session:
        session.delete(session.get(Setting, DEMO))
        session.commit()
    assert browser().sign_in("clerk", PASSWORD).status_code == 422


def test_nobody_real_can_take_the_demo_password(app):
    with app.test_request_context():
        assert weakness(PASSWORD)


def test_the_demo_does_not_touch_a_real_user_of_the_same_name(ground, office, person):
    person("clerk", "WATER:CLK")
    with ground.session(office.code) as session, pytest.raises(Refused, match="clerk is a real user"):
        load_people(session, "EG-KN")


def test_an_unknown_governorate_has_no_demo(ground, governorate):
    with ground.session(governorate) as session, pytest.raises(Refused, match="EG-XX"):
        load_people(session, "EG-XX")


def test_the_complaint_categories_load_as_a_tree(ground, governorate, request):
    path = request.config.rootpath / "plugins/complaints/seed/categories.csv"
    with ground.session(governorate) as session:
        nodes = load_tree(session, Category, path, list="complaints")
        session.commit()
        leaf = nodes["UTL-WAT-QUA"]
        assert (leaf.parent.code, leaf.hours, leaf.working_days, leaf.emergency) == ("UTL", 6, None, True)
        assert leaf.body_codes == ("WCO", "HLT")
        load_tree(session, Category, path, list="complaints")
        assert session.scalar(select(func.count(Category.id))) == len(nodes)


def test_a_line_with_an_unknown_parent_is_named(ground, governorate, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("code,parent,kind,name_ar\nA,,diwan,أ\nB,NOBODY,diwan,ب\n", encoding="utf-8")
    with ground.session(governorate) as session, pytest.raises(Refused, match=r"units.csv line 3.*NOBODY"):
        load_tree(session, Unit, path)
