"""The host of Diwan: it knows no screen and no plugin.

What a plugin may import is here, each name where `from core import ...` finds it however the host's rooms are
rearranged. They are fetched when first asked for: the rooms import this package, so it cannot import them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.access import public, right, signed_in
    from core.data.base import Versioned, db
    from core.data.columns import Json, UtcDateTime
    from core.data.scope import Scope
    from core.data.search import Searchable
    from core.data.time import now
    from core.data.visibility import Scoped, ScopedByParent, Shared, select_visible
    from core.errors import Invalid, NotAllowed, NotPossible, Refused
    from core.figures.period import Period
    from core.figures.source import FigureSource
    from core.governorates.present import present
    from core.governorates.registry import Governorate
    from core.hooks import hookimpl
    from core.messages.outbox import queue
    from core.people.access import may
    from core.people.categories import Category
    from core.people.places import Place
    from core.people.roles import RoleSpec
    from core.people.units import Unit
    from core.work.clocks.clock import Clock, Promise
    from core.work.numbering import Series
    from core.work.transition import transition
    from core.work.unscoped import unscoped
    from core.work.workflow import Context, State, Transition, Workflow, pure

__version__ = "0.1.0"

OFFERED = {
    "core.access": ("public", "right", "signed_in"),
    "core.data.base": ("Versioned", "db"),
    "core.data.columns": ("Json", "UtcDateTime"),
    "core.data.scope": ("Scope",),
    "core.data.search": ("Searchable",),
    "core.data.time": ("now",),
    "core.data.visibility": ("Scoped", "ScopedByParent", "Shared", "select_visible"),
    "core.errors": ("Invalid", "NotAllowed", "NotPossible", "Refused"),
    "core.figures.period": ("Period",),
    "core.figures.source": ("FigureSource",),
    "core.governorates.present": ("present",),
    "core.governorates.registry": ("Governorate",),
    "core.hooks": ("hookimpl",),
    "core.messages.outbox": ("queue",),
    "core.people.access": ("may",),
    "core.people.categories": ("Category",),
    "core.people.places": ("Place",),
    "core.people.roles": ("RoleSpec",),
    "core.people.units": ("Unit",),
    "core.work.clocks.clock": ("Clock", "Promise"),
    "core.work.numbering": ("Series",),
    "core.work.transition": ("transition",),
    "core.work.unscoped": ("unscoped",),
    "core.work.workflow": ("Context", "State", "Transition", "Workflow", "pure"),
}
"""Room -> what it offers to plugins; the same as above, for the running program."""
_HOMES = {name: room for room, names in OFFERED.items() for name in names}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Fetch an offered name from its room, once (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
