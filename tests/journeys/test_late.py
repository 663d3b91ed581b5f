"""The clerk is called away, the sign-in ends, and what was typed is there still."""

import pytest
from journeys.test_complaint import IDENTITY, PHONE

pytestmark = pytest.mark.browser

SUBJECT, BODY = "انسداد بالوعة أمام المدرسة", "السطر الأول.\n\nالسطر الثاني: «بين قوسين» & <b>"


def write(window):
    window.fill(identity=IDENTITY, name="محمد أحمد عبد الله", phone=PHONE)
    window.fill(category_id="مياه", subject=SUBJECT, body=BODY)
    window.page.locator("[name=place_id]").select_option(index=3)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_complaint_survives_the_end_of_the_sign_in(desk, script):
    clerk = desk(script=script).sign_in("clerk")
    clerk.open("/admin/complaints/complaint/new")
    write(clerk)
    clerk.context.clear_cookies()
    clerk.send()
    assert clerk.overflow() == []
    with clerk.context.expect_page() as opened:
        clerk.page.locator("main a[target=_blank]").click()
    tab = opened.value
    tab.fill("[name=username]", "clerk")
    tab.fill("[name=password]", clerk.password)
    with tab.expect_navigation():
        tab.locator("main .btn-primary").first.click()
    tab.close()
    clerk.send()
    assert "باسم" in clerk.text(), "in whose name it is sent"
    clerk.send()
    assert clerk.page.locator(".receipt").count() == 1, clerk.text()
    clerk.open("/admin/complaints/complaint/")
    with clerk.page.expect_navigation():
        clerk.page.locator("td.main a").first.click()
    assert SUBJECT in clerk.text()
    assert BODY in clerk.text()


def test_a_citizen_whose_cookie_is_gone_loses_nothing(desk):
    citizen = desk()
    citizen.open("/complaints/new")
    write(citizen)
    citizen.context.clear_cookies()
    citizen.send()
    citizen.send()
    assert citizen.page.url.endswith("/complaints/receipt"), citizen.text()
