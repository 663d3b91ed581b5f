"""The administrator's screens: units, places, people, rights, modules, and the very first account."""

import re
import zlib
from base64 import urlsafe_b64decode

import pytest
from sqlalchemy import select

from core.people.access import VERBS, Access
from core.people.categories import Category
from core.people.invitations import issue_first_admin_token
from core.people.logins import Login
from core.people.places import Place
from core.people.units import Unit
from core.people.users import Membership, User

PASSWORD = "several quiet words together"


def test_the_first_administrator_comes_in_by_a_link_that_works_once(browser, shelf):
    with shelf.session() as session:
        token = issue_first_admin_token(session)
        session.commit()
    page = browser().get(f"/first-admin/{token}")
    again = page.html[page.html.index('for="again"') :]
    assert "(optional)" not in again[: again.index("</label>")]
    data = {"name_ar": "عائشة", "username": "aisha", "password": PASSWORD, "again": PASSWORD}
    assert page.post(f"/first-admin/{token}", **(data | {"again": "other"})).status == 422
    assert (
        page.post(f"/first-admin/{token}", **(data | {"password": "short", "again": "short"})).status == 422
    )
    assert "at least 10 characters" in page.words
    page.post(f"/first-admin/{token}", **data).follow()
    assert "Your account is ready" in page.words
    assert browser().get(f"/first-admin/{token}").status == 404
    assert browser().get("/first-admin/guess").status == 404
    assert browser().sign_in("aisha", PASSWORD).get("/admin/core/module/").status == 200


def test_links_of_the_first_administrator_cannot_be_guessed_for_long(browser):
    page = browser()
    answers = [page.get(f"/first-admin/{n}").status for n in range(22)]
    assert answers == [404] * 20 + [429] * 2


def test_a_unit_is_made_moved_and_never_below_itself(administrator, shelf):
    values = {
        "name_ar": "قسم",
        "code": "NEW",
        "kind": "department",
        "parent": str(shelf.ids["EAST"]),
        "active": "y",
    }
    page = administrator.get("/admin/core/unit/new").post(
        "/admin/core/unit/new", **(values | {"areas": [str(shelf.ids["KOUS"])]})
    )
    page.follow()
    assert "Qus" in page.words
    with shelf.session() as session:
        made = session.scalars(select(Unit).where(Unit.code == "NEW")).one()
        assert made.path == f"{session.get(Unit, shelf.ids['EAST']).path}{made.id}/"
        assert [place.id for place in made.areas] == [shelf.ids["KOUS"]]
        new = made.id
    east = f"/admin/core/unit/{shelf.ids['EAST']}/edit"
    page = administrator.get(east)
    seen = {"row_base": page.hidden("row_base")}
    below = {"name_ar": "الشرق", "code": "EAST", "kind": "department", "parent": str(new), "active": "y"}
    assert page.post(east, **(below | seen)).status == 409
    assert "cannot be moved below itself" in page.words
    itself = {"name_ar": "قسم", "code": "NEW", "kind": "department", "parent": str(new), "active": "y"}
    page = administrator.get(f"/admin/core/unit/{new}/edit")
    seen = {name: page.hidden(name) for name in ("row_version", "row_base")}
    assert page.post(f"/admin/core/unit/{new}/edit", **(itself | seen)).status == 409
    assert "cannot be moved below itself" in page.words


def test_two_administrators_edit_one_unit(administrator, person, browser, shelf):
    """Units have no version column; the digest of what was seen takes its place."""
    address = f"/admin/core/unit/{shelf.ids['EAST']}/edit"
    values = {
        "name_ar": "الشرق",
        "code": "EAST",
        "kind": "department",
        "parent": str(shelf.ids["DIWAN"]),
        "active": "y",
    }
    person("badr", "DIWAN:ADM")
    other = browser().sign_in("badr").get(address)
    mine = administrator.get(address)
    assert "Edit East" in mine.words, "its name, not its code"
    seen = {"row_base": mine.hidden("row_base")}
    assert other.post(address, **(values | seen | {"name_en": "His"})).status == 302
    assert mine.post(address, **(values | seen | {"name_en": "Mine"})).status == 409
    assert "His" in mine.words
    assert "Mine" in mine.words


