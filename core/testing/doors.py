"""Inherited tests of who finds what behind a module's addresses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.access import declared
from core.data.visibility import Scoped
from core.modules.dispatch import Module
from core.modules.lifecycle import disable, enable
from core.testing.basis import Basis
from core.testing.rows import CELLS
from core.testing.shape import models_of, screens
from core.testing.town import ABROAD, HERE, Person, Town

OWN = CELLS[0]


class Doors(Basis):
    """Part of PluginCase."""

    def test_each_role_enters_what_it_was_granted_and_nothing_else(self, town: Town) -> None:
        """Every page that asks for a right answers 403 to those without it, and opens for the others."""
        for rule in town.rules():
            access = declared(town.ground.app, rule.endpoint)
            for person in town.people.values() if access and access.kind == "right" else ():
                assert access is not None
                status = town.client(person.role).get(f"/{HERE}{town.address(rule, OWN.id)}").status_code
                granted = (access.verb, access.label) in person.rights
                where = f"{person.role} at {rule.rule}: {status}"
                assert granted or status == 403, f"{where}, but has no right to {access.verb} {access.label}"
                assert status < 500, where
                opens = not granted or rule.arguments or status < 400
                assert opens, f"{where}, but may {access.verb} {access.label}"

    def test_who_may_read_opens_a_record_of_their_own_unit(self, town: Town) -> None:
        """Each screen's record page; if nobody saw anything, the next test would prove nothing."""
        for view in screens(town.ground, self.plugin):
            readers = [one for one in town.people.values() if ("read", view.label_name) in one.rights]
            for person in readers:
                answer = town.client(person.role).get(f"/{HERE}{view.url}/{OWN.id}")
                seen = person.sees(OWN, self.plugin) or not issubclass(view.model, Scoped)
                right = answer.status_code < 400 if seen else answer.status_code == 404
                assert right, f"{person.role} at {view.url}/{OWN.id}: {answer.status}"

    def test_nobody_finds_what_is_of_another_unit_or_confidential(self, town: Town) -> None:
        """Not in lists, searches, filters, lookups and forms, nor by its number."""
        for person in town.people.values():
            for rule in town.rules():
                for path in self.paths(town, rule, person):
                    answer = town.client(person.role).get(f"/{HERE}{path}", buffered=True)
                    found = town.hidden(answer.get_data().decode("utf-8", "replace"), person)
                    assert not found, f"{person.role} at {path} reads {found[0]}"

    def test_nobody_sees_more_through_the_models(self, town: Town, module: Module) -> None:
        """`also_visible` and the like let through exactly the rows of one's own reach."""
        for person in town.people.values():
            with town.ground.session(HERE) as session:
                scope = town.scope_of(session, person.role)
            for model in models_of(module) if scope is not None else ():
                if not issubclass(model, Scoped):
                    continue
                with town.ground.session(HERE, scope) as session:
                    found = set(session.scalars(select(model.id)))  # type: ignore[attr-defined]
                beyond = {
                    cell.name for cell in CELLS if cell.id in found and not person.sees(cell, self.plugin)
                }
                assert not beyond, f"{person.role} sees {model.__name__} of {', '.join(sorted(beyond))}"

    def test_nothing_passes_from_one_governorate_to_another(self, town: Town) -> None:
        """Pages that were opened at one mount leave nothing behind for the other; nor does a sign-in."""
        for person in town.people.values():
            for rule in town.rules():
                path = town.address(rule, OWN.id)
                town.client(person.role, HERE).get(f"/{HERE}{path}", buffered=True)
                answer = town.client(person.role, ABROAD).get(f"/{ABROAD}{path}", buffered=True)
                text = answer.get_data().decode("utf-8", "replace")
                foreign = [one for one, (home, _cell) in town.texts.items() if home == HERE and one in text]
                assert not foreign, f"{path} at {ABROAD} shows {foreign[0]} of {HERE}"

    def test_its_addresses_are_gone_where_it_is_disabled(self, town: Town) -> None:
        """404 for everybody, before anybody is asked to sign in."""
        with town.ground.app.app_context():
            disable(ABROAD, self.plugin)
        try:
            client = town.ground.app.test_client()
            for rule in [*town.rules("GET"), *town.rules("POST")]:
                method = "GET" if "GET" in (rule.methods or ()) else "POST"
                status = client.open(f"/{ABROAD}{town.address(rule, OWN.id)}", method=method).status_code
                assert status == 404, f"{rule.rule} answers {status} where the module is disabled"
        finally:
            with town.ground.app.app_context():
                enable(ABROAD, self.plugin)

    def paths(self, town: Town, rule: Any, person: Person) -> list[str]:
        """Addresses to try at a door: plainly, searching for each hidden text, and by each hidden number."""
        if rule.arguments:
            hidden = [cell for cell in CELLS if not person.sees(cell, self.plugin)]
            return [town.address(rule, cell.id) for cell in hidden]
        path = town.address(rule, OWN.id)
        return [path, f"{path}?q=canary", f"{path}?filters=1"]
