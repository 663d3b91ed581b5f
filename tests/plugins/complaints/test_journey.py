"""From the counter to the citizen, through the pages, as the people of the desk do it."""

import re

from plugins.complaints.models import Complaint, Referral


def test_a_complaint_goes_from_the_counter_to_the_citizen(desk):
    taken = desk.register()
    assert re.fullmatch(r"\d{4}/000001", taken.number)
    assert desk.state(taken.id) == "registered"
    assert "We received and registered your complaint" in desk.said(desk.track(taken.number, taken.secret))

    desk.refer(taken.id)
    assert desk.state(taken.id) == "referred"
    desk.answer(taken.id)
    assert desk.state(taken.id) == "reply_review"
    before = desk.said(desk.track(taken.number, taken.secret))
    assert "تم إصلاح" not in before, "the citizen reads a reply only when it was approved"

    assert desk.move("reviewer", taken.id, "approve").status_code == 302
    assert desk.state(taken.id) == "answered"
    assert desk.move("officer", taken.id, "close").status_code == 409, "nobody was told yet"
    desk.deliver()
    with desk.session() as session:
        complaint = session.get(Complaint, taken.id)
        assert complaint.notified_at is not None
        assert complaint.outcome == "REMOVED"
    assert desk.move("officer", taken.id, "close").status_code == 302
    page = desk.said(desk.track(taken.number, taken.secret))
    assert "تم إصلاح الماسورة" in page
    assert "The complaint was closed." in page
    assert "سعاد" not in page
    assert "01012345678" not in page


def test_the_focal_points_first_opening_acknowledges(desk):
    taken = desk.register()
    desk.refer(taken.id)
    address = f"/admin/complaints/complaint/{taken.id}"
    focal = desk.browser("focal")
    focal.client.head(f"/EG-KN{address}")
    focal.get(address, headers={"Sec-Purpose": "prefetch;prerender"})
    focal.get(address, headers={"Purpose": "prefetch"})
    desk.browser("examiner").get(address)
    desk.browser("head").get(address)
    assert desk.state(taken.id) == "referred"
    page = focal.get(address)
    assert page.status_code == 200
    assert desk.state(taken.id) == "in_action"
    with desk.session() as session:
        first = session.query(Referral).one().acknowledged_at
    focal.get(address)
    with desk.session() as session:
        assert session.query(Referral).one().acknowledged_at == first


def test_a_returned_reply_is_completed_and_approved(desk):
    taken = desk.register()
    desk.refer(taken.id)
    desk.answer(taken.id)
    assert desk.move("reviewer", taken.id, "return_reply", reason="أين صورة الإصلاح؟").status_code == 302
    assert desk.state(taken.id) == "in_action"
    assert "أين صورة الإصلاح؟" in desk.said(
        desk.browser("focal").get(f"/admin/complaints/complaint/{taken.id}")
    )
    desk.answer(taken.id)
    assert desk.move("director", taken.id, "approve").status_code == 302


def test_a_head_replies_where_there_is_no_focal_point(desk):
    taken = desk.register()
    desk.refer(taken.id)
    assert desk.move("head", taken.id, "acknowledge").status_code == 302
    sent = desk.move("head", taken.id, "reply", outcome="PARTIAL", text="تم إصلاح جزء من الخط")
    assert sent.status_code == 302
