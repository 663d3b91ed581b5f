"""Two governorates with one module: two units in each, a person for each role, a row for each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from core.data.base import Base
from core.data.labels import owner_of
from core.governorates.present import present
from core.modules.dispatch import Host
from core.modules.order import dependencies
from core.people.access import VERBS, Access
from core.people.categories import Category
from core.people.passwords import set_password
from core.people.places import Place, root_place
from core.people.roles import ADMINISTRATOR
from core.people.scopes import scope_of
from core.people.units import Unit, root_unit
from core.people.users import Role, User, add_membership
from core.testing.ground import Ground
from core.testing.rows import CELLS, Cell, Rows

HERE, ABROAD = "EG-MT", "YE-SU"
PASSWORD = "four boats on the canal"  # noqa: S105 - of people who exist in tests only
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody with one role in the unit OWN. `rights` are (verb, model); for `opens` see PluginCase."""

    role: str
    reach: str
    confidential: bool
    rights: frozenset[tuple[str, str]]
    opens: tuple[str, ...] = ()

    def sees(self, cell: Cell, plugin: str) -> bool:
        """Whether rows of the cell may be shown to them, worked out apart from the code under test."""
        within = self.reach == "all" or (self.reach != "none" and cell.unit == "OWN")
        known = any(model.partition(".")[0] == plugin for _verb, model in self.rights)
        return cell.name in self.opens or (known and within and (cell.level == 0 or self.confidential))


STRANGER = Person("nobody", "none", confidential=False, rights=frozenset())
"""Who comes without an account."""


@dataclass
class Town:
    """The world of one module's tests. `people` by role; `texts` say whose a text is: (code, cell)."""

    ground: Ground
    plugin: str
    people: dict[str, Person] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    clients: dict[tuple[str, str], FlaskClient] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        """The host of the application under test."""
        return self.ground.app.extensions["diwan"]

    def rules(self, method: str = "GET") -> Iterator[Rule]:
        """The module's routes that answer `method`, also those that hide from the gate under another name."""
        package = self.host.modules[self.plugin].package
        for rule in self.ground.app.url_map.iter_rules():
            home = self.ground.app.view_functions[rule.endpoint].__module__
            ours = self.host.plugin_of(rule.endpoint) == self.plugin
            if (ours or f"{home}.".startswith(f"{package}.")) and method in (rule.methods or ()):
                yield rule

    def address(self, rule: Rule, key: int, text: str = "x") -> str:
        """A route's address below the mount with `key` for each number and `text` for all else.

        Where a route takes one of a few words, as the endings of machines' answers, it is the first of them.
        """
        values = {
            name: key if "Integer" in type(kind).__name__ else min(getattr(kind, "items", {text}))
            for name, kind in rule._converters.items()
        }
        adapter = self.ground.app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, values, method=next(iter(rule.methods or ("GET",))))

    def client(self, role: str, code: str = HERE) -> FlaskClient:
        """The browser of who has `role`, signed in; a stranger's is not."""
        if (role, code) not in self.clients:
            client = self.clients[role, code] = self.ground.app.test_client()
            if role != STRANGER.role:
                _sign_in(client, role, code)
        return self.clients[role, code]

    def hidden(self, text: str, person: Person, code: str = HERE) -> list[str]:
        """The texts in an answer to `person` at `code` that they may not see."""
        seen = {cell.name for cell in CELLS if person.sees(cell, self.plugin)}
        return [
            one
            for one, (home, cell) in self.texts.items()
            if one in text and (home != code or cell not in seen)
        ]

    def scope_of(self, session: Session, role: str) -> Any:
        """What the person with `role` works under."""
        return scope_of(session.scalars(select(User).where(User.username == role.lower())).one())


def _sign_in(client: FlaskClient, role: str, code: str) -> None:
    token = (TOKEN.search(client.get(f"/{code}/login").text) or ["", ""])[1]
    typed = {"username": role, "password": PASSWORD, "csrf_token": token}
    answer = client.post(f"/{code}/login", data=typed)
    assert answer.status_code == 302, f"{role} cannot sign in at {code}: {answer.status}"


def with_needs(ground: Ground, plugin: str) -> tuple[str, ...]:
    """The ids of everything that `plugin` needs, and its own."""
    known = ground.app.extensions["diwan"].modules
    found = {name: one.manifest for name, one in known.items() if one.manifest}
    return (*dependencies(found, plugin), plugin)


@contextmanager
def build(ground: Ground, backend: str, case: Any) -> Iterator[Town]:
    """A town for the module that the class `case` names, on `backend`; gone after the block."""
    modules = with_needs(ground, case.plugin)
    town = Town(ground, case.plugin)
    with ExitStack() as stack:
        for code in (HERE, ABROAD):
            stack.enter_context(ground.governorate(code, backend=backend, modules=modules))
            _settle(town, code, modules, case)
        yield town


def _settle(town: Town, code: str, modules: tuple[str, ...], case: Any) -> None:
    with town.ground.session(code) as session:
        ids = _write_frame(session)
        town.people = {person.role: person for person in _write_people(session, case)}
        session.commit()
        models = [m.class_ for m in Base.registry.mappers if owner_of(m.class_.__tablename__) in modules]
        statements = list(Rows(code, models, ids, case.values, town.texts).statements())
        binding: Any = session.info["binding"]
    with binding.engine.execution_options(diwan_write=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def _write_frame(session: Session) -> dict[tuple[str, str], int]:
    """Two units below the top, a place that neither serves, some category; their keys by (table, unit)."""
    top, governorate = root_unit(session, present()), root_place(session, present())
    units = {
        name: Unit(code=name, kind="markaz", name_ar=name, name_en=name, parent=top)
        for name in ("OWN", "OTHER")
    }
    place = Place(code="AWAY", kind="markaz", name_ar="AWAY", name_en="AWAY", parent=governorate)
    session.add_all([*units.values(), place])
    category = session.scalar(
        select(Category).where(~Category.confidential).order_by(Category.id.desc()).limit(1)
    )
    if category is None:
        category = Category(list="tests", code="SOME", name_ar="SOME", name_en="SOME")
        session.add(category)
    session.flush()
    ids = {("core_unit", name): unit.id for name, unit in units.items()}
    for name in units:
        ids |= {("core_place", name): place.id, ("core_category", name): category.id}
    return ids


def _write_people(session: Session, case: Any) -> Iterator[Person]:
    """One person for each role that the module knows, and an administrator, who sees no records."""
    own = session.scalars(select(Unit).where(Unit.code == "OWN")).one()
    rows = session.scalars(select(Access)).all()
    known = {row.role_code for row in rows if row.model.startswith(f"{case.plugin}.")} | {ADMINISTRATOR}
    for role in session.scalars(select(Role).where(Role.code.in_(known)).order_by(Role.id)):
        user = User(username=role.code.lower(), name_ar=role.code, name_en=role.code)
        session.add(user)
        add_membership(user, own, role)
        set_password(user, PASSWORD, initial=False)
        rights = {
            (verb, row.model)
            for row in rows
            for verb in VERBS
            if row.role_code == role.code and getattr(row, verb)
        }
        yield Person(
            role.code, role.reach, role.confidential, frozenset(rights), case.opens.get(role.code, ())
        )
