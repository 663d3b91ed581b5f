"""Somebody who works in one branch and only reads in another."""

import pytest

BOOKS = "/admin/shelf/book/"


@pytest.fixture
def two_books(shelf):
    """Ids of a book in the east and one in the west."""
    from plugins.shelf.models import Book

    with shelf.session() as session:
        books = [Book(title=unit, state="shelved", unit_id=shelf.ids[unit]) for unit in ("EAST", "WEST")]
        session.add_all(books)
        session.commit()
        return [book.id for book in books]


def test_rights_do_not_travel_from_one_membership_to_the_other(person, browser, two_books):
    person("nadia", "EAST:LIB", "WEST:RDR")
    page, (east, west) = browser().sign_in("nadia"), two_books
    assert page.get(f"{BOOKS}{east}/edit").status == 200
    page.get(f"{BOOKS}{east}").post(f"{BOOKS}{east}/note", body="mine", visibility="internal").follow()
    assert "mine" in page.words
    page.get(f"{BOOKS}{west}")
    assert page.status == 200
    assert not page.links("Edit")
    assert not page.links("Lend")
    assert page.get(f"{BOOKS}{west}/edit").status == 403
    page.get(f"{BOOKS}{east}")
    assert page.post(f"{BOOKS}{west}/note", body="x", visibility="internal").status == 403
    page.get(f"{BOOKS}{east}")
    assert page.post(f"{BOOKS}{west}/do/lend", reader="me").status == 403
    assert page.get(f"{BOOKS}{east}").links("Lend")


def test_a_record_is_made_only_where_the_role_is_held(person, browser, shelf):
    person("nadia", "EAST:LIB", "WEST:RDR")
    page = browser().sign_in("nadia")
    values = {"title": "Zayni Barakat", "kind": "novel", "copies": "1", "received_at": "2026-11-19T09:30"}
    for unit, status in (("WEST", 403), ("EAST", 302)):
        page.get(f"{BOOKS}new").post(f"{BOOKS}new", **values, unit_id=str(shelf.ids[unit]))
        assert page.status == status, unit
    assert len(page.get(BOOKS).rows) == 1
