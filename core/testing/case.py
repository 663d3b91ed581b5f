"""`PluginCase`: the tests that every module passes. A class of two lines inherits them:

class TestLamps(PluginCase):
    plugin = "lamps"
"""

from __future__ import annotations

from core.testing.doors import Doors
from core.testing.life import Life
from core.testing.shape import Shape
from core.testing.start import Start
from core.testing.words import Words


class PluginCase(Shape, Words, Start, Life, Doors):
    """All of them. What may be said besides `plugin` is in `core.testing.basis.Basis`."""
