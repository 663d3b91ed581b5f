"""Taking in, changing and moving a record: what is typed is kept, what is wrong is said, nothing is lost."""

import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

BOOKS = "/admin/shelf/book/"


@pytest.fixture
def values(shelf):
    """A form as a librarian of the east fills it in, with Arabic digits where she likes."""
    return {
        "number": "N-١",
        "title": "Zayni Barakat",
        "kind": "novel",
        "copies": "٣",
        "price": "١٬٢٣٤٫٥٠",
        "summary": "Cairo,\r\n1517",
        "unit_id": str(shelf.ids["EAST"]),
        "place": "",
        "category": str(shelf.ids["NOV"]),
        "follows": "",
        "bought_on": "١٩/١١/٢٠٢٦",
        "received_at": "2026-11-19T09:30",
    }


@pytest.fixture
def stored(shelf):
    """All books as plain mappings."""

    def read():
        from plugins.shelf.models import Book

        with shelf.session() as session:
            columns = Book.__table__.columns
            return [
                {c.name: getattr(b, c.name) for c in columns}
                for b in session.scalars(select(Book).order_by(Book.id))
            ]

    return read


@pytest.fixture
def user_id(shelf):
    """Id of a user by name."""

    def find(username):
        from core.people.users import User

        with shelf.session() as session:
            return session.scalar(select(User.id).where(User.username == username))

    return find


@pytest.fixture
def book(librarian, values, stored):
    """One book, and the librarian's browser on its page."""
    librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **values).follow()
    return stored()[-1]["id"]


def write(shelf, **values):
    from plugins.shelf.models import Book

    with shelf.session() as session:
        made = Book(**values)
        session.add(made)
        session.commit()
        return made.id


def test_a_book_is_taken_in_and_shown(librarian, values, stored, user_id):
    librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **values).follow()
    assert "Saved." in librarian.words
    for words in ("Zayni Barakat", "1,234.50", "19 November 2026", "09:30", "Novels", "East", "On its shelf"):
        assert words in librarian.words, words
    (row,) = stored()
    assert row["number"] == "N-1"
    assert row["copies"] == 3
    assert str(row["price"]) == "1234.50"
    assert row["bought_on"].isoformat() == "2026-11-19"
    assert row["received_at"].isoformat() == "2026-11-19T07:30:00+00:00", (
        "typed on Egypt's clock, kept in UTC"
    )
    assert row["summary"] == "Cairo,\n1517"
    assert row["place_id"] is None
    assert row["state"] == "shelved"
    assert row["created_by_id"] == user_id("layla")


def test_what_is_wrong_is_listed_on_top_linked_and_kept(librarian, values, stored):
    values |= {"title": "", "copies": "many", "price": "cheap", "bought_on": "31/02/2026", "kind": "comic"}
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **values)
    assert page.status == 422
    summary = page.html[
        page.html.index("error-summary") : page.html.index("</ul>", page.html.index("error-summary"))
    ]
    for name in ("title", "copies", "price", "bought_on", "kind"):
        assert f'href="#{name}"' in summary, name
        assert f'id="{name}-error"' in page.html
    for kept in ("many", "cheap", "31/02/2026", "Cairo,"):
        assert kept in page.html
    assert stored() == []


@pytest.mark.parametrize("name", ["unit_id", "place", "category", "follows"])
def test_an_id_that_leads_nowhere_is_an_error_never_empty(librarian, values, stored, name):
    page = librarian.get(f"{BOOKS}new")
    for posted in ("999999", "-1", "0", "x", "99999999999999999999", "1.5", "\x00", "٩٩٩٩"):
        page.post(f"{BOOKS}new", **(values | {name: posted}))
        assert page.status == 422, posted
        assert f'id="{name}-error"' in page.html, posted
    assert stored() == []


def test_a_stale_choice_does_not_erase_what_was_stored(librarian, book, stored, values):
    page = librarian.get(f"{BOOKS}{book}/edit")
    seen = {"row_base": page.hidden("row_base")}
    assert page.post(f"{BOOKS}{book}/edit", **(values | seen | {"category": "999999"})).status == 422
    assert stored()[0]["category_id"] is not None


