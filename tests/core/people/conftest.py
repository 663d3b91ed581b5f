"""A small office: a diwan with two branches, places, the core roles and four of its own."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from flask_security import hash_password
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event, select

from core.people.logins import Login
from core.people.places import Place
from core.people.roles import RoleSpec, sync_core, sync_roles
from core.people.units import Unit
from core.people.users import Membership, Role, User

PASSWORD = "a quiet morning in Qena"
ROLES = (
    RoleSpec("CLK", "موظف الشباك", "Clerk", reach="unit"),
    RoleSpec("HED", "رئيس الجهة", "Head", reach="subtree"),
    RoleSpec("FOC", "منسق الجهة", "Focal point", reach="area"),
    RoleSpec("DIR", "مدير الإدارة", "Director", reach="all", confidential=True),
)


def node(model, code, parent=None, **more):
    if parent is not None:
        more["parent"] = parent
    return model(**{"code": code, "kind": "node", "name_ar": f"ع {code}", "name_en": code} | more)


@pytest.fixture
def office(ground, governorate):
    """Ids by code of units and places, in a governorate with core's and four further roles."""
    with ground.session(governorate) as session:
        sync_core(session)
        sync_roles(session, "office", ROLES)
        qena = node(Place, "QENA")
        kous, qeft = node(Place, "KOUS", qena), node(Place, "QEFT", qena)
        village = node(Place, "VILLAGE", kous)
        diwan = node(Unit, "DIWAN", kind="diwan")
        water = node(Unit, "WATER", diwan, category_body="WCO")
        branch = node(Unit, "WATER-KOUS", water, category_body="WCO", areas=[kous])
        health = node(Unit, "HEALTH", diwan, category_body="HLT", areas=[qena])
        session.add_all([qena, kous, qeft, village, diwan, water, branch, health])
        session.commit()
        units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        places = {place.code: place.id for place in session.scalars(select(Place))}
    return SimpleNamespace(code=governorate, units=units, places=places, ground=ground)


@pytest.fixture
def person(office):
    """Make a user with memberships "UNIT:ROLE"; returns the id."""

    def make(username, *members, **more):
        with office.ground.session(office.code) as session:
            roles = {role.code: role for role in session.scalars(select(Role))}
            user = User(username=username, name_ar=username, password=hash_password(PASSWORD), **more)
            for member in members:
                unit, _, role = member.partition(":")
                user.memberships.append(Membership(unit_id=office.units[unit], role=roles[role]))
            session.add(user)
            session.commit()
            return user.id

    return make


@pytest.fixture
def pages(app, monkeypatch):
    """Pages as plain lines: the template's name, a CSRF token, then every sentence of the form."""

    def show(template, **values):
        form = values.get("login_user_form") or values["change_password_form"]
        said = [str(sentence) for errors in form.errors.values() for sentence in errors]
        return "\n".join([template, generate_csrf(), *said])

    monkeypatch.setattr(app.extensions["security"], "render_template", show)


class Browser:
    """A person at a browser under a governorate's mount."""

    def __init__(self, app, code, **environ):
        self.client, self.code, self.environ = app.test_client(), code, environ

    def get(self, path, **more):
        return self.client.get(f"/{self.code}{path}", environ_overrides=self.environ, **more)

    def token(self, path="/login"):
        return self.get(path).text.splitlines()[1]

    def post(self, path, token=None, **data):
        data["csrf_token"] = self.token() if token is None else token
        return self.client.post(f"/{self.code}{path}", data=data, environ_overrides=self.environ)

    def sign_in(self, username, password=PASSWORD, **more):
        return self.post("/login", username=username, password=password, **more)

    @property
    def cookie(self):
        found = self.client.get_cookie("diwan", path=f"/{self.code}/")
        return found and found.value

    @cookie.setter
    def cookie(self, value):
        self.client.set_cookie("diwan", value, path=f"/{self.code}/")

    @property
    def inside(self):
        """Whether the password page, for signed-in staff only, opens."""
        return self.get("/password").status_code == 200


@pytest.fixture
def browser(app, office, pages):
    return lambda code=office.code, **environ: Browser(app, code, **environ)


@pytest.fixture
def statements():
    """Inside `with statements(session) as seen`, the SQL that the session sends."""

    @contextmanager
    def watching(session):
        seen, engine = [], session.get_bind()

        def note(connection, cursor, statement, *rest):
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        session.commit()  # a connection already in use would not hear
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watching


@pytest.fixture
def english(app, monkeypatch):
    """Sentences as the code has them."""
    monkeypatch.setattr(app.extensions["babel"], "locale_selector", lambda: "en")


@pytest.fixture
def clerk(person):
    return person("clerk", "WATER:CLK", email="Clerk@Example.org")


@pytest.fixture
def inside(ground, office):
    """`with inside() as session`: never around a request, which would then share the session."""
    return lambda: ground.session(office.code)


@pytest.fixture
def logins(inside):
    def rows():
        with inside() as session:
            found = session.scalars(select(Login).order_by(Login.id)).all()
            session.expunge_all()
            return found

    return rows


@pytest.fixture
def uniquifier(inside, clerk):
    with inside() as session:
        return session.get(User, clerk).fs_uniquifier