def test_a_category_takes_arabic_digits(administrator, shelf):
    values = {
        "name_ar": "شعر",
        "code": "POEMS",
        "list": "books",
        "working_days": "١٥",
        "bodies": "LIB;EDU",
        "active": "y",
    }
    administrator.get("/admin/core/category/new").post("/admin/core/category/new", **values).follow()
    with shelf.session() as session:
        made = session.scalars(select(Category).where(Category.code == "POEMS")).one()
        assert (made.working_days, made.bodies, made.hours) == (15, "LIB;EDU", None)


def test_a_user_is_made_with_a_password_shown_once_and_given_a_role(administrator, browser, shelf):
    from core.people.users import Role

    page = administrator.get("/admin/core/user/new")
    page.post(
        "/admin/core/user/new", name_ar="سلمى", username="Salma ٧".replace(" ", ""), email="salma@example.org"
    ).follow()
    password = re.search(r"Password, shown only now: ([\w-]+)\.", page.words)[1]
    assert "No role yet" in page.words
    address = page.answer.request.path.removeprefix("/EG-KN")
    assert password not in page.get(address).words
    with shelf.session() as session:
        role = session.scalar(select(Role.id).where(Role.code == "LIB"))
    page.post(f"{address}/roles", role=str(role), unit=str(shelf.ids["WEST"])).follow()
    assert "Librarian" in page.words
    salma = browser().sign_in("salma7", password).choose_password(password)
    assert salma.get("/admin/shelf/book/").status == 200
    with shelf.session() as session:
        held = session.scalars(select(Membership.id).join(User).where(User.username == "salma7")).one()
    page.get(address).post(f"{address}/roles/{held}/end").follow()
    assert "Librarian West" not in page.words
    assert salma.get("/admin/shelf/book/").status == 302, "taking a role back ends open sessions"


def test_unusable_accounts_are_refused_at_the_field(administrator):
    page = administrator.get("/admin/core/user/new")
    assert page.post("/admin/core/user/new", name_ar="س", username="a b").status == 422
    assert 'id="username-error"' in page.html
    assert page.post("/admin/core/user/new", name_ar="س", username="adham").status == 422
    assert page.post("/admin/core/user/new", name_ar="س", username="omar", email="nonsense").status == 422


def test_a_new_password_and_a_closed_account_end_every_session(administrator, person, browser, shelf):
    key = person("omar", "EAST:LIB")
    omar = browser().sign_in("omar")
    administrator.get(f"/admin/core/user/{key}").post(f"/admin/core/user/{key}/password").follow()
    assert omar.get("/admin/").status == 302
    password = re.search(r"Password, shown only now: ([\w-]+)\.", administrator.words)[1]
    omar = browser().sign_in("omar", password)
    administrator.post(f"/admin/core/user/{key}/active").follow()
    assert omar.get("/admin/").status == 302
    assert browser().get("/login").post("/login", username="omar", password=password).status in (403, 422)
    administrator.post(f"/admin/core/user/{key}/active", active="1").follow()
    browser().sign_in("omar", password)


def test_an_administrator_does_not_lock_himself_out(administrator, shelf):
    with shelf.session() as session:
        statement = select(Membership.id, Membership.user_id).join(User).where(User.username == "adham")
        held, key = session.execute(statement).one()
    address = f"/admin/core/user/{key}"
    administrator.get(address)
    assert administrator.post(f"{address}/active").status == 403
    administrator.get(address)
    assert administrator.post(f"{address}/roles/{held}/end").status == 403


def test_nobody_gives_a_role_to_himself(administrator, shelf):
    from core.people.users import Role

    with shelf.session() as session:
        key = session.scalar(select(User.id).where(User.username == "adham"))
        role = session.scalar(select(Role.id).where(Role.code == "LIB"))
    page = administrator.get(f"/admin/core/user/{key}")
    assert f'{key}/roles"' not in page.html, "the form is not even offered"
    given = page.post(f"/admin/core/user/{key}/roles", role=str(role), unit=str(shelf.ids["WEST"]))
    assert given.status == 403
    assert administrator.get("/admin/shelf/book/").status == 403


