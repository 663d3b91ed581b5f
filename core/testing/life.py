"""Inherited tests of a module's life in a governorate: its tables come, go and come back."""

from __future__ import annotations

import shutil

from sqlalchemy import Engine, inspect

from core.data.archive import digest
from core.data.labels import owner_of
from core.governorates.present import engines, served
from core.modules.dispatch import Module
from core.modules.leaving.export import exports_of
from core.modules.leaving.plan import plan
from core.modules.leaving.reinstall import reinstall
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import disable, enable
from core.modules.migrations import upgrade, version_table
from core.modules.structure import changing
from core.testing.basis import Basis
from core.testing.chains import downgrade, shape_of
from core.testing.ground import Ground
from core.testing.town import ABROAD, Town


class Life(Basis):
    """Part of PluginCase."""

    def test_its_migrations_go_down_and_up_again(self, module: Module, ground: Ground, backend: str) -> None:
        """Backwards they leave nothing, and forwards again they make the same tables."""
        town = ground.governorate("EG-KN", backend=backend, modules=self.modules(ground))
        with town as code, ground.app.app_context(), changing(code) as (_session, connection):
            folder = module.folder / "migrations"
            before = shape_of(connection, self.plugin)
            if before:
                downgrade(connection, self.plugin, folder)
                left = shape_of(connection, self.plugin)
                assert not left, f"downgrade leaves {', '.join(left)}"
                upgrade(connection, self.plugin, folder)
                assert shape_of(connection, self.plugin) == before, "down and up again the tables differ"

    def test_uninstalled_it_leaves_nothing_and_comes_back_whole(self, town: Town) -> None:
        """Its data are exported, no table of its own is left, and installed again it has the same rows."""
        with town.ground.app.app_context():
            engine = engines().get(ABROAD, served(ABROAD).url)
            tables = self.tables(engine)
            disable(ABROAD, self.plugin)
            try:
                if plan(ABROAD, self.plugin).objections:
                    return  # it refuses, with reasons, to lose the records of this test
                with engine.connect() as connection:
                    before = digest(connection, tables)
                uninstall(ABROAD, self.plugin, self.plugin)
                left = self.tables(engine)
                assert not left, f"uninstalled it leaves {', '.join(left)}"
                reinstall(ABROAD, self.plugin)
                with engine.connect() as connection:
                    assert digest(connection, tables) == before, "installed again its rows are others"
            finally:
                enable(ABROAD, self.plugin)
                shutil.rmtree(exports_of(ABROAD), ignore_errors=True)

    def tables(self, engine: Engine) -> list[str]:
        """The module's own tables in a database."""
        names = set(inspect(engine).get_table_names())
        mark = version_table(self.plugin)
        return sorted(name for name in names if owner_of(name) == self.plugin and name != mark)
