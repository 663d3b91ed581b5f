"""A module with a record of every kind of column, for the tests of the staff's screens."""

from core import RoleSpec, hookimpl, may

from . import models, views, workflow


@hookimpl
def diwan_models():
    return [models.Book]


@hookimpl
def diwan_views():
    return [views.BookView, views.Counter]


@hookimpl
def diwan_roles():
    return [
        RoleSpec("LIB", "أمين المكتبة", "Librarian", reach="subtree"),
        RoleSpec("RDR", "قارئ", "Reader", reach="subtree"),
    ]


@hookimpl
def diwan_workflows():
    return [workflow.BOOK]


@hookimpl
def diwan_tiles(scope):
    return [views.tile()] if may("read", "shelf.book") else []
