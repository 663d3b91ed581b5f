"""A complaint desk: one diwan, two companies, a markaz, and a person for every role. All are invented."""

import html
import re
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from flask import g
from flask_security import hash_password
from sqlalchemy import select

from core.data.scope import Scope
from core.messages.delivery import drain
from core.people.categories import Category
from core.people.places import Place
from core.people.scopes import scope_of
from core.people.units import Unit
from core.people.users import Membership, Role, User
from plugins.complaints.models import Complaint

PASSWORD = "a quiet morning in Qena"
PEOPLE = {
    "clerk": "CSD:CLK",
    "clerk2": "TCC:CLK",
    "examiner": "CSD:EXM",
    "officer": "DIWAN:OFF",
    "focal": "WCO:FOC",
    "head": "WCO:HED",
    "stranger": "ELE:FOC",
    "reviewer": "CSD:REV",
    "director": "CSD:DIR",
    "auditor": "DIWAN:AUD",
    "local": "LCU-QUS:LOC",
}
PLAIN, SECRET = "UTL-WAT-LEK", "ADM-COR"
"""A category that anybody may read, and one that is confidential by default."""
IDENTITY = "29001012701239"
"""Of sound structure and check digit: born 1 January 1990, registered in Qena."""


class Browser:
    """A browser without script on one governorate's mount, that sends the token of the last page it saw."""

    def __init__(self, app, code):
        self.client, self.mount, self.token = app.test_client(), f"/{code}", ""

    def get(self, path, **options):
        return self._keep(self.client.get(self._address(path), **options))

    def post(self, path, data=(), **options):
        sent = {"csrf_token": self.token} | dict(data)
        return self._keep(self.client.post(self._address(path), data=sent, **options))

    def follow(self, response):
        while response.status_code in (301, 302, 303, 308):
            response = self.get(response.location)
        return response

    def sign_in(self, username):
        self.get("/login")
        answer = self.post("/login", {"username": username, "email": username, "password": PASSWORD})
        assert answer.status_code == 302, text(answer)[:800]
        return self

    def _address(self, path):
        path = re.sub(r"^https?://[^/]+", "", path)
        return path if path.startswith(self.mount) else self.mount + path

    def _keep(self, response):
        page = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        self.token = found[1] if found else self.token
        return response


def text(response):
    """What a page says, without its tags."""
    page = re.sub(r"</?bdi[^>]*>", "", response.get_data(as_text=True))  # isolates words, parts none
    said = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(said))


class Desk:
    """The governorate under test, and short words for what people do in it."""

    def __init__(self, ground, code, ids):
        self.ground, self.code, self.app = ground, code, ground.app
        self.units, self.places, self.users = ids.units, ids.places, ids.users
        self.categories = ids.categories
        self.signed_in = {}

    @staticmethod
    def said(response):
        """What a page says, without its tags."""
        return text(response)

    def browser(self, username=None):
        browser = Browser(self.app, self.code)
        browser.client.set_cookie("language", "en")
        return browser.sign_in(username) if username else browser

    def staff(self, username):
        """The browser of somebody who stays signed in."""
        if username not in self.signed_in:
            self.signed_in[username] = self.browser(username)
        return self.signed_in[username]

    def track(self, number, secret):
        """A citizen asks by number and secret."""
        browser = self.browser()
        browser.get("/complaints/track")
        return browser.post("/complaints/track", {"number": number, "secret": secret})

    def state(self, key):
        with self.session() as session:
            return session.get(Complaint, key).state

    @contextmanager
    def session(self, username=None, **options):
        """A session as the system, or as one of the people."""
        scope = self.scope(username) if username else Scope.of_system()
        with self.ground.session(self.code, scope, **options) as session:
            g.scope = scope
            yield session

    def scope(self, username):
        with self.ground.session(self.code) as session:
            return scope_of(session.get(User, self.users[username]))

    def form(self, **changes):
        """What a clerk types for a new complaint."""
        return {
            "identity": IDENTITY,
            "identity_kind": "national_id",
            "name": "سعاد عبد الحميد الأسواني",
            "phone": "01012345678",
            "category_id": str(self.categories[PLAIN]),
            "place_id": str(self.places["QUS"]),
            "subject": "ماسورة مكسورة",
            "body": "المياه تغرق الشارع منذ الفجر",
            "kind": "individual",
            "applicant_kind": "citizen",
            "channel": "counter",
        } | changes

    def register(self, username="clerk", **changes):
        """Take a complaint in at the counter; returns the last page, its key, number and secret."""
        browser = self.staff(username)
        page = browser.get("/admin/complaints/complaint/new")
        token = field(page, "token")
        answer = browser.post("/admin/complaints/complaint/new", self.form(token=token, **changes))
        assert answer.status_code == 302, text(answer)
        receipt = browser.follow(answer)
        return SimpleNamespace(
            browser=browser,
            receipt=receipt,
            id=int(re.search(r"/complaint/(\d+)/receipt", answer.location)[1]),
            number=re.search(r"\d{4}/\d{6}", text(receipt))[0],
            secret=re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text(receipt))[0],
        )

    def move(self, username, key, action, **data):
        """One step by one person, through its page."""
        browser = self.staff(username)
        address = f"/admin/complaints/complaint/{key}/do/{action}"
        browser.get(address)
        return browser.post(address, data)

    def refer(self, key, body="WCO", examiner="examiner"):
        """Examine and refer; the two steps before a body sees it."""
        assert self.move(examiner, key, "examine").status_code == 302
        sent = self.move(examiner, key, "refer", unit_id=self.units[body], due_on="2099-01-01")
        assert sent.status_code == 302, text(sent)

    def answer(self, key, by="focal"):
        """The body opens the complaint and replies."""
        self.staff(by).get(f"/admin/complaints/complaint/{key}")
        sent = self.move(by, key, "reply", outcome="REMOVED", text="تم إصلاح الماسورة وإعادة الرصف")
        assert sent.status_code == 302, text(sent)

    def deliver(self):
        """The worker sends what is queued."""
        with self.app.app_context():
            return drain(self.code)


