"""The first administrator enters by a link from the command line: once, within a day."""

from datetime import timedelta
from threading import Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.data.time import freeze, now
from core.errors import Invalid, NotFound, Refused
from core.governorates.address import note_address
from core.people.access import Access
from core.people.commands import user as group
from core.people.invitations import GOOD_FOR, Invitation, check_token, issue_first_admin_token, redeem
from core.people.roles import sync_core
from core.people.users import Membership, User

from .conftest import PASSWORD

DATA = {"username": "hatem", "password": PASSWORD, "name_ar": "حاتم"}


@pytest.fixture
def inside(ground, governorate):
    with ground.session(governorate) as session:
        sync_core(session)
        session.commit()
    return lambda: ground.session(governorate)


@pytest.fixture
def token(inside):
    with inside() as session:
        token = issue_first_admin_token(session)
        session.commit()
    return token


def test_the_link_makes_an_administrator_of_the_top_unit_once(inside, token):
    with inside() as session:
        check_token(session, token)
        redeem(session, token, **DATA)
        session.commit()
    with inside() as session:
        member = session.scalars(select(Membership)).one()
        assert (member.user.username, member.role.code, member.unit.parent_id) == ("hatem", "ADM", None)
        for again in (check_token, lambda s, t: redeem(s, t, **DATA | {"username": "second"})):
            with pytest.raises(NotFound):
                again(session, token)


def test_the_link_is_good_for_a_day(inside, token):
    with inside() as session:
        with freeze(now() + GOOD_FOR - timedelta(minutes=1)):
            check_token(session, token)
        with freeze(now() + GOOD_FOR + timedelta(minutes=1)), pytest.raises(NotFound):
            redeem(session, token, **DATA)
        assert session.scalar(select(func.count(User.id))) == 0


def test_a_newer_link_ends_the_older(inside, token):
    with inside() as session:
        newer = issue_first_admin_token(session)
        session.commit()
        with pytest.raises(NotFound):
            check_token(session, token)
        check_token(session, newer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "HATEM is the password"}, "password"),
        ({"username": "h"}, "username"),
        ({"username": "ha@tem"}, "username"),
        ({"username": "ha tem"}, "username"),
        ({"username": "\u200f\u200f\u200f"}, "username"),
        ({"email": "no address"}, "email"),
        ({"name_ar": "  "}, "name_ar"),
    ],
)
def test_unusable_data_is_refused_by_field_and_the_link_stays_good(inside, token, change, field):
    with inside() as session:
        with pytest.raises(Invalid) as refused:
            redeem(session, token, **DATA | change)
        assert set(refused.value.errors) == {field}
        session.rollback()
        redeem(session, token, **DATA)


def test_a_taken_name_is_refused(inside, token):
    with inside() as session:
        redeem(session, token, **DATA, email="h@example.org")
        second = issue_first_admin_token(session)
        with pytest.raises(Invalid) as refused:
            redeem(session, second, **DATA | {"username": "HATEM"}, email="H@example.org")
        assert set(refused.value.errors) == {"username", "email"}


def test_two_at_once_make_one_administrator(inside, token):
    made = []

    def enter(name):
        with inside() as session:
            try:
                redeem(session, token, **DATA | {"username": name})
                session.commit()
                made.append(name)
            except NotFound:
                pass

    threads = [Thread(target=enter, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 1


def test_the_token_itself_is_not_stored(inside, token):
    with inside() as session:
        assert token not in str(session.execute(select(*Invitation.__table__.columns)).all())


def test_a_token_of_another_governorate_means_nothing(ground, inside, token, backend):
    with ground.governorate("EG-SHR", backend=backend) as other, ground.session(other) as session:
        sync_core(session)
        with pytest.raises(NotFound):
            redeem(session, token, **DATA)


class TestCommands:
    @pytest.fixture
    def run(self, app, office):
        def run(*arguments, typed=""):
            with app.app_context():
                return CliRunner().invoke(
                    group, [*arguments, "--governorate", office.code], input=typed, catch_exceptions=True
                )

        return run

    def test_first_admin_prints_the_link(self, run, office, ground):
        line = run("first-admin").output.strip()
        address, _, token = line.rpartition("/")
        assert address.endswith("/EG-KN/first-admin")
        with ground.session(office.code) as session:
            check_token(session, token)

    def test_the_link_names_the_port_that_is_served(self, run, app):
        with app.app_context():
            file = app.config["DIWAN"].data_dir / "address"
            note_address("127.0.0.1", 8077)
        try:
            assert run("first-admin").output.startswith("http://127.0.0.1:8077/EG-KN/first-admin/")
        finally:
            file.unlink()

    def test_an_added_user_can_sign_in(self, run, browser):
        done = run("add", "lotfy", "--name-ar", "لطفي", "--member", "WATER:CLK", typed=PASSWORD + "\n")
        assert done.exit_code == 0, done.output
        assert browser().sign_in("lotfy").status_code == 302

    @pytest.mark.parametrize(
        ("arguments", "typed", "said"),
        [
            (["--member", "NOWHERE:CLK"], PASSWORD, "no unit NOWHERE"),
            (["--member", "WATER:KING"], PASSWORD, "no role KING"),
            ([], "short", "password: "),
        ],
    )
    def test_what_cannot_be_done_is_said_in_a_line_and_nothing_is_written(
        self, run, ground, office, arguments, typed, said
    ):
        done = run("add", "lotfy", "--name-ar", "لطفي", *arguments, typed=typed + "\n")
        assert isinstance(done.exception, Refused)
        assert said in str(done.exception)
        with ground.session(office.code) as session:
            assert session.scalar(select(func.count(User.id))) == 0

    def test_a_new_password_ends_open_sessions(self, run, browser, person):
        person("clerk", "WATER:CLK")
        page = browser()
        page.sign_in("clerk")
        assert page.inside
        done = run("password", "CLERK", typed="another quiet morning\n")
        assert done.exit_code == 0, done.output
        assert not page.inside
        assert browser().sign_in("clerk", "another quiet morning").status_code == 302
        assert isinstance(run("password", "nobody", typed="x\n").exception, Refused)

    def test_rights_that_were_lost_come_back_as_shipped(self, run, ground, office):
        with ground.session(office.code) as session:
            lost = session.scalars(
                select(Access).where(Access.role_code == "ADM", Access.model == "core.access")
            ).one()
            lost.read = lost.write = False
            session.commit()
        done = run("rights", "--reset", "ADM")
        assert done.exit_code == 0, done.output
        with ground.session(office.code) as session:
            row = session.get(Access, lost.id)
            assert (row.read, row.write, row.changed) == (True, True, False)
        assert "no role KING" in str(run("rights", "--reset", "KING").exception)
