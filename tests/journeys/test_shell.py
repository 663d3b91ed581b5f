"""The shell around every page: modules switched live, language, light and dark, narrow screens."""

import pytest
from journeys.browsing import PHONE
from journeys.screens import PAGES

pytestmark = pytest.mark.browser


def press(window, selector):
    with window.page.expect_navigation():
        window.page.locator(selector).first.click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_administrator_switches_a_module_on_and_off(desk, script):
    admin, citizen = desk("EG-SHR", script=script).sign_in("admin"), desk("EG-SHR", script=script)
    assert citizen.open("/complaints/new") == 404
    for action in ("install", "enable"):
        admin.open("/admin/core/module/")
        if admin.page.locator(f"form[action*='complaints/{action}']").count():
            press(admin, f"form[action*='complaints/{action}'] button")
    assert citizen.open("/complaints/new") == 200, "no restart is needed"
    admin.open("/admin/core/module/")
    press(admin, "a[href*='complaints/disable']")
    assert "تقديم شكوى" in admin.text(), "it says which pages will close"
    press(admin, "form[action*='complaints/disable'] button")
    assert citizen.open("/complaints/new") == 404
    assert citizen.root("lang") == "ar", "the page that says so speaks Arabic"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_language_is_one_click_away(desk, script):
    clerk = desk(script=script).sign_in("clerk")
    assert (clerk.root("lang"), clerk.root("dir")) == ("ar", "rtl")
    clerk.open("/admin/complaints/complaint/")
    press(clerk, "button[name=language][value=en]")
    assert (clerk.root("lang"), clerk.root("dir")) == ("en", "ltr")
    assert clerk.page.url.endswith("/admin/complaints/complaint/"), "the same page again"
    press(clerk, "button[name=language][value=ar]")
    assert (clerk.root("lang"), clerk.root("dir")) == ("ar", "rtl")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_light_and_dark(desk, script):
    visitor = desk(script=script)
    visitor.open("/login")
    grounds = {visitor.root("data-bs-theme"): background(visitor)}
    toggle = visitor.page.locator("[data-theme-toggle] button").first
    if script:
        toggle.click()
        visitor.page.wait_for_function("document.documentElement.dataset.bsTheme === 'dark'")
    else:
        press(visitor, "[data-theme-toggle] button")
    grounds[visitor.root("data-bs-theme")] = background(visitor)
    assert set(grounds) == {"light", "dark"}
    assert len(set(grounds.values())) == 2, "the ground has another colour"
    visitor.open("/complaints/track")
    assert visitor.root("data-bs-theme") == "dark", "it is remembered"


def background(window):
    return window.page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_moves_sideways_on_a_telephone(desk, language, dark):
    windows = {}
    for name, (path, username) in PAGES.items():
        if username not in windows:
            windows[username] = desk(size=PHONE, dark=dark)
            if username:
                windows[username].sign_in(username)
        window = windows[username]
        assert window.open(path) == 200, name
        if window.root("lang") != language:
            press(window, f"button[name=language][value={language}]")
        assert (window.root("lang"), window.root("dir")) == (
            language,
            "rtl" if language == "ar" else "ltr",
        ), name
        assert not window.overflow(), name
    for window in windows.values():  # a choice is remembered: whoever signs in next begins in Arabic
        if window.root("lang") != "ar":
            press(window, "button[name=language][value=ar]")


def test_going_back_after_signing_out_shows_nothing(desk):
    clerk = desk().sign_in("clerk")
    clerk.open("/admin/complaints/complaint/")
    clerk.page.locator("details.drop summary").click()
    press(clerk, "details.drop form[action*=logout] button")
    clerk.page.go_back()
    clerk.page.wait_for_load_state()
    assert clerk.page.locator("table").count() == 0
    assert clerk.page.locator("[name=password]").count() == 1


def test_two_governorates_side_by_side_in_one_browser(desk, site):
    window = desk().sign_in("clerk")
    window.page.goto(site.url("/admin/", "EG-SHR"))
    assert "/EG-SHR/login" in window.page.url, "a sign-in is worth nothing next door"
    assert window.open("/admin/") == 200
    assert window.page.url.endswith("/EG-KN/admin/")


def test_pages_that_are_not_there_say_so_in_arabic(desk, site):
    visitor = desk()
    for address in (site.url("/nothing"), f"{site.base}/EG-XX/", f"{site.base}/nothing"):
        assert visitor.page.goto(address).status == 404
        assert visitor.root("dir") == "rtl"
        assert visitor.page.locator("h1").count() == 1
