"""A small module with every kind of governed model, for the tests of core."""

from core import hookimpl

from . import models


@hookimpl
def diwan_models() -> list[type]:
    """Cases of units and their lines."""
    return [models.Case, models.Line]
