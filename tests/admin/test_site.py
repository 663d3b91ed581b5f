"""The shell around every screen: who finds what, in which language, and what the browser is told."""

import re

import pytest

ROOT_PAGES = ["/", "/static/diwan.css"]
STAFF_PAGES = [
    "/admin/",
    "/admin/shelf/book/",
    "/admin/shelf/book/new",
    "/admin/shelf/counter/",
    "/password",
]
OFFICE_PAGES = [
    "/admin/core/unit/",
    "/admin/core/unit/new",
    "/admin/core/user/",
    "/admin/core/user/new",
    "/admin/core/place/",
    "/admin/core/category/",
    "/admin/core/role/",
    "/admin/core/access/",
    "/admin/core/module/",
    "/admin/core/message/",
]


def test_the_root_lists_the_governorates_served_here(shelf, app):
    page = app.test_client().get("/").text
    assert 'href="/EG-KN/"' in page
    assert "قنا" in page
    assert 'lang="ar" dir="rtl"' in page


def test_a_stranger_finds_the_front_page_and_the_sign_in(browser):
    page = browser()
    assert "Sign in for staff" in page.get("/").words
    for path in (*STAFF_PAGES, *OFFICE_PAGES):
        assert page.get(path).status == 302, path
        assert "/login" in page.answer.location


def test_arabic_comes_first_and_english_is_one_click_to_the_same_page(librarian, shelf):
    from sqlalchemy import select

    from core.people.users import User

    page = librarian.get("/admin/shelf/book/?kind=novel")
    assert 'lang="en" dir="ltr"' in page.html
    assert "tabler.min.css" in page.html
    page.post("/language", language="ar", next=page.hidden("next"))
    assert page.answer.location == "/EG-KN/admin/shelf/book/?kind=novel"
    page.follow()
    assert 'lang="ar" dir="rtl"' in page.html
    assert "tabler.rtl.min.css" in page.html
    with shelf.session() as session:
        assert session.scalar(select(User.language).where(User.username == "layla")) == "ar"


def test_the_language_last_chosen_is_there_at_the_next_sign_in(person, browser):
    person("nour", "EAST:LIB", language="en")
    assert 'lang="en"' in browser("ar").sign_in("nour").get("/admin/").html


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "javascript:alert(1)",
        "/\n//x",
        "",
    ],
)
def test_a_switch_never_leads_to_another_site(browser, target):
    page = browser().get("/login").post("/language", language="en", next=target)
    assert page.status == 302
    assert page.answer.location == "/EG-KN/"


def test_light_and_dark_are_remembered_and_follow_the_system_until_then(browser):
    page = browser().get("/login")
    assert "data-chosen" not in page.html
    page.post("/theme", theme="dark", next="/login").follow()
    assert 'data-bs-theme="dark" data-chosen' in page.html
    assert page.post("/theme", theme="pink").status == 400


def test_every_answer_protects_the_reader(librarian, browser):
    for page in (
        librarian.get("/admin/"),
        librarian.get("/admin/nothing"),
        browser().get("/login"),
        librarian.get("/static/x"),
    ):
        told = page.answer.headers
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
        assert "unsafe" not in told["Content-Security-Policy"]
        assert told["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in told["Cache-Control"]
        assert told["Referrer-Policy"] == "same-origin"


def test_files_are_kept_by_the_browser_as_long_as_their_content_lasts(browser):
    address = re.search(r'href="([^"]*diwan\.css[^"]*)"', browser().get("/login").html)[1]
    answer = browser().client.get(address, buffered=True)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    for path in ("/static/../site.py", "/static/%00", "/static/nothing.css", "/static/"):
        assert browser().get(path).status == 404


def test_pages_name_no_other_host_and_hold_no_inline_code(librarian, administrator, browser):
    pages = [librarian.get(path).html for path in STAFF_PAGES] + [
        administrator.get(path).html for path in OFFICE_PAGES
    ]
    for html in [*pages, browser().get("/login").html, browser().get("/").html]:
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', html)
        assert not re.findall(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", html)
        assert html.count("<h1") == 1
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)


def test_no_page_of_flask_admin_itself_is_served(app):
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.endswith(".static")]
    assert {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")} == {
        "admin.index"
    }


def test_the_menu_shows_what_one_may_open_and_what_is_enabled(librarian, administrator, shelf):
    assert librarian.get("/admin/").links("Books")
    assert not librarian.links("Modules")
    assert administrator.get("/admin/").links("Modules")
    assert not administrator.links("Books")
    with shelf.ground.app.app_context():
        from core.modules import lifecycle

        lifecycle.disable(shelf.code, "shelf")
    assert not librarian.get("/admin/").links("Books")
    assert librarian.get("/admin/shelf/book/").status == 404


def test_the_home_page_has_a_tile_that_opens_its_records(librarian):
    assert "0 Books" in librarian.get("/admin/").words
    assert "/admin/shelf/book/" in librarian.links("Books")


def test_a_missing_stylesheet_gives_a_plain_page_that_names_it(browser, monkeypatch):
    from admin import static_files

    monkeypatch.setattr(static_files.build, "missing", lambda: ["tabler.rtl.min.css"])
    static_files._missing.cache_clear()
    html = browser("ar").get("/login").html
    assert "fallback.css" in html
    assert "tabler.rtl.min.css" in html
    assert 'rel="stylesheet" href="/EG-KN/static/vendor' not in html
    monkeypatch.undo()
    assert "fallback.css" not in browser().get("/login").html


def test_a_file_that_is_there_is_named_by_every_template(librarian):
    for path in re.findall(r'(?:href|src)="(/EG-KN/static/[^"#]+)', librarian.get("/admin/shelf/book/").html):
        assert librarian.client.get(path, buffered=True).status_code == 200, path
