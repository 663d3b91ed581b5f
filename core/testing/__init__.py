"""The test kit: what a module's tests inherit and take, whoever wrote the module.

`PluginCase` brings the tests that every module must pass. The fixtures `ground` and `backend`, a pytest
plugin that loads itself where Diwan is installed, give governorates with the module enabled, on either
database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.testing.case import PluginCase
    from core.testing.ground import Ground, test_settings

__all__ = ["Ground", "PluginCase", "test_settings"]
_HOMES = {"Ground": "ground", "PluginCase": "case", "test_settings": "ground"}


def __getattr__(name: str) -> Any:
    """Fetch a name when first asked for: pytest loads this package's fixtures also for strangers' tests."""
    if name not in _HOMES:
        raise AttributeError(f"module 'core.testing' has no attribute {name!r}")
    return getattr(import_module(f"core.testing.{_HOMES[name]}"), name)
