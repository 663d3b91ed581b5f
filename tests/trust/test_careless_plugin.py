"""A module that goes around the guard in every known way gets nothing: its session refuses."""

import pytest
from sqlalchemy import select

from core.data import guard
from core.data.session import GovernorateSession
from core.errors import Hidden, NoScope, Unscoped
from core.people.access import Access
from core.people.passwords import set_password
from core.people.units import Unit
from core.people.users import Role, User, add_membership

REFUSALS = (Unscoped, Hidden, NoScope)
MINE, THEIRS = "CANARY-mine", "CANARY-theirs"
PASSWORD = "mirror-lantern-47"


@pytest.fixture
def careless(app):
    """The module's code, as the host loaded it."""
    return app.extensions["diwan"].modules["careless"].code


@pytest.fixture
def client(ground, backend, careless):
    """Somebody of unit A, signed in; there is a paper of A's (1) and one of B's (2)."""
    models = careless.models
    with ground.governorate("YE-HD", backend=backend, modules=("careless",)) as code:
        with ground.session(code) as session:
            root = Unit(code="TOP", kind="diwan", name_ar="ديوان", name_en="Diwan")
            mine, theirs = (Unit(code=c, kind="markaz", name_ar=c, name_en=c, parent=root) for c in "AB")
            role = Role(code="READER", name_ar="قارئ", name_en="Reader", reach="unit")
            user = User(username="ada", name_ar="آدا", name_en="Ada")
            right = Access(role_code="READER", model="careless.paper", read=True, plugin="careless")
            session.add_all([root, mine, theirs, role, right, user])
            session.flush()
            add_membership(user, mine, role)
            set_password(user, PASSWORD, initial=False)
            for unit, title in ((mine, MINE), (theirs, THEIRS)):
                session.add(models.Paper(title=title, unit_id=unit.id, confidentiality=0))
                session.flush()
            session.commit()
        client = ground.app.test_client()
        token = client.get(f"/{code}/login").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"username": "ada", "password": PASSWORD, "csrf_token": token}
        assert client.post(f"/{code}/login", data=form).status_code == 302
        yield client


def titles(ground, careless):
    with ground.session("YE-HD") as session:
        paper, page = careless.models.Paper, careless.models.Page
        return sorted(session.scalars(select(paper.title))), list(session.scalars(select(page.text)))


def tricks(careless):
    return [trick.__name__ for trick in careless.tricks.TRICKS]


def test_the_honest_page_shows_the_own_paper_only(client):
    assert client.get("/YE-HD/careless/").text == MINE


def test_every_trick_is_refused(ground, client, careless, caplog):
    """A refusal here is an error of the module, so the answer is the plain page for faults."""
    assert len(tricks(careless)) >= 10
    for trick in tricks(careless):
        caplog.clear()
        answer = client.get(f"/YE-HD/careless/{trick}")
        assert THEIRS not in answer.text, trick
        raised = [record.exc_info[0] for record in caplog.records if record.exc_info]
        assert [error for error in raised if issubclass(error, REFUSALS)], f"{trick}: {raised}"
        assert "Unscoped" not in answer.text
        assert titles(ground, careless) == ([MINE, THEIRS], []), trick


def test_without_the_guard_most_tricks_work(ground, client, careless, monkeypatch):
    """The mutant: it is the session that refuses, not an accident of the pages."""
    monkeypatch.setattr(guard, "_refuse_governed", lambda statement: None)
    monkeypatch.setattr(guard, "_check_keys", lambda session, row, scope: None)
    monkeypatch.setattr(guard, "_options", lambda session, statement: ())
    base = GovernorateSession.__mro__[1]
    for name in ("connection", "bulk_update_mappings"):
        monkeypatch.setattr(GovernorateSession, name, getattr(base, name))
    answers = {trick: client.get(f"/YE-HD/careless/{trick}") for trick in tricks(careless)}
    worked = [trick for trick, answer in answers.items() if answer.status_code == 200]
    assert len(worked) >= 7, worked
    assert [trick for trick, answer in answers.items() if THEIRS in answer.text]
