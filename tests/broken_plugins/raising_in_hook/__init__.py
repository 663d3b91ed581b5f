"""Sound at start; its tile writes half of something and raises. Only its own work may be lost."""

from plugins.lumen.models import Lamp

from core import db, hookimpl


@hookimpl
def diwan_tiles():
    db.session.add(Lamp(street="half-done"))
    db.session.flush()
    raise RuntimeError("no tile today")
