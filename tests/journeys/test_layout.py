"""Where things stand on the page: what is first to do is seen first, words begin where the page begins."""

import pytest
from journeys.browsing import PHONE
from journeys.test_complaint import SUBJECT, open_record, take_in

pytestmark = pytest.mark.browser

BOXES = "e => e.map(t => { const r = t.getBoundingClientRect(); return [r.top, r.left, r.right] })"
BEHIND = """() => {
    const one = document.activeElement, bar = document.querySelector(".save-bar");
    if (!one.closest("form.card, main form") || bar.contains(one)) return "";
    const hidden = one.getBoundingClientRect().top >= bar.getBoundingClientRect().top;
    return (one.name || one.tagName) + (hidden ? " hidden" : "");
}"""


def test_tiles_fill_their_rows(desk):
    officer = desk().sign_in("officer")
    wide = officer.page.eval_on_selector_all(".tiles > .tile", BOXES)
    assert len(wide) == 6
    assert len({top for top, _left, _right in wide}) == 1, "no orphan"


def test_on_a_phone_two_tiles_stand_beside_each_other(desk):
    officer = desk(size=PHONE).sign_in("officer")
    boxes = officer.page.eval_on_selector_all(".tiles > .tile", BOXES)
    assert len({top for top, _left, _right in boxes}) == 3
    assert max(right for _top, _left, right in boxes) <= PHONE["width"]
    queue = officer.page.locator("main section.card").first.bounding_box()
    assert queue["y"] < PHONE["height"] * 0.65, "the queue is seen without scrolling"


def test_an_arabic_subject_on_an_english_page_begins_where_the_page_does(desk):
    clerk = desk().sign_in("clerk")
    number, _secret = take_in(clerk)
    clerk.context.add_cookies([{"name": "language", "value": "en", "url": clerk.site.url("/", clerk.code)}])
    open_record(clerk, number)
    assert clerk.root("dir") == "ltr"
    subject = clerk.page.locator(".subject bdi", has_text=SUBJECT).bounding_box()
    assert abs(subject["x"] - clerk.page.locator("h1").bounding_box()["x"]) < 3


def test_a_step_without_questions_shows_no_empty_strip(desk):
    clerk, examiner = desk().sign_in("clerk"), desk().sign_in("examiner")
    number, _secret = take_in(clerk)
    open_record(examiner, number)
    examiner.step("examine")
    assert examiner.page.locator("form.card .card-body").count() == 0
    assert examiner.page.locator("form.card .btn-primary").count() == 1


def test_what_the_keyboard_reaches_is_never_behind_the_bar_with_the_buttons(desk):
    clerk = desk(size=PHONE).sign_in("clerk")
    clerk.open("/admin/complaints/complaint/new")
    reached = []
    for _press in range(40):
        clerk.page.keyboard.press("Tab")
        reached.append(clerk.page.evaluate(BEHIND))
    assert any(reached), "the keyboard went through the form"
    assert [name for name in reached if name.endswith(" hidden")] == []
