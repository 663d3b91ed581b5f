"""The books' screens."""

from flask import url_for

from admin import Page, RecordView, Section, Tile, expose
from core import Invalid, db, right, select_visible

from .models import Book


class BookView(RecordView):
    model = Book
    title, singular, icon = "Books", "Book", "list"
    choices = {"kind": [("novel", "Novel"), ("poems", "Poems <b>"), ("atlas", "Atlas")]}
    list_columns = (
        "number",
        "title",
        "kind",
        "category",
        "unit",
        "place",
        "copies",
        "state",
        "received_at",
        "bought_on",
    )
    sort = "received_at desc"
    sortable = ("bought_on",)
    filters = ("state", "kind", "category", "unit", "place", "rare", "received_at", "title")
    form_sections = (
        Section("Book", ("number", "title", "kind", "copies", "price", "rare", "summary")),
        Section("Where", ("unit", "place", "category", "follows", "bought_on", "received_at")),
    )

    def before_save(self, record, form):
        if record.title == "forbidden":
            raise Invalid("This book is forbidden.", {"title": ["Choose another title."]})


class Counter(Page):
    name, title, icon = "counter", "Counter", "headset"

    @expose("/")
    @right("shelf.book", "create")
    def index(self):
        return self.show("base.html")


def tile():
    count = len(db.session.execute(select_visible(Book, Book.id)).all())
    return Tile("Books", count, url_for("shelf_book.index"))
