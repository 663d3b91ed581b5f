"""A password that somebody else made opens one page: the one where a person chooses their own."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.data.time import freeze, now
from core.people.commands import user as group
from core.people.users import INITIAL_GOOD_FOR, Membership, User

OWN = "three herons by the river"
DOORS = ("/admin/", "/admin/shelf/book/", "/admin/shelf/book/new", "/admin/core/user/")


def read_password(page):
    return re.search(r"Password, shown only now: ([\w-]+)\.", page.words)[1]


@pytest.fixture
def salma(administrator, browser, shelf, person):
    """A librarian whose password an administrator has just made; (browser, password)."""
    key = person("salma", "EAST:LIB")
    administrator.get(f"/admin/core/user/{key}").post(f"/admin/core/user/{key}/password").follow()
    password = read_password(administrator)
    return browser().sign_in("salma", password), password


def test_who_makes_it_reads_how_long_it_is_good(salma, administrator):
    assert "The user must change it within 1 week." in administrator.words


def test_every_page_leads_to_the_choice_until_it_is_made(salma):
    page, password = salma
    for door in DOORS:
        assert page.get(door).status == 302, door
        assert page.answer.location == "/EG-KN/password", door
    page.follow()
    assert "Somebody else made your present password." in page.words
    page.choose_password(password, OWN).follow()
    assert page.status == 200
    assert page.get("/admin/shelf/book/").status == 200
    assert "Somebody else made" not in page.get("/password").words


def test_the_choice_is_asked_for_in_arabic(salma, browser):
    page = browser("ar").sign_in("salma", salma[1]).get("/admin/").follow()
    assert "وضع غيرك كلمة المرور الحالية" in page.words


def test_what_is_no_page_is_refused_and_says_why(salma, shelf):
    page, _ = salma
    answer = page.get("/admin/shelf/book/", headers={"Accept": "application/json"}).answer
    assert answer.status_code == 403
    assert answer.get_json()["error"].startswith("First choose a password of your own")
    page.get("/password").post("/admin/shelf/book/new", title="ليلة", unit=str(shelf.ids["EAST"]))
    assert page.status == 403
    assert "First choose a password of your own" in page.words


def test_the_present_password_is_no_choice_and_a_weak_one_neither(salma):
    page, password = salma
    for new in (password, "short", "salma salma salma"):
        typed = {"password": password, "new_password": new, "new_password_confirm": new}
        assert page.get("/password").post("/password", **typed).status == 422, new
        assert page.get("/admin/").status == 302


def test_the_present_password_in_other_letters_is_no_choice_either(salma):
    """A full-width letter is the same letter once it is normalised."""
    page, password = salma
    wide = next(sign for sign in password if sign.isalpha())
    same = password.replace(wide, chr(ord(wide) + 0xFEE0))
    typed = {"password": password, "new_password": same, "new_password_confirm": same}
    assert page.get("/password").post("/password", **typed).status == 422
    assert "This is your present password. Choose another." in page.words
    assert page.get("/admin/").status == 302, "it is still to be chosen"


def test_a_password_that_waited_for_a_week_opens_nothing_until_another_is_made(
    salma, administrator, browser, shelf
):
    with shelf.session() as session:
        made = session.scalar(select(User).where(User.username == "salma"))
        key, moment = made.id, made.initial_password_at
    with freeze(moment + INITIAL_GOOD_FOR - timedelta(minutes=1)):
        assert browser().sign_in("salma", salma[1]).get("/admin/").answer.location == "/EG-KN/password"
    with freeze(moment + INITIAL_GOOD_FOR):
        late = browser()
        late.get("/login").post("/login", username="salma", password=salma[1])
        assert late.status == 403
        assert "This first password is too old. Ask your administrator for another." in late.words
        late.get("/login").post("/login", username="salma", password="wrong")
        assert "too old" not in late.words, "said to nobody who guesses"
    administrator.get(f"/admin/core/user/{key}").post(f"/admin/core/user/{key}/password").follow()
    page = browser().sign_in("salma", read_password(administrator))
    page.choose_password(read_password(administrator), OWN)
    with freeze(now() + 5 * INITIAL_GOOD_FOR):
        assert browser().sign_in("salma", OWN).get("/admin/").status == 200, "one's own stays good"


def test_language_and_signing_out_stay_open(salma):
    page, _ = salma
    assert page.get("/password").post("/language", language="ar").status == 302
    page.get("/password").post("/logout")
    assert page.get("/admin/").answer.location.startswith("/EG-KN/login")


def test_a_second_password_made_by_somebody_else_is_to_be_changed_again(salma, administrator, browser, shelf):
    salma[0].choose_password(salma[1], OWN)
    assert browser().sign_in("salma", OWN).get("/admin/").status == 200
    with shelf.session() as session:
        key = session.scalar(select(User.id).where(User.username == "salma"))
    administrator.get(f"/admin/core/user/{key}").post(f"/admin/core/user/{key}/password").follow()
    assert browser().sign_in("salma", read_password(administrator)).get("/admin/").status == 302


@pytest.mark.parametrize("command", ["add", "password"])
def test_a_password_typed_on_the_server_is_to_be_changed_too(command, app, browser, shelf, person):
    names = ["--name-ar", "حسن", "--member", "EAST:LIB"] if command == "add" else []
    if command == "password":
        person("hassan", "EAST:LIB")
    line = [command, "hassan", "--governorate", shelf.code, *names]
    with app.app_context():
        done = CliRunner().invoke(group, line, input="a quiet morning in Luxor\n", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    page = browser().sign_in("hassan", "a quiet morning in Luxor")
    assert page.get("/admin/").answer.location == "/EG-KN/password"
    page.choose_password("a quiet morning in Luxor", OWN)
    assert page.get("/admin/shelf/book/").status == 200


def test_who_chose_at_the_first_link_is_asked_nothing(browser, shelf):
    from core.people.invitations import issue_first_admin_token

    with shelf.session() as session:
        token = issue_first_admin_token(session)
        session.commit()
    page = browser().get(f"/first-admin/{token}")
    page.post(f"/first-admin/{token}", name_ar="عائشة", username="aisha", password=OWN, again=OWN)
    assert browser().sign_in("aisha", OWN).get("/admin/").status == 200


def test_the_demos_people_keep_the_published_password(browser, shelf, person):
    """It is everybody's: who changed it would shut the next visitor out."""
    from core.governorates.setting import Setting
    from core.people.sign_in import DEMO

    person("visitor", "EAST:LIB", demo=True, initial_password_at=now() - 2 * INITIAL_GOOD_FOR)
    with shelf.session() as session:
        session.add(Setting(key=DEMO, value="1"))
        session.commit()
    assert browser().sign_in("visitor").get("/admin/shelf/book/").status == 200


def test_the_choice_is_entered_in_the_audit(salma, shelf):
    from core.work.chain import AuditRow

    salma[0].choose_password(salma[1], OWN)
    with shelf.session() as session:
        key = session.scalar(select(User.id).where(User.username == "salma"))
        assert session.scalar(select(Membership.id).where(Membership.user_id == key))
        rows = session.scalars(select(AuditRow).where(AuditRow.model == "core.user").order_by(AuditRow.seq))
        told = [row for row in rows if row.record_id == str(key) and "initial_password_at" in row.diff]
        made, chosen = told[-2:]
        assert made.actor_id != key
        assert chosen.actor_id == key
        assert "herons" not in chosen.diff
