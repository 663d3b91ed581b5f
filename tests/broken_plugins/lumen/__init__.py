"""A sound little module, the positive control: a table, a page, a tile, a command and a channel."""

import click
from flask import Blueprint
from sqlalchemy import func, select

from core import db, hookimpl, public

from .models import Lamp

pages = Blueprint("lumen", __name__, url_prefix="/lumen")


@pages.get("/")
@public
def index():
    """How many lamps there are."""
    return {"lumen": db.session.scalar(select(func.count(Lamp.id)))}


@click.command("lumen")
def tell():
    """Say that the lamps are on."""
    click.echo("the lamps are on")


class Blink:
    """Sends by Morse code."""

    name = "blink"

    def send(self, message):
        return f"blinked {len(message.body)} signs"


@hookimpl
def diwan_models():
    return [Lamp]


@hookimpl
def diwan_blueprints():
    return [pages]


@hookimpl
def diwan_installed(session):
    session.add(Lamp(street="Corniche"))


@hookimpl
def diwan_tiles():
    return "one lamp"


@hookimpl
def diwan_commands():
    return [tell]


@hookimpl
def diwan_channels():
    return [Blink()]