def test_a_hidden_book_cannot_be_referred_to_and_is_not_offered(librarian, shelf, values, stored):
    hidden = write(shelf, unit_id=shelf.ids["WEST"], title="Hidden", number="H-1")
    page = librarian.get(f"{BOOKS}new")
    assert "H-1" not in page.html
    assert page.post(f"{BOOKS}new", **(values | {"follows": str(hidden)})).status == 422
    assert [row["title"] for row in stored()] == ["Hidden"]


def test_a_book_cannot_be_put_into_a_unit_out_of_reach(librarian, shelf, values, stored):
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"unit_id": str(shelf.ids["WEST"])}))
    assert page.status == 422
    assert stored() == []


def test_columns_that_the_form_does_not_show_cannot_be_posted(librarian, values, stored):
    more = {"state": "lost", "confidentiality": "1", "created_by_id": "77", "id": "77", "search_text": "x"}
    librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | more)).follow()
    (row,) = stored()
    assert (row["state"], row["confidentiality"]) == ("shelved", 0)
    assert row["created_by_id"] not in (None, 77)
    assert row["id"] != 77
    assert row["search_text"] != "x"


def test_a_number_in_use_is_refused_without_telling_whose_it_is(librarian, shelf, values, stored):
    write(shelf, unit_id=shelf.ids["WEST"], title="Hidden", number="N-1")
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **values)
    assert page.status == 422
    assert "in use already" in page.words
    assert "Hidden" not in page.html
    assert len(stored()) == 1


def test_a_view_may_refuse_and_name_the_field(librarian, values, stored):
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"title": "forbidden"}))
    assert page.status == 422
    assert "This book is forbidden." in page.words
    assert "Choose another title." in page.words
    assert stored() == []


def test_the_hour_that_summer_time_skips_does_not_exist(librarian, values, stored):
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"received_at": "2026-04-24T00:30"}))
    assert page.status == 422
    assert "does not exist" in page.words


def test_tricks_of_writing_direction_and_control_signs_are_taken_out(librarian, values, stored):
    librarian.get(f"{BOOKS}new").post(
        f"{BOOKS}new", **(values | {"title": " \u202eevil\x07\x00 \u200fعربي "})
    ).follow()
    assert stored()[0]["title"] == "evil \u200fعربي"


def test_too_much_text_or_too_large_a_number_is_said_at_the_field(librarian, values, stored):
    for name, value in (
        ("title", "x" * 61),
        ("copies", "99999999999"),
        ("price", "1" * 40),
        ("price", "NaN"),
    ):
        assert librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {name: value})).status == 422, (
            name
        )
    assert librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"price": "9" * 20})).status in (
        302,
        422,
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12,345.50", "12345.50"),
        ("١٬٢٣٤٬٥٦٧٫٨", "1234567.8"),
        ("1,500", "1500"),
        ("1500.500", "1500.500"),
        ("-0.25", "-0.25"),
        ("1,5", "Write 1.5 or 15: a comma only parts thousands."),
        ("١٢,٥٠", "Write 12.50 or 1250: a comma only parts thousands."),
        ("1,50,000", "Enter a number."),
        ("1e5", "Enter a number."),
        ("1_000", "Enter a number."),
        ("Infinity", "Enter a number."),
        (".", "Enter a number."),
        ("1.005", "At most 2 digits after the point."),
    ],
)
def test_an_amount_is_never_taken_for_another(app, monkeypatch, typed, kept):
    from werkzeug.datastructures import MultiDict

    from admin import AmountField, Form

    monkeypatch.setattr(app.extensions["babel"], "locale_selector", lambda: "en")

    class Price(Form):
        price = AmountField("Price", places=2)

    with app.test_request_context():
        form = Price(MultiDict({"price": typed}), meta={"csrf": False})
        form.validate()
        said = str(form.price.errors[0]) if form.price.errors else None
    assert said == kept if said else form.price.data == Decimal(kept)