def test_rights_are_taken_and_given_and_hold_at_once(administrator, librarian, shelf):
    assert librarian.get("/admin/shelf/book/new").status == 200
    page = administrator.get("/admin/core/access/?role=LIB")
    assert "Books" in page.words
    kept = ["shelf.book:read", "shelf.book:write"]
    page.post("/admin/core/access/save", role="LIB", grant=kept).follow()
    assert "changed here" in page.words
    assert librarian.get("/admin/shelf/book/new").status == 403
    with shelf.session() as session:
        row = session.scalars(select(Access).where(Access.role_code == "LIB")).one()
        assert (row.read, row.create, row.write, row.transition, row.changed) == (
            True,
            False,
            True,
            False,
            True,
        )
    assert administrator.get("/admin/core/access/?role=NONE").status == 404


@pytest.mark.parametrize("lost", ["core.access:read", "core.access:write", "core.membership:write"])
def test_the_last_role_that_gives_rights_keeps_them(administrator, shelf, lost):
    def granted():
        with shelf.session() as session:
            rows = session.scalars(select(Access).where(Access.role_code == "ADM"))
            return [f"{row.model}:{verb}" for row in rows for verb in VERBS if getattr(row, verb)]

    before = granted()
    page = administrator.get("/admin/core/access/?role=ADM")
    page.post("/admin/core/access/save", role="ADM", grant=[one for one in before if one != lost])
    assert page.status == 409
    assert "Nobody could give rights and roles any more" in page.words
    assert granted() == before
    page.get("/admin/core/access/?role=ADM")
    page.post(
        "/admin/core/access/save", role="ADM", grant=[one for one in before if one != "core.user:create"]
    )
    assert page.status == 302, "what locks nobody out may be taken"


def test_a_role_that_nobody_holds_does_not_count_as_the_one_that_gives_rights(administrator, shelf):
    with shelf.session() as session:
        for model in ("core.access", "core.membership"):
            session.add(Access(role_code="RDR", model=model, read=True, write=True, plugin="core"))
        session.commit()
    page = administrator.get("/admin/core/access/?role=ADM")
    assert page.post("/admin/core/access/save", role="ADM").status == 409


@pytest.fixture
def registrar(shelf, person, browser):
    """Somebody who keeps the accounts and gives no roles."""
    with shelf.session() as session:
        session.add(
            Access(role_code="RDR", model="core.user", read=True, create=True, write=True, plugin="core")
        )
        session.commit()
    person("rana", "EAST:RDR")
    return browser().sign_in("rana")


@pytest.mark.parametrize("page", ["password", "active"])
def test_who_keeps_accounts_does_not_take_over_an_administrators(registrar, administrator, shelf, page):
    with shelf.session() as session:
        keys = {user.username: user.id for user in session.scalars(select(User))}
    registrar.get(f"/admin/core/user/{keys['adham']}")
    assert registrar.post(f"/admin/core/user/{keys['adham']}/{page}").status == 403
    assert administrator.get("/admin/").status == 200


def test_a_new_password_never_stands_readable_in_the_cookie(registrar, person):
    key = person("omar", "EAST:LIB")
    registrar.get(f"/admin/core/user/{key}").post(f"/admin/core/user/{key}/password")
    cookies = [registrar.answer.headers["Set-Cookie"]]
    registrar.follow()
    password = re.search(r"Password, shown only now: ([\w-]+)\.", registrar.words)[1]
    cookies += registrar.answer.headers.getlist("Set-Cookie")
    assert not [cookie for cookie in cookies if password in readable(cookie)]
    assert password not in registrar.get(f"/admin/core/user/{key}").words


def readable(cookie):
    """What anybody reads in a signed cookie."""
    value = cookie.partition("=")[2].partition(";")[0]
    packed, body = value.startswith("."), value.lstrip(".").partition(".")[0]
    body = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return (zlib.decompress(body) if packed else body).decode()


