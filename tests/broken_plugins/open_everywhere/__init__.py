from flask import Blueprint

from core import hookimpl
from core.access import everywhere

pages = Blueprint("open_everywhere", __name__, url_prefix="/open")


@pages.get("/")
@everywhere
def index():
    """Would answer also where the module is disabled."""
    return "open to all"


@hookimpl
def diwan_blueprints():
    return [pages]
