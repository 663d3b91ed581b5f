"""A desk with petitions, a clerk who can sign in and files, and empty databases to bring it to."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from flask_security import hash_password
from sqlalchemy import select
from trust import hostile

from core.cli import main
from core.data.archive import digest, snapshot
from core.data.visibility import cleared
from core.governorates.engines import opened_engine
from core.governorates.present import registry
from core.governorates.provision import drop_database
from core.people.roles import sync_core
from core.people.units import Unit
from core.people.users import Membership, Role, User
from core.work.chain import verify
from core.work.files.accepting import accept
from core.work.files.attachments import Attachment, attach
from core.work.files.keeping import read_stored
from core.work.files.store import STORE, FolderStore

CODE = "EG-KN"
PASSWORD = "a quiet morning in Qena"


class Desk:
    """The governorate as people and operators meet it."""

    def __init__(self, ground, unit):
        self.ground, self.unit = ground, unit

    def register(self, *titles):
        """New petitions; returns their ids and numbers."""
        from plugins.desk.models import Petition

        with self.ground.session(CODE) as session:
            rows = [Petition(title=title, unit_id=self.unit, phone="01012345678") for title in titles]
            session.add_all(rows)
            session.commit()
            return [(row.id, row.number) for row in rows]

    def attach(self, id_, sign):
        """A PDF of its own on a petition."""
        from plugins.desk.models import Petition

        paper = hostile.PDF.replace(b"%%EOF", f"%{sign}\n%%EOF".encode())
        with self.ground.session(CODE) as session:
            attach(session.get(Petition, id_), [accept("letter.pdf", paper)])
            session.commit()

    def titles(self):
        from plugins.desk.models import Petition

        with self.ground.session(CODE) as session:
            return list(session.scalars(select(Petition.title).order_by(Petition.id)))

    def phones(self):
        from plugins.desk.models import Petition

        with self.ground.session(CODE) as session:
            return {petition.phone for petition in session.scalars(select(Petition))}

    def papers(self):
        """What the attached files hold."""
        with self.ground.session(CODE) as session:
            found = []
            for name in session.scalars(cleared(select(Attachment.stored).order_by(Attachment.id))):
                with read_stored(CODE, name) as file:
                    found.append(file.read())
            return found

    def sign_in(self):
        """The status of the page behind the login, for the clerk with the password."""
        client = self.ground.app.test_client()
        page = client.get(f"/{CODE}/login").text
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        data = {"csrf_token": token, "username": "clerk", "password": PASSWORD}
        self.answer = client.post(f"/{CODE}/login", data=data)
        return client.get(f"/{CODE}/password").status_code

    def audit(self):
        with self.ground.session(CODE) as session:
            return verify(session)

    def content(self):
        """The digest of every table now."""
        with self.ground.app.app_context():
            return content(registry().get(CODE).url)


def content(url):
    with opened_engine(url, existing=True) as engine, snapshot(engine) as connection:
        return digest(connection)


@pytest.fixture
def desk(ground, backend, monkeypatch, tmp_path):
    monkeypatch.setitem(ground.app.extensions, STORE, FolderStore(tmp_path / "attachments"))
    with ground.governorate(CODE, backend=backend, modules=("desk",)):
        yield furnish(ground)


def furnish(ground):
    with ground.session(CODE) as session:
        sync_core(session)
        unit = Unit(code="DIWAN", kind="diwan", name_ar="الديوان", name_en="Diwan")
        session.add(unit)
        session.flush()
        role = session.scalar(select(Role).where(Role.code == "ADM"))
        clerk = User(username="clerk", name_ar="موظف", password=hash_password(PASSWORD))
        clerk.memberships.append(Membership(unit_id=unit.id, role=role))
        session.add(clerk)
        session.commit()
        return Desk(ground, unit.id)


@pytest.fixture
def spare(ground):
    """Make an empty database of a kind; returns its address. It is gone after the test."""
    made = []

    def make(backend):
        made.append(ground._empty(backend))
        return made[-1]

    yield make
    for url in made:
        drop_database(url, ground.postgres_url)


@pytest.fixture
def diwan(app):
    """Call `diwan ...` in this process, on the tests' application."""

    def call(*words):
        done = CliRunner().invoke(main, [str(word) for word in words], obj=app)
        return SimpleNamespace(status=done.exit_code, said=done.output)

    return call
