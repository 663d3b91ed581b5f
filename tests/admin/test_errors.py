"""Whatever goes wrong: a clear sentence in the reader's language, the right status, no trace."""

import pytest
from sqlalchemy.exc import DatabaseError, DataError, OperationalError
from werkzeug import exceptions

from admin.display import runs
from core.errors import Conflict, Unavailable


@pytest.fixture
def failing(librarian, monkeypatch):
    """Make the counter page raise something and open it."""

    def open_page(error, **more):
        def fail(self, *args, **values):
            raise error

        monkeypatch.setattr("plugins.shelf.views.Counter.show", fail)
        return librarian.get("/admin/shelf/counter/", **more)

    return open_page


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (exceptions.BadRequest(), 400, "This cannot be read"),
        (exceptions.BadRequest("Our own sentence."), 400, "Our own sentence."),
        (exceptions.Forbidden(), 403, "Not permitted"),
        (exceptions.NotFound(), 404, "Nothing here"),
        (exceptions.RequestEntityTooLarge(), 413, "where your text still is"),
        (exceptions.UnsupportedMediaType(), 415, "not accepted here"),
        (exceptions.TooManyRequests(), 429, "wait a quarter of an hour"),
        (Conflict("Somebody was faster."), 409, "Somebody was faster."),
        (Unavailable("Being upgraded."), 503, "Being upgraded."),
        (DataError("x", {}, Exception("secret")), 400, "This cannot be read"),
        (OperationalError("select secret", {}, Exception("secret")), 503, "This is away for the moment."),
        (DatabaseError("select secret", {}, Exception("secret")), 503, "This is away for the moment."),
        (ZeroDivisionError("secret"), 500, "failed and was recorded"),
    ],
)
def test_every_failure_has_its_page(failing, error, status, words, caplog):
    page = failing(error)
    assert page.status == status
    assert words in page.words
    assert "secret" not in page.html
    assert "Traceback" not in page.html
    assert page.answer.headers["X-Request-ID"][:8] in page.words
    assert ("Retry-After" in page.answer.headers) == (status in (429, 503))


def test_machines_are_told_in_json(failing, caplog):
    page = failing(ZeroDivisionError("secret"), headers={"Accept": "application/json"})
    assert page.status == 500
    assert set(page.answer.get_json()) == {"error", "request_id"}


def test_an_unknown_governorate_is_told_in_arabic(app):
    answer = app.test_client().get("/ZZ-99/complaints/new")
    assert answer.status_code == 404
    assert 'lang="ar" dir="rtl"' in answer.text


@pytest.mark.parametrize("path", ["/EG-ZZ/", "/EG-ZZ/login"])
def test_below_an_unknown_code_there_is_no_directory(app, path):
    client = app.test_client()
    client.set_cookie("language", "en")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no governorate at this address." in answer.text
    assert 'href="/">To the list of governorates</a>' in answer.text
    assert client.get("/").status_code == 200


TYPED = {"title": "نهر <b>النيل</b>", "summary": "The third page is torn\nbadly"}
NEW = "/admin/shelf/book/new"
ELSEWHERE = [
    (("Sec-Fetch-Site", "cross-site"),),
    (("Sec-Fetch-Site", "same-site"), ("Origin", "http://localhost")),
    (("Sec-Fetch-Site", "none"),),
    (("Origin", "https://evil.example"),),
    (("Origin", "null"),),
    (("Origin", "http://[::1"),),
    (("Referer", "http://localhost/EG-KN/admin/"),),
    (),
]


def test_what_was_typed_waits_while_somebody_signs_in_again(librarian, shelf):
    typed = TYPED | {"unit_id": str(shelf.ids["EAST"])}
    form = librarian.get(NEW).hidden("csrf_token")
    librarian.client.delete_cookie("diwan", path="/EG-KN/")
    page = librarian.post(NEW, csrf_token=form, password="a quiet morning", **typed)
    assert page.status == 401
    assert page.links("Sign in in a new tab") == ["/login"]
    assert 'target="_blank" rel="noopener"' in page.html
    kept = page.again()
    assert {name: kept[name] for name in typed} == typed
    assert "<b>النيل" not in page.html
    assert "a quiet morning" not in page.html
    assert page.answer.headers["Cache-Control"] == "no-store"
    librarian.sign_in("layla").post(NEW, **kept)
    assert librarian.status == 400
    assert "in the name of: layla" in librarian.words
    again = librarian.again()
    assert {name: again[name] for name in typed} == typed
    assert again["csrf_token"] not in (form, kept["csrf_token"])
    assert librarian.post(NEW, **again).status == 302, librarian.words
    assert "The third page is torn" in librarian.follow().words


@pytest.mark.parametrize("sent_by", ELSEWHERE)
@pytest.mark.parametrize("signed_in", [True, False])
def test_what_another_page_sends_gets_no_form_to_send_again(librarian, browser, sent_by, signed_in):
    page = (librarian if signed_in else browser()).post(NEW, csrf_token="x", _sent_by=sent_by, **TYPED)
    assert page.status == (400 if signed_in else 401)
    assert "The third page" not in page.html
    assert "Send again" not in page.html


def test_a_browser_without_fetch_metadata_says_by_its_origin_that_the_page_is_ours(librarian):
    librarian.post(NEW, csrf_token="x", _sent_by=(("Origin", "http://localhost"),), **TYPED)
    assert librarian.again()["title"] == TYPED["title"]


def test_what_is_too_large_to_be_read_is_not_given_back(browser):
    page = browser()
    answer = page.client.post(f"/EG-KN{NEW}", data=b"x" * 17_000_000, headers={"Sec-Fetch-Site": "same-origin"},
                              content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code in (401, 413)
    assert "Send again" not in answer.text


def test_a_refused_staff_page_keeps_the_menu_and_leads_back_to_its_list(librarian):
    librarian.get("/admin/shelf/book/999999")
    assert librarian.status == 404
    assert "Main menu" in librarian.html
    assert "/admin/shelf/book/" in librarian.links("Books")
    assert librarian.html.count("<h1") == 1


def test_dates_in_a_sentence_are_runs_of_their_own(librarian):
    librarian.get(NEW).post(NEW, title="x", bought_on="1999-13-25")
    assert librarian.status == 422
    assert '<bdi dir="ltr" class="ref">2026-11-19</bdi>.' in librarian.html


def test_digits_inside_a_password_or_code_are_left_in_it():
    assert runs("ab12-34cd-x7") == "ab12-34cd-x7"
    assert runs("12-34-ab") == "12-34-ab"
    assert runs("<b> 2026/000012.") == '&lt;b&gt; <bdi dir="ltr" class="ref">2026/000012</bdi>.'


def test_a_wrong_method_is_told(librarian):
    assert librarian.get("/language").status == 405
    assert "cannot be used in this way" in librarian.words


def test_an_expired_page_says_so(librarian):
    assert librarian.get("/admin/").post("/language", csrf_token="stale", language="ar").status == 400
    assert "open for too long" in librarian.words


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(librarian):
    librarian.answer = librarian.client.post(
        f"/{librarian.code}/language",
        data=b"x" * 17_000_000,
        content_type="application/x-www-form-urlencoded",
    )
    assert librarian.status == 413
