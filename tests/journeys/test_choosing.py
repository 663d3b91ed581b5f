"""Choosing one of many: by typing part of a name as Arabic is written in a hurry, and without script too."""

import pytest

from core.data.search import fold

pytestmark = pytest.mark.browser

COUNTER = "/admin/complaints/complaint/new"
WRITTEN = ["الإدارة الهندسية", "مُدِيرِيَّة الشئون", "مستشفى ٧", "Qena  Markaz", "ﷲ ﻻ", "آل عبد الرؤوف"]


def test_a_place_is_found_by_part_of_its_name_without_hamza_or_dots(desk):
    from playwright.sync_api import expect

    clerk = desk().sign_in("clerk")
    clerk.open(COUNTER)
    place = clerk.page.locator("[name=place_id]")
    box = place.locator("xpath=following-sibling::*[1]").locator("input")
    box.wait_for()
    box.click()
    box.press_sequentially("منطقه الشؤون")
    expect(clerk.page.locator(".ts-dropdown-content .option")).to_have_count(1)
    box.press("Enter")
    chosen = place.evaluate("e => e.selectedOptions[0].textContent.trim()")
    assert chosen == "منطقة الشئون"
    assert clerk.page.locator("[name=place_id] optgroup").count() > 3, "grouped by markaz"


def test_the_box_says_so_where_nothing_is_found(desk):
    clerk = desk().sign_in("clerk")
    clerk.open(COUNTER)
    box = clerk.page.locator("[name=place_id] + .ts-wrapper input")
    box.wait_for()
    box.click()
    box.press_sequentially("باريس")
    nothing = clerk.page.locator(".no-results")
    nothing.wait_for()
    assert nothing.inner_text() == "لا توجد نتائج"
    assert clerk.overflow() == []


def test_without_script_the_same_choice_is_a_plain_select(desk):
    clerk = desk(script=False).sign_in("clerk")
    clerk.open(COUNTER)
    place = clerk.page.locator("[name=place_id]")
    assert place.is_visible()
    place.select_option(label="\u2003\u2003منطقة الشئون")


def test_the_page_folds_as_the_server_does(desk):
    clerk = desk().sign_in("clerk")
    clerk.open(COUNTER)
    assert clerk.page.evaluate("texts => texts.map(fold)", WRITTEN) == [fold(text) for text in WRITTEN]