def field(page, name):
    """The value of a hidden input."""
    return re.search(rf'name="{name}"[^>]* value="([^"]+)"', page.get_data(as_text=True))[1]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def backend(request):
    """Pages ask what core's tests ask of both databases each time; PostgreSQL is left to the full run here."""
    return request.param


@pytest.fixture
def desk(ground, backend):
    """A fresh governorate with the module enabled and its people in place."""
    with ground.governorate("EG-KN", backend=backend, modules=("complaints",)) as code:
        yield Desk(ground, code, _settle(ground, code))


@pytest.fixture
def aden(ground, backend):
    """The same desk in Aden, where identity cards and telephones are others."""
    with ground.governorate("YE-AD", backend=backend, modules=("complaints",)) as code:
        yield Desk(ground, code, _settle(ground, code))


def _settle(ground, code):
    with ground.session(code) as session:
        qena = Place(code="QENA", kind="governorate", name_ar="محافظة قنا", name_en="Qena")
        qus = Place(code="QUS", kind="markaz", name_ar="مركز قوص", name_en="Qus", parent=qena)
        qift = Place(code="QIFT", kind="markaz", name_ar="مركز قفط", name_en="Qift", parent=qena)
        village = Place(code="VILLAGE", kind="village", name_ar="قرية حجازة", name_en="Hegaza", parent=qus)
        diwan = Unit(code="DIWAN", kind="diwan", name_ar="الديوان العام", name_en="Diwan")
        session.add_all([qena, qus, qift, village, diwan])
        for unit, kind in (
            ("CSD", "department"),
            ("TCC", "service_centre"),
            ("WCO", "company"),
            ("ELE", "company"),
        ):
            session.add(
                Unit(code=unit, kind=kind, name_ar=unit, name_en=unit, parent=diwan, category_body=unit)
            )
        session.add(
            Unit(code="LCU-QUS", kind="markaz", name_ar="قوص", name_en="Qus", parent=diwan, areas=[qus])
        )
        session.flush()
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        roles = {role.code: role for role in session.scalars(select(Role))}
        password = hash_password(PASSWORD)
        for username, membership in PEOPLE.items():
            unit, _, role = membership.partition(":")
            user = User(username=username, name_ar=username, name_en=username, password=password)
            user.memberships.append(Membership(unit=units[unit], role=roles[role]))
            session.add(user)
        session.commit()
        return SimpleNamespace(
            units={unit.code: unit.id for unit in units.values()},
            places={place.code: place.id for place in session.scalars(select(Place))},
            users={user.username: user.id for user in session.scalars(select(User))},
            categories={one.code: one.id for one in session.scalars(select(Category))},
        )


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def reading(ground, request):
    """One desk for all tests of a file that hardly write."""
    with ground.governorate("EG-KN", backend=request.param, modules=("complaints",)) as code:
        yield Desk(ground, code, _settle(ground, code))
