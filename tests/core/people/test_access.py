"""Rights come from access.csv; what an administrator decides stays."""

from pathlib import Path

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from core.data.base import db
from core.data.scope import Scope
from core.errors import Refused
from core.people.access import COLUMNS, Access, may, read_access, sync
from core.people.roles import RoleSpec, sync_core, sync_roles
from core.people.seeds import line_of, named
from core.people.users import Role

HEAD = ",".join(COLUMNS)
CLERK, BOTH = Scope(roles=frozenset({"CLK"})), Scope(roles=frozenset({"CLK", "AUD"}))


@pytest.fixture
def table(tmp_path):
    def write(*lines, head=HEAD):
        path = tmp_path / "access.csv"
        path.write_text("\n".join([head, *lines]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def session(ground, governorate):
    with ground.session(governorate) as session:
        yield session


def bring(session, path):
    sync(session, "lumen", path)
    session.commit()


def test_a_role_may_what_its_line_says_and_nothing_else(session, table):
    bring(session, table("CLK,lumen.lamp,1,1,0,0,0", "AUD,lumen.lamp,1,,,,1"))
    verbs = ("read", "create", "write", "transition", "export")
    assert [may(verb, "lumen.lamp", CLERK) for verb in verbs] == [True, True, False, False, False]
    assert [may(verb, "lumen.lamp", BOTH) for verb in verbs] == [True, True, False, False, True]
    assert not may("read", "lumen.other", CLERK)
    assert not may("read", "lumen.lamp", Scope.of_public())
    assert not may("fly", "lumen.lamp", BOTH)
    assert may("write", "lumen.lamp", Scope.of_system())


def test_without_any_scope_nothing_may_be_done(app, governorate):
    from core.governorates.present import governorate_context

    with governorate_context(app, governorate):
        assert not may("read", "core.unit")


def test_upgrading_brings_new_lines_and_takes_dropped_ones(session, table):
    bring(session, table("CLK,lumen.lamp,1,0,0,0,0", "CLK,lumen.wire,1,0,0,0,0"))
    bring(session, table("CLK,lumen.lamp,1,1,0,0,0", "CLK,lumen.pole,1,0,0,0,0"))
    assert may("create", "lumen.lamp", CLERK)
    assert may("read", "lumen.pole", CLERK)
    assert not may("read", "lumen.wire", CLERK)


def test_what_an_administrator_changed_survives_every_upgrade(session, table):
    path = table("CLK,lumen.lamp,1,0,0,0,0", "CLK,lumen.wire,1,0,0,0,0")
    bring(session, path)
    for row in session.scalars(select(Access).where(Access.role_code == "CLK")):
        row.read = False
    session.commit()
    assert not may("read", "lumen.lamp", CLERK)
    bring(session, path)
    bring(session, table("CLK,lumen.lamp,1,1,1,1,1"))
    rows = session.scalars(select(Access).where(Access.plugin == "lumen")).all()
    assert {(row.model, row.read, row.create, row.changed) for row in rows} == {
        ("lumen.lamp", False, False, True),
        ("lumen.wire", False, False, True),
    }


def test_another_session_sees_changed_rights_at_once(ground, governorate, table):
    with ground.session(governorate) as session:
        bring(session, table("CLK,lumen.lamp,1,0,0,0,0"))
    with ground.session(governorate):
        assert may("read", "lumen.lamp", CLERK)
    with ground.session(governorate) as session:
        session.scalars(select(Access).where(Access.plugin == "lumen")).one().read = False
        session.commit()
    with ground.session(governorate):
        assert not may("read", "lumen.lamp", CLERK)


def test_rights_that_were_rolled_back_are_not_remembered(ground, governorate, table):
    with ground.session(governorate) as session:
        sync(session, "lumen", table("CLK,lumen.lamp,1,0,0,0,0"))
        assert may("read", "lumen.lamp", CLERK)
        session.rollback()
    with ground.session(governorate):
        assert not may("read", "lumen.lamp", CLERK)


def test_asking_again_costs_nothing(ground, governorate, table, statements):
    with ground.session(governorate) as session:
        bring(session, table("CLK,lumen.lamp,1,0,0,0,0"))
        may("read", "lumen.lamp", CLERK)
    with ground.session(governorate) as session, statements(session) as seen:
        for _ in range(5):
            may("read", "lumen.lamp", CLERK)
    assert seen == []


@pytest.mark.parametrize(
    ("lines", "head", "where"),
    [
        (["CLK,lumen.lamp,1,0,0,0,0"], "role,model,read", "the first line"),
        (["CLK,lumen.lamp,1,0,0,0"], HEAD, "line 2"),
        (["CLK,lumen.lamp,1,0,0,0,0,1"], HEAD, "line 2"),
        (["CLK,lumen.lamp,1,0,0,0,0", "CLK,lumen.lamp,1,0,0,0,0"], HEAD, "line 3: CLK on lumen.lamp"),
        ([",lumen.lamp,1,0,0,0,0"], HEAD, "line 2"),
        (["CLK,lumen.lamp,yes,0,0,0,0"], HEAD, "line 2"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(table, lines, head, where):
    with pytest.raises(Refused, match=where):
        read_access(table(*lines, head=head))


def test_what_is_wrong_with_a_modules_files_is_said_in_arabic_too(app, table):
    with app.app_context(), force_locale("ar"):
        with pytest.raises(Refused, match="السطر 2 من الملف access"):
            read_access(table("CLK,lumen.lamp,yes,0,0,0,0"))
        with pytest.raises(Refused, match="أكثر من مرة"):
            read_access(table("CLK,lumen.lamp,1,0,0,0,0", "CLK,lumen.lamp,1,0,0,0,0"))
        with pytest.raises(Refused, match="السطر الأول"):
            read_access(table(head="role,model"))
        with pytest.raises(Refused, match="لا يوجد NOWHERE"):
            named({}, "NOWHERE", line_of(Path("units.csv"), 3))


def test_core_roles_the_administrator_reads_no_cases_the_auditor_writes_nothing(session):
    sync_core(session)
    sync_core(session)
    session.commit()
    roles = {role.code: role for role in session.scalars(select(Role))}
    assert (roles["ADM"].reach, roles["AUD"].reach) == ("none", "all")
    assert not any(role.confidential for role in roles.values())
    rows = session.scalars(select(Access)).all()
    assert all(row.model.startswith("core.") for row in rows)
    assert not any(row.create or row.write or row.transition for row in rows if row.role_code == "AUD")


def test_a_role_changed_by_an_administrator_survives_an_upgrade(session):
    shipped = RoleSpec("CLK", "موظف", "Clerk", reach="unit")
    sync_roles(session, "lumen", [shipped])
    session.commit()
    role = session.scalars(select(Role).where(Role.code == "CLK")).one()
    assert not role.changed
    sync_roles(session, "lumen", [RoleSpec("CLK", "موظف الشباك", "Clerk", reach="unit")])
    assert role.name_ar == "موظف الشباك"
    role.reach = "subtree"
    session.commit()
    sync_roles(session, "lumen", [shipped])
    assert (role.reach, role.name_ar) == ("subtree", "موظف الشباك")


def test_two_plugins_cannot_ship_the_same_role(session):
    sync_roles(session, "lumen", [RoleSpec("CLK", "موظف", "Clerk")])
    with pytest.raises(Refused, match="lumen"):
        sync_roles(session, "wires", [RoleSpec("CLK", "موظف", "Clerk")])


def test_a_reach_nobody_defined_is_refused(session):
    with pytest.raises(ValueError, match="everywhere"):
        db.session.add(Role(code="X", name_ar="x", reach="everywhere"))
