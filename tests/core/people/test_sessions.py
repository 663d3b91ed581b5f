"""A session is one person in one governorate, until it ends."""

from datetime import timedelta
from hashlib import sha256

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from core.data.time import freeze, now
from core.people.logins import find_login, open_login
from core.people.passwords import set_password
from core.people.security import IDLE
from core.people.sign_in import PER_ACCOUNT
from core.people.users import Membership, User

from .conftest import PASSWORD


@pytest.fixture(autouse=True)
def _language(english):
    """Sentences as the code has them."""


def test_signing_in_changes_the_cookie_and_leaves_the_old_one_worthless(browser, clerk):
    """Session fixation (trust.md 3, row 43)."""
    victim, attacker = browser(), browser()
    token = attacker.token()
    victim.cookie = planted = attacker.cookie
    assert victim.sign_in("clerk", token=token).status_code == 302
    assert victim.cookie != planted
    assert victim.inside
    assert not attacker.inside
    assert victim.token("/password") != token


def test_signing_out_ends_the_session_on_the_server_too(browser, clerk, logins):
    page = browser()
    page.sign_in("clerk")
    kept, token = page.cookie, page.token("/password")
    assert page.post("/logout", token=token).status_code == 302
    assert not page.inside
    page.cookie = kept
    assert not page.inside
    assert [row.ended_by for row in logins()] == ["logout"]


def change_role(session, user):
    session.scalars(select(Membership)).one().active = False


def change_account(session, user):
    user.active = False


def change_password(session, user):
    set_password(user, "another quiet morning", initial=False)


@pytest.mark.parametrize(
    ("change", "reason"), [(change_role, "role"), (change_account, "account"), (change_password, "password")]
)
def test_open_sessions_end_when_role_account_or_password_change(
    browser, clerk, inside, logins, change, reason
):
    pages = [browser(), browser()]
    for page in pages:
        page.sign_in("clerk")
    with inside() as session:
        change(session, session.get(User, clerk))
        session.commit()
    assert [page.inside for page in pages] == [False, False]
    assert {row.ended_by for row in logins()} == {reason}


def test_who_changes_the_own_password_stays_and_the_others_go(browser, clerk):
    here, elsewhere = browser(), browser()
    here.sign_in("clerk")
    elsewhere.sign_in("clerk")
    before = here.cookie
    new = "a noisy evening in Qus"
    changed = here.post(
        "/password",
        token=here.token("/password"),
        password=PASSWORD,
        new_password=new,
        new_password_confirm=new,
    )
    assert changed.status_code == 302
    assert here.inside
    assert not elsewhere.inside
    here.cookie = before
    assert not here.inside
    assert browser().sign_in("clerk").status_code == 422
    assert browser().sign_in("clerk", new).status_code == 302


def test_an_idle_session_is_over_and_an_active_one_ends_with_the_shift(browser, clerk):
    page, start = browser(), now()
    page.sign_in("clerk")
    with freeze(start + timedelta(seconds=IDLE + 60)):
        assert not page.inside
    page.sign_in("clerk")
    for hour in range(1, 12):
        with freeze(start + timedelta(hours=hour)):
            assert page.inside
    with freeze(start + timedelta(hours=13)):
        assert not page.inside


def test_the_table_holds_no_number_that_a_cookie_could_carry(browser, clerk, logins):
    page = browser()
    page.sign_in("clerk")
    number = URLSafeTimedSerializer("any key").loads_unsafe(page.cookie)[1]["login"]
    row = logins()[0]
    assert row.number_hash == sha256(number.encode()).hexdigest()
    assert number not in str(vars(row))


def test_who_is_asking_costs_one_select(clerk, inside, statements):
    with inside() as session:
        number = open_login(session, session.get(User, clerk))
        session.commit()
    with inside() as session, statements(session) as seen:
        assert find_login(session, number).id == clerk
    assert len(seen) == 1


class TestTwoGovernorates:
    """Everything equal but the key and the database: same ids, names, passwords, uniquifiers."""

    @pytest.fixture
    def twins(self, ground, office, clerk, backend):
        with ground.governorate("EG-SHR", backend=backend) as other:
            with ground.session(office.code) as session:
                here = session.get(User, clerk)
                same = {c.name: getattr(here, c.name) for c in User.__table__.columns}
            with ground.session(other) as session:
                session.add(User(**same))
                session.commit()
            yield office.code, other

    def test_a_cookie_of_one_is_nobody_in_the_other(self, browser, twins):
        here, there = (browser(code) for code in twins)
        here.sign_in("clerk")
        there.cookie = here.cookie
        assert here.inside
        assert not there.inside

    def test_nor_if_both_were_signed_with_one_key(self, browser, twins, app, monkeypatch):
        """The second wall: the sign-in's row is in the governorate's own database."""
        monkeypatch.setattr(type(app), "secret_key", property(lambda self: "one key for all"))
        here, there = (browser(code) for code in twins)
        here.sign_in("clerk")
        there.cookie = here.cookie
        assert here.inside
        assert not there.inside

    def test_a_form_token_of_one_is_not_accepted_in_the_other(self, browser, twins):
        here, there = (browser(code) for code in twins)
        assert there.sign_in("clerk", token=here.token()).status_code == 400

    def test_wrong_attempts_in_one_do_not_lock_the_other(self, browser, twins):
        here, there = (browser(code) for code in twins)
        for _ in range(PER_ACCOUNT + 1):
            here.sign_in("clerk", "wrong")
        assert here.sign_in("clerk").status_code == 429
        assert there.sign_in("clerk").status_code == 302

    def test_signing_out_of_one_leaves_the_other_open(self, browser, twins):
        here, there = (browser(code) for code in twins)
        for page in (here, there):
            page.sign_in("clerk")
        here.post("/logout", token=here.token("/password"))
        assert not here.inside
        assert there.inside
