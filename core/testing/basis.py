"""What the parts of `PluginCase` stand on: which module is tested, and what is special about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from core.modules.dispatch import Module
from core.testing.ground import Ground
from core.testing.rows import Cell
from core.testing.town import with_needs


class Basis:
    """Say `plugin`, the module's id; everything else has defaults that fit most modules."""

    plugin: ClassVar[str]
    opens: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Role -> names of cells ("secret") whose records the module's own rule opens to it besides its reach."""
    not_personal: ClassVar[tuple[str, ...]] = ()
    """`Model.field`, which sounds as if it named a person and does not: the name of a street."""

    @staticmethod
    def values(label: str, cell: Cell) -> Mapping[str, Any]:
        """Values of columns whose content has a meaning, for the row of `cell` in the model `label`."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def module(cls, ground: Ground) -> Module:
        """The module, as the host knows it; a broken one fails here with its reason."""
        found = ground.app.extensions["diwan"].modules.get(cls.plugin)
        assert found is not None, f"there is no module {cls.plugin!r}: see DIWAN_PLUGIN_PATH"
        assert not found.error, f"{found.error}\n{found.traceback}"
        return found

    def modules(self, ground: Ground) -> tuple[str, ...]:
        """The module's id after those of everything that it needs."""
        return with_needs(ground, self.plugin)
