"""Inherited tests of what a module is made of: manifest, hooks, models, rights, migrations."""

from __future__ import annotations

import inspect as looking
from collections.abc import Iterator
from typing import Any

from core.data.base import Base
from core.data.labels import label, owner_of
from core.data.visibility import Scoped
from core.hooks import MARKER
from core.modules.dispatch import Module
from core.modules.manifest import read_manifest
from core.modules.migrations import read_chain
from core.modules.revision import differences
from core.people.access import read_access
from core.testing.basis import Basis
from core.testing.ground import Ground
from core.testing.town import HERE, Town


def models_of(module: Module) -> list[type[Any]]:
    """The classes that the module's code maps to tables."""
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return [one for one in found if f"{one.__module__}.".startswith(f"{module.package}.")]


class Shape(Basis):
    """Part of PluginCase."""

    def test_its_manifest_is_valid(self, module: Module) -> None:
        """`plugin.toml` says what it must and no more, and its folder bears its id."""
        assert read_manifest(module.folder).id == self.plugin

    def test_it_is_fit_alone_with_what_it_needs(self, module: Module) -> None:
        """Its check passed, in a process that had only it and its `depends`."""
        assert not module.error, f"{module.error}\n{module.traceback}"

    def test_its_hooks_are_marked(self, module: Module) -> None:
        """A function named as a hook without @hookimpl is never called."""
        functions = looking.getmembers(module.code, looking.isfunction)
        bare = [n for n, one in functions if n.startswith("diwan_") and not hasattr(one, f"{MARKER}_impl")]
        assert not bare, f"@hookimpl is missing above {', '.join(bare)}"

    def test_its_tables_bear_its_id(self, module: Module) -> None:
        """`lamps_lamp`: who removes the module knows what is its own."""
        strange = [
            one.__tablename__ for one in models_of(module) if owner_of(one.__tablename__) != self.plugin
        ]
        assert not strange, f"tables without the id in front: {', '.join(strange)}"

    def test_its_models_are_told_to_the_host(self, module: Module, ground: Ground) -> None:
        """What `diwan_models` returns is what the code maps."""
        with ground.app.app_context():
            told = [
                one
                for plugin, one in ground.app.extensions["diwan"].call_boot("diwan_models")
                if plugin == self.plugin
            ]
        missing = [one.__name__ for one in models_of(module) if one not in told]
        assert not missing, f"diwan_models does not return {', '.join(missing)}"

    def test_its_lists_find_the_rows_of_a_unit_by_an_index(self, module: Module) -> None:
        """Every list asks for the reader's units: a Scoped table has an index that begins with `unit_id`."""
        for model in models_of(module):
            firsts = {next(iter(index.columns)).name for index in model.__table__.indexes}
            assert not issubclass(model, Scoped) or "unit_id" in firsts, (
                f'{label(model)}: no index begins with unit_id, such as Index(None, "unit_id", "id")'
            )

    def test_its_rights_are_of_known_models_and_roles(self, module: Module, town: Town) -> None:
        """Each line of `access.csv` names a model of the module and a role that somebody ships."""
        path = module.folder / "access.csv"
        rights = read_access(path) if path.exists() else {}
        models = {label(one) for one in models_of(module)}
        strange = sorted({model for _role, model in rights} - models)
        assert not strange, f"access.csv names models that are not the module's: {', '.join(strange)}"
        roles = sorted({role for role, _model in rights} - set(town.people))
        assert not roles, f"access.csv names roles that nobody ships: {', '.join(roles)}"

    def test_its_rights_leave_out_no_screen(self, module: Module, ground: Ground) -> None:
        """A model with a screen may be read by some role; else the screen is there for nobody."""
        path = module.folder / "access.csv"
        rights = read_access(path) if path.exists() else {}
        readable = {model for (_role, model), verbs in rights.items() if verbs["read"]}
        shown = {view.label_name for view in screens(ground, self.plugin)}
        assert shown <= readable, (
            f"no role may read {', '.join(sorted(shown - readable))}: add it to access.csv"
        )

    def test_its_migrations_are_one_line(self, module: Module) -> None:
        """One head, each step named <id>_NNNN; a module with tables has at least one."""
        chain = read_chain(self.plugin, module.folder / "migrations")
        assert chain or not models_of(module), "it has tables and no migration"

    def test_its_models_equal_its_migrations(self, module: Module, town: Town) -> None:
        """What the migrations made is what the models say, on this database."""
        with town.ground.session(HERE) as session, session.info["binding"].engine.connect() as connection:
            found = differences(connection, self.plugin)
        assert not found, f"models and migrations differ; write a revision: {found}"


def screens(ground: Ground, plugin: str) -> Iterator[Any]:
    """The module's record views."""
    for view in ground.app.extensions["diwan_site"]:
        if view.plugin == plugin and hasattr(view, "label_name"):
            yield view
