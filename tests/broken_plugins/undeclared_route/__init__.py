from flask import Blueprint

from core import hookimpl

pages = Blueprint("undeclared_route", __name__, url_prefix="/undeclared")


@pages.get("/")
def index():
    """Nobody said who may enter."""
    return "open to all?"


@hookimpl
def diwan_blueprints():
    return [pages]
