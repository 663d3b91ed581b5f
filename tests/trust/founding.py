"""Founding the test world: governorates cloned, filled with the same rows, everybody signed in."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

from sqlalchemy import select, text
from trust.canaries import Cage
from trust.cells import AWAY, BODY, CELLS, CHILD, CITIZEN, HOME, MIXED, OTHER, OWN, PARENT, Person, Post
from trust.dump import Database
from trust.rows import Writer
from trust.world import ABROAD, HERE, PASSWORD, SHUT, Holding, World

from core.governorates.present import present, registry
from core.modules import lifecycle
from core.people.access import VERBS, Access
from core.people.categories import Category
from core.people.passwords import set_password
from core.people.places import Place
from core.people.units import Unit, root_unit
from core.people.users import Role, User, add_membership
from core.work.files.attachments import Attachment
from core.work.files.store import store

FILES = Attachment.__table__
"""What lies in the store under each row is the row's own canary."""
FIRST_NEW = 500_000
"""Ids of rows that requests make begin here on PostgreSQL; SQLite goes on after the last."""


@contextmanager
def build(ground, backend, modules):
    """A world on `backend` with `modules`; its governorates are gone after the block."""
    cage = Cage()
    with ExitStack() as stack:
        for code in (HERE, ABROAD, SHUT):
            stack.enter_context(ground.governorate(code, backend=backend, modules=modules))
            _settle(ground, code, cage, modules)
        with ground.session(HERE) as session:
            people = {person.role: person for person in (*_people(session), CITIZEN)}
        with ground.app.app_context():
            for module in reversed(modules):
                lifecycle.disable(SHUT, module)
            urls = {code: registry().get(code).url for code in (HERE, ABROAD, SHUT)}
        holdings = {code: Holding(code, stack.enter_context(_opened(url))) for code, url in urls.items()}
        world = World(ground.app, cage, modules, people, holdings)
        for holding in holdings.values():
            for person in people.values():
                known = person is not CITIZEN
                holding.passes[person.role] = (
                    world.sign_in(holding.code, person.username) if known else world.anonymous(holding.code)
                )
        world.share_sign_ins()
        yield world


@contextmanager
def _opened(url):
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _settle(ground, code, cage, modules):
    """Units, places, one person a role, and the rows of every cell."""
    with ground.session(code) as session:
        ids = _write_frame(session)
        session.commit()
        statements = list(Writer(code, cage, ids, modules).statements(CELLS))
        binding = session.info["binding"]
    with ground.app.app_context(), binding.engine.execution_options(diwan_write=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)
        for name, content in connection.execute(select(FILES.c.stored, FILES.c.file_name)):
            store().put(code, name, content.encode())
        if connection.dialect.name == "postgresql":
            for name in connection.scalars(text("SELECT sequencename FROM pg_sequences")).all():
                connection.execute(text(f"SELECT setval('{name}', {FIRST_NEW})"))


def _write_frame(session):
    top = root_unit(session, present())
    own, other, body = (
        Unit(code=c, kind="markaz", name_ar=c, name_en=c, parent=top) for c in (OWN, OTHER, BODY)
    )
    child = Unit(code=CHILD, kind="village_unit", name_ar=CHILD, name_en=CHILD, parent=own)
    home, away = (Place(code=c, kind="markaz", name_ar=c, name_en=c) for c in (HOME, AWAY))
    session.add_all([own, other, body, child, home, away])
    session.flush()
    own.areas.append(home)
    units = {PARENT: top, OWN: own, OTHER: other, CHILD: child, BODY: body}
    _write_people(session, units)
    ids = {("core_unit", name): unit.id for name, unit in units.items()}
    ids |= {("core_place", name): place.id for name, place in ((HOME, home), (AWAY, away))}
    leaf = session.scalar(select(Category.id).where(~Category.confidential).order_by(Category.id.desc()))
    return ids | {("core_category", ""): leaf}


def _write_people(session, units):
    """One person for each role, and those with two; one role is the tests' own: confidential, but not wide."""
    session.add(Role(code="SEC", name_ar="SEC", name_en="SEC", reach="unit", confidential=True))
    session.add(Access(role_code="SEC", model="complaints.complaint", read=True, plugin="core"))
    session.flush()
    roles = {role.code: role for role in session.scalars(select(Role).order_by(Role.id))}
    for name, posts in _posts(roles).items():
        user = User(username=name.lower(), name_ar=name, name_en=name)
        session.add(user)
        for code, unit in posts:
            add_membership(user, units[unit], roles[code])
        set_password(user, PASSWORD, initial=False)
        user.fs_uniquifier = f"trust-{name}"


def _posts(roles):
    return {code: ((code, OWN),) for code in roles if code != "SEC"} | MIXED


def _people(session):
    """Everybody with what their roles reach and may, as shipped."""
    roles = {role.code: role for role in session.scalars(select(Role).order_by(Role.id))}
    rows = session.scalars(select(Access)).all()
    for name, posts in _posts(roles).items():
        held = {code for code, _ in posts}
        rights = {(v, row.model) for row in rows for v in VERBS if row.role_code in held and getattr(row, v)}
        made = (
            Post(code, unit, roles[code].reach, roles[code].confidential, _modules_of(code, rows))
            for code, unit in posts
        )
        yield Person(name, tuple(made), frozenset(rights))


def _modules_of(role, rows):
    """The modules in whose records a role may anything."""
    may = [row.model for row in rows if row.role_code == role and any(getattr(row, verb) for verb in VERBS)]
    return frozenset(model.partition(".")[0] for model in may)