def test_a_price_with_more_digits_than_its_column_is_refused(librarian, values, stored):
    page = librarian.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"price": "1.005"}))
    assert page.status == 422
    assert "At most 2 digits after the point." in page.words
    assert stored() == []


def test_nothing_is_written_without_the_token(librarian, values, stored, book):
    for path in (f"{BOOKS}new", f"{BOOKS}{book}/edit", f"{BOOKS}{book}/do/lend", f"{BOOKS}{book}/note"):
        assert librarian.post(path, _token=False, **values).status == 400
    assert len(stored()) == 1


@pytest.fixture
def two(librarian, book, person, browser):
    """Two librarians who have the same book's form open, and what their forms carry unseen."""
    person("omar", "EAST:LIB")
    address = f"{BOOKS}{book}/edit"
    hers, his = librarian.get(address), browser().sign_in("omar").get(address)
    return hers, his, address, {"row_base": hers.hidden("row_base")}


def answers(page, name):
    """The values of the two radio buttons for a field: theirs, mine."""
    return re.findall(rf'name="keep-{name}" value="([^"]*)"', page.html)


def test_two_people_change_different_fields_and_nobody_is_asked(two, values, stored):
    hers, his, address, seen = two
    assert his.post(address, **(values | seen | {"copies": "9", "place": ""})).status == 302
    assert hers.post(address, **(values | seen | {"summary": "Mine"})).status == 302
    assert (stored()[0]["copies"], stored()[0]["summary"]) == (9, "Mine")
    assert "Somebody else changed this meanwhile, and it was kept: Copies." in hers.follow().words


def test_only_where_both_changed_a_field_they_are_asked(two, values, stored):
    hers, his, address, seen = two
    his.post(address, **(values | seen | {"title": "His title", "copies": "9"}))
    typed = values | seen | {"title": "My title", "summary": "Mine"}
    page = hers.post(address, **typed)
    assert page.status == 409
    assert [cell.strip() for cell in page.rows[0]] == ["Title", "Zayni Barakat", "His title", "My title"]
    assert len(page.rows) == 1, "was, theirs and mine, and of one field alone"
    assert "Only the other one changed; it is kept Copies" in page.words
    assert re.search(r"Two changes met: #?\w+", page.words), "which record"
    assert "Changed by: omar · " in page.words, "who was first"
    assert "Only you changed; it will be saved Summary" in page.words
    assert stored()[0]["title"] == "His title", "nothing is saved yet"
    assert page.post(address, **typed).status == 409, "no answer is no choice"
    _theirs, mine = answers(page, "title")
    assert page.post(address, **(typed | {"keep-title": mine})).status == 302
    row = stored()[0]
    assert (row["title"], row["copies"], row["summary"]) == ("My title", 9, "Mine")


def test_the_merge_page_carries_all_that_was_typed(two, values, stored):
    hers, his, address, seen = two
    his.post(address, **(values | seen | {"title": "His title"}))
    page = hers.post(address, **(values | seen | {"title": "My title", "summary": "A long\nstory"}))
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.html)
    again = {unescape(name): unescape(value) for name, value in fields}
    theirs, _mine = answers(page, "title")
    assert page.post(address, **(again | {"keep-title": theirs})).status == 302
    assert (stored()[0]["title"], stored()[0]["summary"]) == ("His title", "A long\nstory")


def test_an_answer_holds_only_against_what_was_shown(two, values, stored):
    hers, his, address, seen = two
    his.post(address, **(values | seen | {"title": "His title"}))
    typed = values | seen | {"title": "My title"}
    page = hers.post(address, **typed)
    _theirs, mine = answers(page, "title")
    his.get(address)
    his.post(address, **(values | {"row_base": his.hidden("row_base"), "title": "His second thought"}))
    page = hers.post(address, **(typed | {"keep-title": mine}))
    assert page.status == 409
    assert "His second thought" in page.words


