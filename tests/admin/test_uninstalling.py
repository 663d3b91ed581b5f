"""Removing a module on the screen: the plan in words, the id typed, and the way back with all data."""

import pytest
from sqlalchemy import select

from core.modules.models import InstalledModule
from core.people.access import Access
from core.people.units import Unit

PAGE = "/admin/core/module/shelf/uninstall"


@pytest.fixture
def closed(administrator):
    """The library is switched off; the administrator stands before the question whether to remove it."""
    administrator.get("/admin/core/module/shelf/disable").post("/admin/core/module/shelf/disable")
    return administrator.get(PAGE)


def test_what_would_be_lost_is_said_in_words(closed):
    for words in ("Remove Sample shelf with all its data?", "Books", "Rights", "Type shelf to confirm"):
        assert words in closed.words, words


def test_nothing_is_removed_before_the_id_is_typed(closed, shelf):
    for typed in ("", "shelves", "yes"):
        assert closed.get(PAGE).post(PAGE, confirm=typed).status == 422
        assert "Nothing was done" in closed.words or "This is needed" in closed.words
    assert closed.get(PAGE).post(PAGE, _token=False, confirm="shelf").status == 400
    with shelf.session() as session:
        assert session.get(InstalledModule, "shelf").state == "disabled"


def test_it_goes_and_comes_back_with_its_data(closed, librarian, shelf):
    with shelf.session() as session:
        rights = select(Access.role_code, Access.model).where(Access.plugin == "shelf").order_by(Access.id)
        before = session.execute(rights).all()
    closed.post(PAGE, confirm="shelf").follow()
    assert "Removed. Its data are in the export shelf-" in closed.words
    assert "Removed, its data exported" in closed.words
    assert closed.get(PAGE).status == 409, "there is nothing left to remove"
    assert librarian.get("/admin/shelf/book/").status == 404
    closed.get("/admin/core/module/").post("/admin/core/module/shelf/reinstall").follow()
    assert "Installed with its data" in closed.words
    with shelf.session() as session:
        assert session.execute(rights).all() == before
        assert session.scalars(select(Unit.code)).all(), "and nobody else lost anything"
    closed.post("/admin/core/module/shelf/enable")
    assert librarian.get("/admin/shelf/book/").status == 200


def test_it_can_be_begun_anew_without_the_old_data(closed, shelf):
    closed.post(PAGE, confirm="shelf").follow()
    closed.post("/admin/core/module/shelf/afresh").follow()
    with shelf.session() as session:
        assert session.get(InstalledModule, "shelf").state == "installed"


def test_while_it_is_enabled_the_page_says_what_speaks_against_it(administrator):
    page = administrator.get("/admin/core/module/")
    assert not page.links("Remove with all its data"), "not beside Disable"
    page.get(PAGE)
    assert "first disable it" in page.words
    assert 'name="confirm"' not in page.html
    assert page.post(PAGE, confirm="shelf").status == 409
    assert "first disable it" in page.words


def test_nobody_else_may_even_look(closed, librarian, person, browser):
    assert librarian.get(PAGE).status == 403
    person("amal", "DIWAN:AUD")
    auditor = browser().sign_in("amal")
    assert auditor.get(PAGE).status == 403
    assert not auditor.get("/admin/core/module/").links("Remove with all its data")
    assert closed.get("/admin/core/module/nowhere/uninstall").status == 409


def test_in_arabic_it_reads_as_an_office_writes(closed):
    closed.client.set_cookie("language", "ar", path=f"/{closed.code}/")
    closed.get(PAGE)
    assert "اكتب shelf للتأكيد" in closed.words
    assert "Type" not in closed.words
