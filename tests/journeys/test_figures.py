"""The published year in Chromium, in Arabic: both percentages with their counts, and the records behind them."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from journeys.browsing import DESKTOP, PHONE, WIDTHS
from sqlalchemy import insert
from werkzeug.serving import make_server

from core.governorates.present import engines, registry
from plugins.complaints.demo.qena_2023 import EXECUTED, EXECUTED_FROM_BEFORE, RECEIVED
from plugins.complaints.models import Complaint
from tests.plugins.complaints.conftest import PASSWORD, Desk, _settle

pytestmark = pytest.mark.browser
PAGE = "/EG-KN/admin/complaints/figures/?from=2023-01-01&to=2023-12-31"


@pytest.fixture(scope="module")
def counted(ground):
    """The address of a server whose governorate holds exactly the published counts."""
    with ground.governorate("EG-KN", modules=("complaints",)) as code:
        write_counts(Desk(ground, code, _settle(ground, code)))
        server = make_server("127.0.0.1", 0, ground.app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()


def write_counts(desk):
    """Plain rows: this is about how they are counted and shown, and a register takes half a minute."""
    end = datetime(2023, 12, 30, 9, tzinfo=UTC)
    before = [(datetime(2022, 11, 1, 9, tzinfo=UTC), end)] * EXECUTED_FROM_BEFORE
    within = [
        (datetime(2023, 1, 2, 9, tzinfo=UTC) + timedelta(days=n % 360), end if n < EXECUTED else None)
        for n in range(RECEIVED)
    ]
    rows = [
        {
            "number": f"2023/{n:06}", "uuid": f"{n:032}", "unit_id": desk.units["CSD"], "confidentiality": 0,
            "category_id": desk.categories["UTL-WAT-LEK"], "channel": "counter", "subject": "x", "body": "x",
            "search_text": "x", "row_version": 1, "received_at": received, "answered_at": answered,
            "closed_at": answered, "state": "closed" if answered else "examining",
            "outcome": "REMOVED" if answered else None,
        }
        for n, (received, answered) in enumerate((*before, *within))
    ]  # fmt: skip
    with desk.app.app_context():
        engine = engines().get(desk.code, registry().get(desk.code).url)
        with engine.execution_options(diwan_write=True).begin() as connection:
            connection.execute(insert(Complaint.__table__), rows)


@pytest.fixture
def page(counted, browser):
    """The director's window; nothing that its pages complain about may remain."""
    faults = []
    context = browser.new_context(viewport=DESKTOP)
    window = context.new_page()
    window.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.goto(f"{counted}/EG-KN/login")
    window.fill("main [name=username]", "director")
    window.fill("main [name=password]", PASSWORD)
    window.click("main form[method=post] .btn-primary")
    yield window
    context.close()
    assert not faults


def plain(words):
    return " ".join(words.split())


def test_the_published_year_is_told_with_all_that_belongs_to_it(page, counted):
    page.goto(counted + PAGE)
    assert page.locator("html").get_attribute("dir") == "rtl"
    cohort, flow = (plain(page.locator(".figure-card").nth(n).inner_text()) for n in range(2))
    assert "معدل الإنجاز (دفعة الفترة)" in cohort
    assert "99.08 % رُد عليها أو أُغلقت 6,140 الشكاوى الواردة 6,197 الفترة 2023 حتى" in cohort
    assert "100.66 % انتهت خلال الفترة 6,238 الشكاوى الواردة 6,197 الفترة 2023 حتى" in flow
    assert "قد يتجاوز معدل التدفق مئة في المئة" in flow
    assert "99.98" not in page.content()
    assert "من 98.81 % إلى" in cohort or "ما بين 98.81 %" in cohort

    page.locator(".figure-card").first.locator("a[href*='part=rest']").click()
    assert "57 سجل" in plain(page.inner_text("main"))
    page.get_by_role("link", name="التالي").click()
    assert page.locator("tbody tr").count() == 57 - 40
    page.get_by_role("link", name="عودة إلى المؤشرات").click()
    assert "99.08 %" in page.inner_text("main"), "the same figure as before"


def test_no_page_of_figures_moves_sideways_on_a_telephone(page, counted):
    page.set_viewport_size(PHONE)
    page.goto(counted + PAGE)
    wide, window = page.evaluate(WIDTHS)
    assert wide == window
    page.locator("a[href*='part=rest']").first.click()
    wide, window = page.evaluate(WIDTHS)
    assert wide == window


def test_a_percentage_is_never_parted_from_its_sign(page, counted):
    page.goto(counted + PAGE)
    for width in (1280, 768, 414, 390, 375, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        known = page.locator(".figure-card bdi", has_text="%")
        assert known.count() > 10
        parted = known.evaluate_all(
            "all => all.filter(one => one.getClientRects().length > 1).map(one => one.textContent)"
        )
        assert parted == [], width
