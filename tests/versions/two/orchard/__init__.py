"""The second version of a module that grows; it keeps a map outside of the database, too."""

from sqlalchemy import select

from core import hookimpl

from . import models

heard = []
"""What the module was told, for tests to look at."""


@hookimpl
def diwan_models():
    return [models.Palm, models.Crate]


@hookimpl
def diwan_upgraded(session, old):
    sound = select(models.Palm.id).where(models.Palm.state == "sound")
    heard.append(("upgraded", old, len(session.scalars(sound).all())))


@hookimpl
def diwan_uninstalling(session):
    kept = session.scalars(select(models.Palm.id).where(models.Palm.kind == "listed")).all()
    return ["A listed palm is never felled."] if kept else []


@hookimpl
def diwan_exporting(session, folder):
    (folder / "maps").mkdir()
    (folder / "maps" / "palms.txt").write_text("a map of the palms", "utf-8")


@hookimpl
def diwan_restored(session, folder):
    for kept in folder.glob("maps/*.txt"):
        heard.append(("restored", kept.read_text("utf-8")))
