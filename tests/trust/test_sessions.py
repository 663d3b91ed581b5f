"""A sign-in is worth something in one browser, until it ends; then no copy of its cookie is."""

import json
import re

import pytest
from sqlalchemy import select
from trust.canaries import open_cookie
from trust.oracles import said
from trust.world import ABROAD, HERE, PASSWORD, SHUT, Pass, cookie_of

from core.people.users import Membership, Role, User, add_membership

HOME = "/admin/"


@pytest.fixture
def back(prober):
    """Whatever the test changed is put back after it."""
    yield
    prober.put_back()


@pytest.fixture
def ada(world, back):
    """A fresh sign-in of the clerk."""
    return world.sign_in(HERE, "clk")


def is_in(world, visitor, code=HERE):
    return world.ask(code, "GET", HOME, visitor=visitor).status_code == 200


def test_signing_in_gives_a_cookie_that_was_not_there_before(world, back):
    before = world.anonymous(HERE)
    form = {"username": "clk", "password": PASSWORD, "csrf_token": before.token}
    after = cookie_of(world.ask(HERE, "POST", "/login", visitor=before, form=form))
    assert after
    assert after != before.cookie
    assert not is_in(world, before), "the cookie that an attacker may have planted is signed in"


def test_a_token_from_before_the_sign_in_is_void_after_it(world, back):
    before = world.anonymous(HERE)
    form = {"username": "clk", "password": PASSWORD, "csrf_token": before.token}
    signed = world.sign_in(HERE, "clk")
    answer = world.ask(
        HERE, "POST", "/logout", visitor=Pass(signed.cookie), form={"csrf_token": form["csrf_token"]}
    )
    assert answer.status_code == 400
    assert is_in(world, signed)


def test_two_sign_ins_have_two_numbers(world, ada):
    other = world.sign_in(HERE, "clk")
    numbers = [json.loads(open_cookie(f"diwan={visitor.cookie}"))["login"] for visitor in (ada, other)]
    assert numbers[0] != numbers[1]


def test_a_copied_cookie_dies_with_the_sign_out(world, ada):
    assert is_in(world, ada)
    answer = world.ask(HERE, "POST", "/logout", visitor=ada, form={"csrf_token": ada.token})
    assert answer.status_code == 302
    assert not is_in(world, ada)


def test_signing_out_elsewhere_leaves_the_other_browser_in(world, ada):
    other = world.sign_in(HERE, "clk")
    world.ask(HERE, "POST", "/logout", visitor=other, form={"csrf_token": other.token})
    assert is_in(world, ada)


def test_a_changed_password_ends_every_sign_in(world, ada):
    other = world.sign_in(HERE, "clk")
    new = "harbour-violet-93"
    form = {"password": PASSWORD, "new_password": new, "new_password_confirm": new, "csrf_token": other.token}
    assert world.ask(HERE, "POST", "/password", visitor=other, form=form).status_code == 302
    assert not is_in(world, ada)
    assert not is_in(world, other), "the old cookie, copied before the change"


@pytest.mark.parametrize("change", ["role taken", "role given", "account closed"])
def test_a_change_of_role_or_account_ends_the_sign_in(ground, world, ada, change):
    with ground.session(HERE) as session:
        user = session.scalar(select(User).where(User.username == "clk"))
        held = session.scalar(select(Membership).where(Membership.user_id == user.id))
        if change == "role taken":
            held.active = False
        elif change == "role given":
            add_membership(user, held.unit, session.scalar(select(Role).where(Role.code == "AUD")))
        else:
            user.active = False
        session.commit()
    assert not is_in(world, ada)


def test_a_cookie_of_one_governorate_is_none_in_another(world, ada):
    assert is_in(world, ada)
    for code in (ABROAD, SHUT):
        assert not is_in(world, ada, code)


def test_a_cookie_altered_by_one_sign_is_none(world, ada):
    for at in range(0, len(ada.cookie), 7):
        sign = "A" if ada.cookie[at] != "A" else "B"
        altered = Pass(ada.cookie[:at] + sign + ada.cookie[at + 1 :], ada.token)
        assert not is_in(world, altered) or altered.cookie == ada.cookie, at


def test_wrong_names_and_wrong_passwords_are_told_alike(world, back):
    answers = []
    for name in ("clk", "nobody-of-that-name"):
        before = world.anonymous(HERE)
        form = {"username": name, "password": "not-the-password", "csrf_token": before.token}
        answers.append(world.ask(HERE, "POST", "/login", visitor=before, form=form))
    assert answers[0].status_code == answers[1].status_code == 422
    assert said(answers[0], ("clk",)) == said(answers[1], ("nobody-of-that-name",))


def test_the_password_of_a_refused_account_is_shown_on_nobodys_page(world, back):
    """It was made, the account was not: whoever is looked at next must not seem to have it."""
    admin = world.sign_in(HERE, "adm")
    form = {"name_ar": "كاتب", "username": "clk", "language": "ar", "csrf_token": admin.token}
    refused = world.ask(HERE, "POST", "/admin/core/user/new", visitor=admin, form=form)
    assert refused.status_code == 422
    after = Pass(cookie_of(refused) or admin.cookie)
    page = world.ask(HERE, "GET", "/admin/core/user/1", visitor=after)
    assert page.status_code == 200
    assert not re.search(r"\b(\w{4}-){3}\w{4}\b", page.text)
    made = world.ask(HERE, "POST", "/admin/core/user/new", visitor=admin, form=form | {"username": "new.one"})
    page = world.ask(
        HERE, "GET", made.headers["Location"].removeprefix(f"/{HERE}"), visitor=Pass(cookie_of(made))
    )
    assert re.search(r"\b(\w{4}-){3}\w{4}\b", page.text), "the control: a new account's own page shows it"
