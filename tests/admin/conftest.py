"""A library of two branches with the sample module `shelf`, people in it, and a browser without script."""

import re
from html import unescape
from types import SimpleNamespace

import pytest
from flask_security import hash_password
from sqlalchemy import select

from core.people.categories import Category
from core.people.places import Place
from core.people.roles import sync_core
from core.people.units import Unit
from core.people.users import Membership, Role, User

PASSWORD = "a quiet morning in Qena"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def backend(request):
    """Pages ask what core's tests ask of both databases each time; PostgreSQL is left to the full run here."""
    return request.param


@pytest.fixture
def shelf(ground, backend):
    """A governorate with `shelf` enabled: a diwan, two branches, places, a category."""
    with ground.governorate("EG-KN", backend=backend, modules=("shelf",)) as code:
        with ground.session(code) as session:
            sync_core(session)
            diwan = Unit(code="DIWAN", kind="diwan", name_ar="الديوان", name_en="Diwan")
            east = Unit(code="EAST", kind="department", name_ar="الشرق", name_en="East", parent=diwan)
            west = Unit(code="WEST", kind="department", name_ar="الغرب", name_en="West", parent=diwan)
            qena = Place(code="QENA", kind="governorate", name_ar="قنا", name_en="Qena")
            kous = Place(code="KOUS", kind="markaz", name_ar="قوص", name_en="Qus", parent=qena)
            novels = Category(list="books", code="NOV", name_ar="روايات", name_en="Novels")
            session.add_all([diwan, east, west, qena, kous, novels])
            session.commit()
            ids = {
                row.code: row.id
                for model in (Unit, Place, Category)
                for row in session.scalars(select(model))
            }
        yield SimpleNamespace(code=code, ids=ids, ground=ground, session=lambda: ground.session(code))


@pytest.fixture
def person(shelf):
    """Make a user with memberships "UNIT:ROLE"; returns the id."""

    def make(username, *members, **more):
        with shelf.session() as session:
            roles = {role.code: role for role in session.scalars(select(Role))}
            user = User(username=username, name_ar=username, password=hash_password(PASSWORD), **more)
            for member in members:
                unit, _, role = member.partition(":")
                user.memberships.append(Membership(unit_id=shelf.ids[unit], role=roles[role]))
            session.add(user)
            session.commit()
            return user.id

    return make


class Browser:
    """A person at a browser that runs no script: what it posts is what the last page's forms hold."""

    def __init__(self, app, code, language="en"):
        self.client, self.code, self.answer = app.test_client(), code, None
        self.client.set_cookie("language", language, path=f"/{code}/")

    def get(self, path, **more):
        self.answer = self.client.get(f"/{self.code}{path}", buffered=True, **more)
        return self

    def post(self, path, _token=True, _sent_by=(("Sec-Fetch-Site", "same-origin"),), **data):
        if _token and "csrf_token" not in data:
            data["csrf_token"] = self.hidden("csrf_token")
        self.answer = self.client.post(f"/{self.code}{path}", data=data, headers=_sent_by)
        return self

    def again(self):
        """Everything that the page gives back to be sent again."""
        form = self.html.rpartition('<form method="post"')[2]
        found = re.findall(r'(?s)<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
        return {unescape(name): unescape(value) for name, value in found}

    def follow(self):
        """The page that a redirect leads to."""
        assert self.status == 302, (self.status, self.words)
        self.answer = self.client.get(self.answer.location)
        return self

    def sign_in(self, username, password=PASSWORD):
        self.get("/login").post("/login", username=username, password=password)
        assert self.status == 302, self.words
        return self

    def choose_password(self, present, new="three herons by the river"):
        """What everybody does after signing in with a password that somebody else made."""
        typed = {"password": present, "new_password": new, "new_password_confirm": new}
        self.get("/password").post("/password", **typed)
        assert self.status == 302, self.words
        return self

    @property
    def status(self):
        return self.answer.status_code

    @property
    def html(self):
        return self.answer.text

    @property
    def words(self):
        """What a reader sees of the page."""
        body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", self.html)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()

    @property
    def rows(self):
        """The cells of the first table's rows, as words."""
        body = re.search(r"(?s)<tbody>(.*?)</tbody>", self.html)
        found = re.findall(r"(?s)<tr>(.*?)</tr>", body[1] if body else "")
        cell = r"(?s)<t[dh][^>]*>(.*?)</t[dh]>"
        return [[unescape(re.sub(r"<[^>]+>", "", c)).strip() for c in re.findall(cell, row)] for row in found]

    def hidden(self, name):
        found = re.search(rf'name="{name}" value="([^"]*)"', self.html)
        return unescape(found[1]) if found else ""

    def links(self, words):
        """Addresses of the links whose words are these, below the mount."""
        found = re.findall(rf'(?s)<a [^>]*?href="([^"]*)"[^>]*>(?:(?!</a>).)*?{re.escape(words)}', self.html)
        return [unescape(link).removeprefix(f"/{self.code}") for link in found]


@pytest.fixture
def browser(app, shelf):
    return lambda language="en": Browser(app, shelf.code, language)


@pytest.fixture
def librarian(person, browser):
    """Signed in at the eastern branch."""
    person("layla", "EAST:LIB")
    return browser().sign_in("layla")


@pytest.fixture
def administrator(person, browser):
    person("adham", "DIWAN:ADM")
    return browser().sign_in("adham")
