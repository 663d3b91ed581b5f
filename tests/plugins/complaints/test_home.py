"""The first page: what each role does first, and figures that open exactly what they count."""

import html
import re

from sqlalchemy import select

from core.people.access import Access
from tests.plugins.complaints.conftest import text

HOME = "/admin/"


def home(desk, who):
    return desk.staff(who).get(HOME)


def rows(page):
    """The first cell of each row of the queues."""
    cells = re.findall(r'<td class="main">(.*?)</td>', page.get_data(as_text=True), re.S)
    return [re.sub("<[^>]+>", "", cell).strip() for cell in cells]


def test_a_clerk_finds_the_button_for_a_new_complaint_and_today(desk):
    desk.register()
    page = home(desk, "clerk")
    assert re.search(r'class="btn btn-primary btn-first" href="[^"]*/complaint/new"', page.text)
    assert "1 Received today" in text(page)
    assert "btn-first" not in home(desk, "focal").text, "who may not register has no such button"


def test_an_examiner_finds_the_queue_the_oldest_first(desk):
    numbers = [desk.register().number for _ in range(7)]
    page = home(desk, "examiner")
    assert "7 To examine" in text(page)
    assert rows(page) == numbers[:5]
    assert "All: 7" in text(page)


def test_a_body_finds_what_it_must_acknowledge_and_answer(desk):
    first, second = desk.register().id, desk.register().id
    desk.refer(first)
    desk.refer(second)
    desk.staff("focal").get(f"/admin/complaints/complaint/{second}")
    said = text(home(desk, "focal"))
    assert "2 Waiting at my body" in said
    assert "1 To acknowledge" in said
    assert "1 To answer" in said
    assert "0 Late: the answer was due" in said
    assert [number[-4:] for number in rows(home(desk, "head"))] == ["0001", "0002"]
    assert rows(home(desk, "stranger")) == []


def test_a_reviewer_finds_the_replies(desk):
    taken = desk.register()
    desk.refer(taken.id)
    desk.answer(taken.id)
    page = home(desk, "reviewer")
    assert "1 Replies to review" in text(page)
    assert rows(page) == [taken.number]


def test_a_director_finds_every_state_and_the_oldest_unanswered(desk):
    oldest, late = desk.register(), desk.register()
    desk.refer(late.id)
    with desk.session(write=True) as session:
        from datetime import date

        from plugins.complaints.models import Referral

        session.get(Referral, 1).due_on = date(2026, 1, 1)
        session.commit()
    page = home(desk, "director")
    for figure in ("1 Registered", "0 Under examination", "1 Referred to the competent body"):
        assert figure in text(page), figure
    assert "1 Late: the answer was due" in text(page)
    assert "tile-danger" in page.text
    assert rows(page) == [oldest.number, late.number]


def test_a_queue_keeps_a_confidential_subject_back(desk):
    desk.register(category_id=str(desk.categories["ADM-COR"]), subject="رشوة في المخبز")
    for who in ("director", "officer"):
        page = text(home(desk, who))
        assert "Confidential complaint" in page
        assert "رشوة" not in page
    assert "0 To examine" in text(home(desk, "examiner"))


def test_every_figure_opens_exactly_what_it_counts(desk):
    for _ in range(2):
        desk.refer(desk.register().id)
    desk.answer(1)
    desk.register()
    desk.register(category_id=str(desk.categories["ADM-COR"]))
    people = ("clerk", "examiner", "officer", "focal", "head", "reviewer", "director", "auditor", "local")
    for who in people:
        page = home(desk, who).text
        figures = re.findall(r'href="([^"]*/admin/complaints/[^"]*\?[^"]*)"[^>]*>(.*?)</a>', page, re.S)
        assert figures, who
        for address, inside in figures:
            count = int(re.search(r"\d+", re.sub("<[^>]+>", " ", inside))[0])
            listed = desk.said(desk.staff(who).get(html.unescape(address)))
            assert f"{count} record" in listed or (count == 0 and "Nothing matches" in listed), (who, address)


def test_the_list_of_referrals_is_called_as_what_it_holds(desk):
    assert "Referrals to my body" in text(home(desk, "focal"))
    assert "Referrals to all bodies" in text(home(desk, "director"))
    assert "Referrals" not in text(home(desk, "clerk"))


def test_what_a_role_may_not_open_is_not_on_its_first_page_either(desk):
    desk.refer(desk.register().id)
    assert rows(home(desk, "focal"))
    with desk.session(write=True) as session:
        found = session.scalars(select(Access).filter_by(role_code="FOC", model="complaints.referral"))
        found.one().read = False
        session.commit()
    page = home(desk, "focal")
    assert desk.staff("focal").get("/admin/complaints/referral/").status_code == 403
    assert page.status_code == 200
    assert not rows(page)
    assert "at my body" not in text(page)
