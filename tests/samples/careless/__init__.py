"""A module whose author does not care who may see what: each page is a way around the guard."""

from core import hookimpl

from . import models, tricks


@hookimpl
def diwan_models():
    return [models.Paper, models.Page]


@hookimpl
def diwan_blueprints():
    return [tricks.pages]
