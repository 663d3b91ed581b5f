"""The first version of a module that grows."""

from core import hookimpl

from . import models


@hookimpl
def diwan_models():
    return [models.Palm, models.Basket]