def test_what_cannot_be_read_stays_at_its_field_also_in_a_stale_form(two, values, stored):
    hers, his, address, seen = two
    his.post(address, **(values | seen | {"copies": "9", "summary": "His"}))
    page = hers.post(address, **(values | seen | {"copies": "three"}))
    assert page.status == 422
    assert 'value="three"' in page.html
    assert stored()[0]["copies"] == 9


def test_what_somebody_else_changed_stands_in_a_form_that_comes_back(two, values, stored):
    hers, his, address, seen = two
    changed = {"copies": "9", "price": "7.25", "bought_on": "2026-11-20", "received_at": "2026-11-20T08:15"}
    his.post(address, **(values | seen | changed))
    page = hers.post(address, **(values | seen | {"title": ""}))
    assert page.status == 422
    shown = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', page.html)[0] for name in changed}
    for name, value in changed.items():
        assert f'value="{value}"' in shown[name], shown[name]
    assert page.post(address, **(values | seen | changed | {"title": "Mine"})).status == 302
    assert (stored()[0]["title"], stored()[0]["copies"]) == ("Mine", 9)


def test_a_moment_that_nobody_touched_is_no_change_and_keeps_its_seconds(
    librarian, shelf, book, values, stored
):
    from plugins.shelf.models import Book

    with shelf.session() as session:
        moment = session.get(Book, book).received_at.replace(second=42)
        session.get(Book, book).received_at = moment
        session.commit()
    address = f"{BOOKS}{book}/edit"
    page = librarian.get(address)
    seen = {"row_base": page.hidden("row_base")}
    with shelf.session() as session:
        session.get(Book, book).received_at = moment.replace(minute=50)
        session.commit()
    assert page.post(address, **(values | seen | {"title": "Mine"})).status == 302, "nobody is asked"
    assert stored()[0]["received_at"] == moment.replace(minute=50)


def test_two_saves_at_the_same_moment_also_meet_the_merge_page(librarian, book, values, shelf, monkeypatch):
    page = librarian.get(f"{BOOKS}{book}/edit")
    seen = {"row_base": page.hidden("row_base")}
    from sqlalchemy.orm.exc import StaleDataError

    def too_late(self, record, form):
        raise StaleDataError

    monkeypatch.setattr("plugins.shelf.views.BookView.before_save", too_late)
    page = page.post(f"{BOOKS}{book}/edit", **(values | seen | {"title": "My title"}))
    assert page.status == 409
    assert "My title" in page.words
    assert "save again and both hold" in page.words


def test_a_form_without_a_version_is_taken_for_stale(librarian, book, values):
    page = librarian.get(f"{BOOKS}{book}/edit").post(f"{BOOKS}{book}/edit", **(values | {"title": "Blind"}))
    assert page.status == 409


def test_a_reader_reads_and_that_is_all(book, person, browser, values):
    person("reem", "EAST:RDR")
    page = browser().sign_in("reem")
    assert page.get(f"{BOOKS}{book}").status == 200
    assert not page.links("Edit")
    assert "Lend" not in page.words
    assert "Add a note" not in page.words
    token = page.get("/password").hidden("csrf_token")
    assert not page.get(BOOKS).links("New")
    for path in (f"{BOOKS}new", f"{BOOKS}{book}/edit", f"{BOOKS}{book}/do/lend"):
        assert page.get(path).status == 403
        assert page.post(path, csrf_token=token, **values).status == 403
    assert page.post(f"{BOOKS}{book}/note", csrf_token=token, body="x", visibility="internal").status == 403


def test_a_book_is_lent_by_a_page_that_works_without_script(librarian, book, stored):
    page = librarian.get(f"{BOOKS}{book}")
    assert page.links("Lend") == [f"{BOOKS}{book}/do/lend"]
    page.get(f"{BOOKS}{book}/do/lend")
    assert stored()[0]["state"] == "shelved", "looking changes nothing"
    page.post(f"{BOOKS}{book}/do/lend", reader="")
    assert page.status == 422
    assert "Who takes it?" in page.words
    page.post(f"{BOOKS}{book}/do/lend", reader="Hind").follow()
    assert "Done: Lend." in page.words
    assert stored()[0]["state"] == "lent"
    assert "Hind" in page.words
    assert 'aria-current="step">Lent' in page.html
    assert page.links("Take back")
    assert not page.links("Write off"), "for another role"


