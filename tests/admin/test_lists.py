"""Lists: only what one may see, one page after the other, narrowed, found, sorted; never a 500."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.data.base import db
from core.data.scope import Scope
from core.data.visibility import select_visible

BOOKS = "/admin/shelf/book/"


@pytest.fixture
def fill(shelf):
    """Write books: how many, into which unit, with what; ids in order."""

    def write(count=1, unit="EAST", **more):
        from plugins.shelf.models import Book

        start = datetime(2026, 1, 1, 10, tzinfo=UTC)
        with shelf.session() as session:
            books = [
                Book(
                    unit_id=shelf.ids[unit],
                    **(
                        {
                            "number": f"{unit}-{n:03}",
                            "title": f"Book {n}",
                            "received_at": start + timedelta(days=n // 2),
                        }
                        | more
                    ),
                )
                for n in range(count)
            ]
            session.add_all(books)
            session.commit()
            return [book.id for book in books]

    return write


def numbers(page):
    return [row[0] for row in page.rows]


def test_a_librarian_sees_the_books_of_her_branch_alone(librarian, fill):
    fill(2, "EAST")
    fill(2, "WEST")
    assert numbers(librarian.get(BOOKS)) == ["EAST-001", "EAST-000"]
    assert "2 records" in librarian.words
    assert "WEST" not in librarian.html.replace("West", "")


def test_the_list_holds_exactly_what_the_guard_shows(librarian, fill, shelf):
    from plugins.shelf.models import Book

    fill(3, "EAST")
    fill(3, "WEST")
    seen = {int(link.rpartition("/")[2]) for link in librarian.get(BOOKS).links("EAST")}
    east = Scope(actor_id=None, unit_ids=(shelf.ids["EAST"],))
    with shelf.ground.session(shelf.code, east) as session:
        assert seen == set(session.scalars(select(Book.id)))
        assert seen == set(db.session.execute(select_visible(Book, Book.id)).scalars())


def test_pages_follow_each_other_in_both_directions_without_gap_or_repetition(librarian, fill):
    fill(47)
    address, forth = f"{BOOKS}?size=20", []
    for _page in range(3):
        forth.append(numbers(librarian.get(address)))
        address = (librarian.links("Next") or [None])[0]
    assert address is None
    assert [number for page in forth for number in page] == [f"EAST-{n:03}" for n in reversed(range(47))]
    back = []
    while librarian.links("Previous"):
        back.append(numbers(librarian.get(librarian.links("Previous")[0])))
    assert back == [forth[1], forth[0]]


def test_equal_and_empty_values_keep_their_order_over_pages(librarian, fill):
    fill(30, bought_on=None)
    fill(15, title="Dated", bought_on=date(2026, 3, 1), number=None)
    for sort in ("bought_on", "-bought_on"):
        address, dated, seen = f"{BOOKS}?size=20&sort={sort}", [], 0
        while address:
            librarian.get(address)
            dated += [row[-1] != "" for row in librarian.rows]
            seen += len(librarian.rows)
            address = (librarian.links("Next") or [None])[0]
        assert seen == 45
        assert dated == [True] * 15 + [False] * 30, "empty dates come last in either direction"
        librarian.get(librarian.links("Previous")[0])
        assert len(librarian.rows) == 20


def test_counting_stops_at_ten_thousand(librarian, fill, monkeypatch):
    monkeypatch.setattr("admin.listing.COUNTED", 30)
    fill(47)
    assert "30+ records" in librarian.get(f"{BOOKS}?size=20").words


def test_filters_narrow_and_say_so(librarian, fill):
    fill(3, title="Atlas of the Nile", kind="atlas")
    fill(1, title="Songs", kind="poems", number="P-1", rare=True)
    assert numbers(librarian.get(f"{BOOKS}?kind=poems")) == ["P-1"]
    assert "Kind: Poems <b>" in librarian.words
    assert "Poems &lt;b&gt;" in librarian.html
    assert numbers(librarian.get(f"{BOOKS}?rare=1")) == ["P-1"]
    assert numbers(librarian.get(f"{BOOKS}?title=NILE&received_at_from=2026-01-02")) == ["EAST-002"]
    assert numbers(librarian.get(f"{BOOKS}?received_at_to=١/١/٢٠٢٦&kind=atlas")) == ["EAST-001", "EAST-000"]
    assert numbers(librarian.get(f"{BOOKS}?state=lent")) == []
    assert "Nothing matches" in librarian.words


def test_options_are_fetched_only_for_an_open_panel(librarian, fill, shelf):
    fill(1)
    page = librarian.get(f"{BOOKS}?kind=novel&sort=bought_on")
    assert "<select" not in page.html
    assert 'name="kind" value="novel"' in page.html, "searching keeps the filters of the closed panel"
    (opens,) = page.links("Filters")
    page.get(opens)
    assert "<optgroup label" not in page.html, "two branches without any below them need no group"
    assert ">East</option>" in page.html
    assert 'value="novel" selected' in page.html
    (closes,) = page.links("Filters")
    assert "<select" not in page.get(closes).html
    assert "Kind: Novel" in page.words


def test_what_a_list_cannot_read_is_said_above_it(librarian, fill):
    fill(2)
    page = librarian.get(f"{BOOKS}?received_at=xx")
    assert (page.status, len(page.rows)) == (200, 2)
    assert "This list does not know “received_at”." in page.words
    page = librarian.get(f"{BOOKS}?kind=atlas&received_at_from=31/02/2026&filters=1")
    assert (page.status, len(page.rows)) == (400, 0)
    assert "The filter “Received on” takes a day of the calendar, such as 2026-11-19." in page.words
    assert 'value="31/02/2026"' in page.html, "what was typed stays"
    assert "left out" not in librarian.get(f"{BOOKS}?kind=novel&size=20").words


def test_a_tree_filter_takes_all_below(person, browser, fill, shelf):
    person("dina", "DIWAN:LIB")
    page = browser().sign_in("dina")
    fill(1, "EAST", place_id=shelf.ids["KOUS"])
    fill(1, "WEST")
    assert numbers(page.get(f"{BOOKS}?unit={shelf.ids['DIWAN']}")) == ["WEST-000", "EAST-000"]
    assert numbers(page.get(f"{BOOKS}?unit={shelf.ids['WEST']}")) == ["WEST-000"]
    assert numbers(page.get(f"{BOOKS}?place={shelf.ids['QENA']}")) == ["EAST-000"]
    assert numbers(page.get(f"{BOOKS}?place=قِنا")) == ["EAST-000"]
    assert [row[3:6] for row in page.rows] == [["", "East", "Qus"]]


def test_relations_are_shown_in_the_readers_language(librarian, fill, shelf, browser):
    fill(1, category_id=shelf.ids["NOV"])
    assert librarian.get(BOOKS).rows[0][3:5] == ["Novels", "East"]
    arabic = browser("ar").sign_in("layla")
    assert arabic.get(BOOKS).rows[0][3:5] == ["روايات", "الشرق"]


def test_search_folds_and_a_number_jumps_to_its_record(librarian, fill):
    fill(2, title="شُؤون المستشفيات")
    fill(1, title="Something else", number="X-9")
    assert numbers(librarian.get(f"{BOOKS}?q=شئون")) == ["EAST-001", "EAST-000"]
    assert librarian.get(f"{BOOKS}?q=X-٩").status == 302
    assert "Something else" in librarian.follow().words
    fill(1, "WEST", number="SECRET-1")
    assert librarian.get(f"{BOOKS}?q=SECRET-1").status == 200
    assert librarian.rows == []


def test_sorting_only_where_an_index_serves(librarian, fill):
    fill(3)
    assert librarian.get(f"{BOOKS}?sort=bought_on").status == 200
    for name in ("title", "search_text", "confidentiality", "-", "received_at;drop"):
        assert librarian.get(BOOKS, query_string={"sort": name}).status == 400


NASTY = [
    "",
    "0",
    "-1",
    "99999999999999999999",
    "1e9",
    "NaN",
    "\x00",
    "\u202eabc",
    "'",
    "{{7*7}}",
    "../..",
    "%",
    "_",
    "٣",
    "[]",
    "x" * 5000,
]


@pytest.mark.parametrize(
    "name",
    [
        "after",
        "before",
        "size",
        "sort",
        "q",
        "unit",
        "place",
        "category",
        "kind",
        "state",
        "rare",
        "title",
        "received_at_from",
        "received_at_to",
        "nonsense",
    ],
)
def test_no_argument_breaks_the_list(librarian, fill, name):
    fill(1)
    for value in NASTY:
        page = librarian.get(BOOKS, query_string={name: value})
        assert page.status in (200, 400), (name, value)
        assert len(page.html) < 60_000


def test_a_forged_place_in_the_list_is_refused(librarian, fill):
    from admin.cursor import write_cursor

    fill(1)
    for place in [
        ("2026-01-01", 1),
        (5, 1),
        ("x", 1),
        (None, -1),
        (None, 10**12),
        ("2026-01-01T00:00:00", 1),
    ]:
        assert librarian.get(BOOKS, query_string={"after": write_cursor(*place)}).status == 400


def test_an_empty_list_says_what_to_do(librarian):
    assert "Nothing here yet" in librarian.get(BOOKS).words
    assert librarian.links("New")


def test_an_unknown_id_and_a_hidden_one_look_alike(librarian, fill):
    (hidden,) = fill(1, "WEST")
    answers = [librarian.get(f"{BOOKS}{key}") for key in (hidden,)]
    page = answers[0].html
    for key in (hidden + 1000, 2**31, 2**63, 10**30):
        assert librarian.get(f"{BOOKS}{key}").status == 404
        assert strip(librarian.html) == strip(page)


def strip(html):
    """A page without what differs by chance: ids of the request, tokens, its own address."""
    import re

    return re.sub(r'value="[^"]*"|class="ref">\w+<|/book/\d+', "", html)


@pytest.mark.parametrize(
    "name", ["endpoint", "_method", "_scheme", "_anchor", "_external", "values", "self", "x", "csrf_token"]
)
def test_a_list_carries_no_word_along_that_it_does_not_know(librarian, fill, name):
    fill(2)
    page = librarian.get(f"{BOOKS}?{name}=FOO&kind=novel&q=book+%26")
    assert page.status == 200
    assert numbers(page) == []
    page.get(f"{BOOKS}?{name}=FOO&kind=novel")
    (by_title,) = page.links("Bought on")
    assert by_title == f"{BOOKS}?kind=novel&sort=-bought_on"