def test_modules_are_switched_off_and_on(administrator, librarian):
    page = administrator.get("/admin/core/module/")
    assert "Sample shelf" in page.words
    (asks,) = page.links("Disable")
    page.get(asks)
    for words in ("Disable Sample shelf?", "cannot be opened:", "Books", "Its data stay untouched"):
        assert words in page.words, words
    assert librarian.get("/admin/shelf/book/").status == 200, "asking stops nothing"
    page.post(asks).follow()
    assert "Its data stay untouched" in page.words
    assert librarian.get("/admin/shelf/book/").status == 404
    page.post("/admin/core/module/shelf/enable").follow()
    assert librarian.get("/admin/shelf/book/").status == 200
    page.post("/admin/core/module/ledger/install").follow()
    assert "It can be enabled now" in page.words
    assert administrator.get("/admin/core/module/ledger/disable").status == 404, "it is not on"
    assert librarian.get("/admin/core/module/shelf/disable").status == 403
    for step in ("shelf/explode", "nothing/install", "../x/enable"):
        assert administrator.get("/admin/core/module/").post(f"/admin/core/module/{step}").status == 404


def test_a_broken_module_shows_why_to_the_administrator_alone(
    administrator, person, browser, app, monkeypatch
):
    from core.modules.problem import Problem

    broken = app.extensions["diwan"].modules["ledger"]
    monkeypatch.setattr(broken, "state", "broken")
    monkeypatch.setattr(broken, "problem", Problem("It fails <here>.", {}, "Traceback: line 1"))
    page = administrator.get("/admin/core/module/")
    assert "It fails <here>." in page.words
    assert "Traceback: line 1" in page.words
    assert "ledger/install" not in page.html
    person("amal", "DIWAN:AUD")
    page = browser().sign_in("amal").get("/admin/core/module/")
    assert "It fails <here>." in page.words
    assert "Traceback: line 1" not in page.words
    assert "/disable" not in page.html


@pytest.mark.parametrize("path", ["unit", "place", "category", "user", "role"])
def test_an_auditor_reads_the_office_and_changes_nothing(person, browser, shelf, path):
    person("amal", "DIWAN:AUD")
    page = browser().sign_in("amal")
    assert page.get(f"/admin/core/{path}/").status == 200
    assert not page.links("New")
    page.get("/password")
    key = 1
    for address in (
        f"/admin/core/{path}/new",
        f"/admin/core/{path}/{key}/edit",
        f"/admin/core/{path}/{key}/password",
    ):
        assert page.get(address).status in (403, 404, 405)


def test_searching_people_and_places_folds_as_everywhere(administrator, person):
    person("hoda", name_en="Hoda")
    assert [row[1] for row in administrator.get("/admin/core/user/?q=HODA").rows] == ["hoda"]
    assert [row[1] for row in administrator.get("/admin/core/place/?q=قُوصَ").rows] == ["KOUS"]


def test_signing_out_is_a_post_and_ends_the_session(librarian, shelf):
    assert librarian.get("/logout").status == 405
    librarian.get("/admin/").post("/logout")
    assert librarian.get("/admin/").status == 302
    with shelf.session() as session:
        assert session.scalars(select(Login)).one().ended_by == "logout"


def test_a_password_is_changed_in_our_frame(librarian, browser):
    page = librarian.get("/password")
    assert "Change password" in page.words
    from .conftest import PASSWORD as OLD

    page.post("/password", password=OLD, new_password="x", new_password_confirm="x")
    assert "at least 10 characters" in page.words
    page.get("/password").post(
        "/password", password=OLD, new_password=PASSWORD, new_password_confirm=PASSWORD
    )
    assert page.status == 302
    browser().sign_in("layla", PASSWORD)


def test_no_screen_of_the_office_shows_bare_codes(administrator):
    page = administrator.get("/admin/core/role/")
    assert ["Librarian", "LIB", "Sample shelf"] in [row[:3] for row in page.rows]
    page.get("/admin/core/access/?role=ADM")
    for words in ("Roles of users", "Messages to citizens", "Modules", "Administration"):
        assert words in page.words, words
    assert "core." not in page.words


def test_the_places_that_a_unit_serves_are_ticked_by_their_groups(administrator, shelf):
    with shelf.session() as session:
        kous = session.get(Place, shelf.ids["KOUS"])
        session.add(Place(code="HEGAZA", kind="village", name_ar="حجازة", name_en="Hegaza", parent=kous))
        session.commit()
    page = administrator.get("/admin/core/unit/new")
    assert 'aria-hidden="true">Qus</li>' in page.html
    boxes = re.findall(r'type="checkbox"[^>]*name="areas"[^>]*>\s*<label[^>]*>(.*?)</label>', page.html)
    assert boxes == ["Qena", "Qus", "Hegaza"]
