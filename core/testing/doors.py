"""Inherited tests of who finds what behind a module's addresses."""

from __future__ import annotations

from itertools import product
from typing import Any

from sqlalchemy import select

from core.access import declared
from core.data.visibility import Scoped
from core.modules.dispatch import Module
from core.modules.lifecycle import disable, enable
from core.testing.basis import Basis
from core.testing.rows import CELLS
from core.testing.shape import models_of, screens
from core.testing.town import ABROAD, HERE, STRANGER, Town

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

    def test_who_may_read_opens_the_records_of_their_reach_alone(self, town: Town) -> None:
        """Each screen's record page, else 404; if nobody saw any, the next test would prove nothing."""
        for view in screens(town.ground, self.plugin):
            readers = [one for one in town.people.values() if ("read", view.label_name) in one.rights]
            for person, cell in product(readers, CELLS):
                answer = town.client(person.role).get(f"/{HERE}{view.url}/{cell.id}")
                seen = person.sees(cell, self.plugin) or not issubclass(view.model, Scoped)
                right = answer.status_code < 400 if seen else answer.status_code == 404
                assert right, f"{person.role} at {view.url}/{cell.id}: {answer.status}"

    def test_nobody_finds_what_is_of_another_unit_or_confidential(self, town: Town) -> None:
        """Not in lists, searches, filters, lookups and forms, nor by its number; a stranger finds nothing."""
        for person in [*town.people.values(), STRANGER]:
            for rule in town.rules():
                for path in self.paths(town, rule):
                    answer = town.client(person.role).get(f"/{HERE}{path}", buffered=True)
                    found = town.hidden(answer.get_data().decode("utf-8", "replace"), person)
                    assert not found, f"{person.role} at {path} reads {found[0]}"
                    assert answer.status_code < 500, f"{person.role} at {path}: {answer.status}"

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

    def paths(self, town: Town, rule: Any) -> list[str]:
        """Addresses to try at a door: plainly, searching for the texts of rows, and by each number."""
        if rule.arguments:
            return [town.address(rule, cell.id) for cell in CELLS]
        path = town.address(rule, OWN.id)
        return [path, f"{path}?q=canary", f"{path}?filters=1"]