def test_a_step_that_cannot_be_is_refused_with_a_sentence(librarian, book, shelf, stored):
    librarian.get(f"{BOOKS}{book}")
    assert librarian.get(f"{BOOKS}{book}/do/take_back").status == 409
    librarian.get(f"{BOOKS}{book}")
    assert librarian.post(f"{BOOKS}{book}/do/take_back").status == 409
    assert "not possible" in librarian.words
    assert ">Take back</button>" not in librarian.html, "no button for what cannot be"
    librarian.get(f"{BOOKS}{book}")
    assert librarian.post(f"{BOOKS}{book}/do/write_off").status == 403
    librarian.get(f"{BOOKS}{book}")
    assert librarian.post(f"{BOOKS}{book}/do/fly").status == 404
    rare = write(shelf, unit_id=shelf.ids["EAST"], title="Rare", number="R-1", rare=True)
    librarian.get(f"{BOOKS}{rare}/do/lend").post(f"{BOOKS}{rare}/do/lend", reader="Hind")
    assert librarian.status == 409
    assert "A rare book is not lent." in librarian.words
    assert 'value="Hind"' in librarian.html, "what was typed stays"
    assert f'href="/EG-KN{BOOKS}{rare}"' in librarian.html, "a way back to the record"
    assert {row["state"] for row in stored()} == {"shelved"}


def test_notes_come_into_the_timeline(librarian, book):
    page = librarian.get(f"{BOOKS}{book}")
    page.post(f"{BOOKS}{book}/note", body="<b>Torn</b> cover", visibility="internal").follow()
    assert "<b>Torn</b> cover" in page.words
    assert "&lt;b&gt;Torn" in page.html
    page.post(f"{BOOKS}{book}/note", body="  ", visibility="internal").follow()
    assert "Write something." in page.words
    page.post(f"{BOOKS}{book}/note", body="x", visibility="secret").follow()
    assert "Choose one of the two." in page.words


def test_a_relation_with_many_rows_is_looked_up_on_the_server(librarian, shelf, values, stored, monkeypatch):
    monkeypatch.setattr("admin.forms.relations.MOST_OPTIONS", 1)
    page = librarian.get(f"{BOOKS}new")
    assert '<select class="form-select" id="place"' not in page.html
    page.post(f"{BOOKS}new", **(values | {"_find": "place", "place-q": "قُوص"}))
    assert page.status == 200
    assert "Zayni Barakat" in page.html, "what was typed is kept"
    assert stored() == []
    assert "Qena › Qus" in page.words
    page.post(f"{BOOKS}new", **(values | {"place": str(shelf.ids["KOUS"]), "place-q": "قوص"})).follow()
    assert stored()[0]["place_id"] == shelf.ids["KOUS"]
    page.get(f"{BOOKS}new").post(f"{BOOKS}new", **(values | {"_find": "place", "place-q": "nowhere"}))
    assert "Nothing found for “nowhere”." in page.words


def test_looking_and_asking_for_headers_write_nothing(librarian, book, stored):
    before = stored()
    for path in ("", "/edit", "/do/lend"):
        librarian.client.head(f"/{librarian.code}{BOOKS}{book}{path}")
        librarian.get(f"{BOOKS}{book}{path}")
    assert librarian.get(f"{BOOKS}{book}/note").status == 405
    assert stored() == before


def test_a_page_without_sections_shows_no_keys_and_no_inner_marks(shelf):
    from plugins.shelf.models import Book

    from admin import RecordView
    from admin.sections import detail_sections, form_layout

    class Plain(RecordView):
        model = Book
        create = edit = False

    view = Plain("shelf")
    (section,) = detail_sections(view)
    assert {"number", "title", "summary"} < set(section.fields)
    assert not [name for name in section.fields if name.endswith(("_id", "uuid", "_hash")) or name == "id"]
    assert form_layout(view, None) is None
