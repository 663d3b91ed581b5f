"""A complaint travels from the counter to the body, to a second person, back to the citizen: in Arabic."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from journeys.installation import eventually

pytestmark = pytest.mark.browser

IDENTITY, PHONE = "٢٩٠٠١٠١٢٧٠١٢٣٩", "٠١٠١٢٣٤٥٦٧٨"
SUBJECT, ANSWER = "انقطاع مياه الشرب عن الشارع", "تم إصلاح الخط وعادت المياه بكامل الضغط."
BODY = "شركة مياه"


def is_arabic(window):
    return (window.root("lang"), window.root("dir")) == ("ar", "rtl")


def take_in(clerk, subject=SUBJECT, email="citizen@example.org"):
    """The clerk registers; gives number and secret from the receipt."""
    assert clerk.open("/admin/complaints/complaint/new") == 200
    assert is_arabic(clerk)
    clerk.fill(identity=IDENTITY, name="محمد أحمد عبد الله", phone=PHONE)
    clerk.page.locator("main details summary").first.click()
    clerk.fill(email=email, category_id="مياه", subject=subject, body="المياه مقطوعة منذ ثلاثة أيام.")
    clerk.page.locator("[name=place_id]").select_option(index=3)
    clerk.send()
    number, secret = (text.strip() for text in clerk.page.locator(".receipt .ref-big").all_inner_texts())
    assert re.fullmatch(r"\d{4}/\d{6}", number)
    assert re.fullmatch(r"(\w{4}-){2}\w{4}", secret)
    return number, secret


def in_a_week():
    return (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


def open_record(window, number):
    """By its number in the search box of the list."""
    window.open("/admin/complaints/complaint/")
    window.page.locator("#q").fill(number)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert re.search(r"/complaint/\d+$", window.page.url), window.page.url
    return window.page.url


def track(window, number, secret, *, wrong=False):
    window.open("/complaints/track")
    window.fill(number=number, secret=secret)
    window.send(wrong=wrong)
    return window.text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_the_counter_to_the_citizen(site, desk, script):
    mails, texts = len(site.mailbox.mails), len(site.text_messages())

    clerk = desk(script=script).sign_in("clerk")
    number, secret = take_in(clerk)
    assert "٠" not in number

    examiner = desk(script=script).sign_in("examiner")
    record = open_record(examiner, number)
    assert SUBJECT in examiner.text()
    examiner.step("examine")
    examiner.send()
    examiner.step("refer")
    examiner.fill(unit_id=BODY, due_on=in_a_week(), note="يرجى الإصلاح والإفادة.")
    examiner.send()
    assert is_arabic(examiner)

    focal = desk(script=script).sign_in("focal.water")
    focal.open("/admin/complaints/referral/")
    with focal.page.expect_navigation():
        focal.page.locator("td.main a").first.click()
    assert focal.page.url == record, "the referral leads to the complaint itself"
    assert not focal.offers("acknowledge"), "opening it was the acknowledgement"
    focal.step("reply")
    focal.page.locator("[name=outcome]").select_option("REMOVED")
    focal.fill(text=ANSWER)
    focal.send()
    assert not focal.offers("approve"), "who wrote the reply does not approve it"
    assert focal.page.goto(f"{record}/do/approve").status in (403, 409)

    reviewer = desk(script=script).sign_in("reviewer")
    open_record(reviewer, number)
    assert ANSWER in reviewer.text()
    reviewer.step("approve")
    reviewer.send()
    assert not reviewer.offers("approve")

    told = eventually(lambda: site.mailbox.mails[mails + 1 :], "the mail to the citizen")
    assert number in told[-1].get_content()
    assert told[-1]["To"] == "citizen@example.org"
    eventually(lambda: len(site.text_messages()) >= texts, "the text message")
    eventually(lambda: proved(reviewer, record), "the proof that the citizen was told")

    citizen = desk(script=script)
    said = track(citizen, number, secret)
    assert ANSWER in said
    assert "محمد" not in said, "whoever holds the paper reads this page"
    assert is_arabic(citizen)


def proved(window, record):
    """The day on which the citizen was told stands on the record's page."""
    window.page.goto(record)
    return window.page.locator("dl.facts time").count() >= 3


def test_a_citizen_hands_in_and_follows_on_a_telephone(site, desk):
    from journeys.browsing import PHONE as SMALL

    citizen = desk(size=SMALL)
    assert citizen.open("/complaints/new") == 200
    assert not citizen.overflow()
    citizen.fill(
        identity=IDENTITY, name="منى علي حسن", phone="01198765432", subject=SUBJECT, body="لا توجد إنارة."
    )
    citizen.fill(category_id="مياه")
    citizen.page.locator("[name=place_id]").select_option(index=2)
    citizen.send()
    number, secret = (text.strip() for text in citizen.page.locator(".receipt .ref-big").all_inner_texts())
    assert not citizen.overflow()
    assert number in track(citizen, number, secret)
    texts = eventually(lambda: [t for t in site.text_messages() if number in t["text"]], "the text message")
    assert secret in texts[0]["text"] or secret.replace("-", "") in texts[0]["text"]


def test_the_receipt_is_shown_once(desk):
    clerk = desk().sign_in("clerk")
    take_in(clerk, email="")
    assert clerk.page.locator(".receipt .ref-big").count() == 2
    clerk.page.reload()
    assert clerk.page.locator(".receipt .ref-big").count() == 0


def test_the_code_on_the_receipt_fills_the_form_in_and_leaves_no_trace(desk):
    clerk, citizen = desk().sign_in("clerk"), desk()
    number, secret = take_in(clerk, email="")
    citizen.page.goto(citizen.site.url(f"/complaints/track?number={number}#{secret}"))
    assert citizen.page.locator("[name=secret]").input_value() == secret
    assert "#" not in citizen.page.url
    citizen.send()
    assert number in citizen.text()


def test_wrong_pairs_are_answered_alike_and_not_for_long(desk):
    clerk = desk().sign_in("clerk")
    number, _ = take_in(clerk, email="")
    citizen = desk()
    first = track(citizen, number, "0000-0000-0000", wrong=True)
    unknown = track(citizen, "2020/999999", "0000-0000-0000", wrong=True)
    assert first.replace(number, "") == unknown.replace("2020/999999", "")
    for _ in range(6):
        last = track(citizen, number, "0000-0000-0000", wrong=True)
    assert last != first, "after some attempts nobody tries on"


def test_bad_input_at_the_counter_is_named_and_nothing_is_lost(desk):
    clerk = desk().sign_in("clerk")
    clerk.open("/admin/complaints/complaint/new")
    clerk.fill(identity="٢٩٩١٣٤٥", name="سعاد", body="نص الشكوى كما كتب")
    clerk.send(wrong=True)
    assert clerk.page.locator("#body").input_value() == "نص الشكوى كما كتب"
    assert clerk.page.locator("#identity").input_value() in ("٢٩٩١٣٤٥", "2991345")
