"""Who sees which complaint, and what of it."""

import pytest
from sqlalchemy import select, union_all

from admin.listing import count_rows
from core.data.visibility import alternatives, cleared, select_visible
from core.work.chain import AuditRow
from plugins.complaints.models import Applicant, Complaint, Referral

LIST = "/admin/complaints/complaint/"
NAME, PHONE, IDENTITY, MASKED = (
    "سعاد عبد الحميد الأسواني",
    "+201012345678",
    "29001012701239",
    "2********…1239",
)


def seen(desk, username, key):
    """The status of the record's page, and whether the list has it."""
    staff = desk.staff(username)
    listed = f"{LIST}{key}" in staff.get(LIST).get_data(as_text=True)
    return staff.get(f"{LIST}{key}").status_code, listed


def test_each_sees_what_concerns_them_and_no_more(desk):
    own = desk.register().id
    for username in ("clerk", "examiner", "officer", "reviewer", "director", "auditor", "local"):
        assert seen(desk, username, own) == (200, True), username
    for username in ("clerk2", "focal", "head", "stranger"):
        assert seen(desk, username, own) == (404, False), username
    desk.refer(own, "WCO")
    for username in ("focal", "head"):
        assert seen(desk, username, own) == (200, True), username
    for username in ("clerk2", "stranger"):
        assert seen(desk, username, own) == (404, False), username


def test_what_is_counted_reason_by_reason_is_what_is_seen_and_nothing_twice(desk):
    """A complaint of the own unit, by the own hand, of the own area and referred to the own body counts once."""
    for place, category in (("VILLAGE", "UTL-WAT-LEK"), ("QIFT", "UTL-WAT-LEK"), ("VILLAGE", "ADM-COR")):
        key = desk.register(place_id=str(desk.places[place]), category_id=str(desk.categories[category])).id
        desk.refer(key, "WCO", examiner="officer")
        desk.refer(desk.register(place_id=str(desk.places[place])).id, "ELE")
    desk.register(username="clerk2")
    for username in desk.users:
        scope = desk.scope(username)
        with desk.session(username) as session:
            seen_ids = sorted(session.scalars(select_visible(Complaint, Complaint.id)))
            apart = [select(Complaint.id).where(one) for one in alternatives(Complaint, scope)]
            assert sorted(session.scalars(cleared(union_all(*apart)))) == seen_ids, username
            assert count_rows(Complaint, []) == len(seen_ids), username


def test_a_local_head_sees_the_places_of_the_area_alone(desk):
    village = desk.register(place_id=str(desk.places["VILLAGE"])).id
    elsewhere = desk.register(place_id=str(desk.places["QIFT"])).id
    assert seen(desk, "local", village) == (200, True)
    assert seen(desk, "local", elsewhere) == (404, False)
    assert desk.move("local", village, "examine").status_code == 403


def test_a_confidential_complaint_is_open_to_two_roles_its_author_and_its_body(desk):
    secret = desk.register(category_id=str(desk.categories["ADM-COR"])).id
    for username in ("officer", "director", "clerk"):
        assert seen(desk, username, secret) == (200, True), username
    for username in ("examiner", "reviewer", "auditor", "clerk2", "focal", "local", "stranger"):
        assert seen(desk, username, secret) == (404, False), username
    desk.refer(secret, "WCO", examiner="officer")
    assert seen(desk, "focal", secret) == (200, True)
    assert seen(desk, "stranger", secret) == (404, False)
    assert seen(desk, "examiner", secret) == (404, False)


@pytest.mark.parametrize("confidential", [False, True])
def test_identities_are_masked_by_role(desk, confidential):
    category = str(desk.categories["ADM-COR" if confidential else "UTL-WAT-LEK"])
    taken = desk.register(category_id=category)
    desk.refer(taken.id, "WCO", examiner="officer")
    pages = {
        who: desk.staff(who).get(f"{LIST}{taken.id}").get_data(as_text=True)
        for who in ("director", "clerk", "focal")
    }
    for shown in (NAME, PHONE, IDENTITY):
        assert shown in pages["director"]
    for who in ("clerk", "focal"):
        assert IDENTITY not in pages[who]
        assert (NAME in pages[who]) is not confidential
        assert (PHONE in pages[who]) is not confidential
        assert (MASKED in pages[who]) is not confidential


def test_every_view_of_a_confidential_record_is_entered(desk):
    secret = desk.register(category_id=str(desk.categories["ADM-COR"])).id
    plain = desk.register().id
    address = f"{LIST}{secret}"
    desk.staff("director").get(address)
    desk.staff("officer").get(f"{address}/do/examine")
    desk.staff("examiner").get(address)
    desk.staff("director").get(f"{LIST}{plain}")
    with desk.session() as session:
        rows = session.execute(
            select(AuditRow.actor_id, AuditRow.record_id)
            .where(AuditRow.op == "viewed")
            .order_by(AuditRow.seq)
        ).all()
    clerk, director, officer = (desk.users[name] for name in ("clerk", "director", "officer"))
    assert [tuple(row) for row in rows] == [
        (clerk, str(secret)),
        (director, str(secret)),
        (officer, str(secret)),
    ]


def test_counts_filters_and_search_know_nothing_of_hidden_records(desk):
    desk.register(category_id=str(desk.categories["ADM-COR"]), subject="canary رشوة")
    desk.register(subject="ماسورة")
    examiner, officer = desk.staff("examiner"), desk.staff("officer")
    assert "1 record" in desk.said(examiner.get(LIST))
    assert "2 records" in desk.said(officer.get(LIST))
    for query in ("?q=canary", f"?category={desk.categories['ADM-COR']}", "?state=registered"):
        assert (
            "canary"
            not in desk.said(examiner.get(LIST + query)).replace('"canary"', "").partition("Filters")[2]
        ), query
    found = officer.get(LIST + "?q=رشوه")
    assert "1 record" in desk.said(found)
    assert "canary" not in desk.said(found), "a list is not entered in the audit, so it shows no subject"


def test_lists_show_no_confidential_subject_and_a_fetch_ahead_shows_nothing(desk):
    secret = desk.register(category_id=str(desk.categories["ADM-COR"]), subject="رشوة في الشركة").id
    desk.refer(secret, "WCO", examiner="officer")
    for who, address in (("director", LIST), ("focal", LIST), ("focal", "/admin/complaints/referral/")):
        page = desk.said(desk.staff(who).get(address))
        assert "1 record" in page
        assert "رشوة" not in page, (who, address)
    before = views(desk)
    for header in ("Sec-Purpose", "Purpose"):
        ahead = desk.staff("director").get(f"{LIST}{secret}", headers={header: "prefetch;prerender"})
        assert (ahead.status_code, ahead.get_data()) == (204, b"")
    assert views(desk) == before
    assert "رشوة" in desk.said(desk.staff("director").get(f"{LIST}{secret}"))
    assert views(desk) == before + 1


def views(desk):
    with desk.session() as session:
        return len(session.scalars(select(AuditRow.seq).where(AuditRow.op == "viewed")).all())


def test_why_there_is_no_document_or_telephone_is_personal_in_the_audit(desk):
    reasons = {"identity_kind": "none", "identity": "", "identity_none": "مهاجر بلا أوراق"}
    desk.register(phone="", contact_refused="يخشى أسرته", **reasons)
    with desk.session() as session:
        stored = "".join(session.scalars(select(AuditRow.diff)))
    assert "identity_none" in stored
    assert "مهاجر" not in stored
    assert "أسرته" not in stored


def test_the_first_page_counts_what_waits_for_each(desk):
    desk.register(category_id=str(desk.categories["ADM-COR"]))
    desk.refer(desk.register().id)
    desk.register()
    tiles = {
        who: desk.said(desk.staff(who).get("/admin/")) for who in ("examiner", "officer", "focal", "stranger")
    }
    assert "1 To examine" in tiles["examiner"]
    assert "2 To examine" in tiles["officer"]
    assert "1 Waiting at my body" in tiles["focal"]
    assert "0 Waiting at my body" in tiles["stranger"]


def test_a_body_has_its_own_list_of_referrals(desk):
    mine, other = desk.register().id, desk.register(subject="عمود مائل").id
    desk.refer(mine, "WCO")
    desk.refer(other, "ELE")
    address = "/admin/complaints/referral/"
    page = desk.staff("focal").get(address)
    assert "ماسورة مكسورة" in desk.said(page)
    assert "عمود مائل" not in desk.said(page)
    assert "2 records" in desk.said(desk.staff("director").get(address))
    opened = desk.staff("focal").get(address + "1")
    assert opened.location.endswith(f"/EG-KN/admin/complaints/complaint/{mine}")
    assert desk.staff("focal").get(address + "2").status_code == 404
    assert desk.staff("clerk").get(address).status_code == 403
    assert desk.staff("focal").get(address + "?state=answered").status_code == 200


def test_what_hangs_on_a_hidden_complaint_is_hidden_from_the_orm_too(desk):
    secret = desk.register(category_id=str(desk.categories["ADM-COR"])).id
    desk.refer(secret, "WCO", examiner="officer")
    rows = {}
    for who in ("examiner", "stranger", "focal", "director"):
        with desk.session(who) as session:
            rows[who] = [
                len(session.scalars(select(model)).all()) for model in (Complaint, Applicant, Referral)
            ]
    assert rows == {"examiner": [0, 0, 0], "stranger": [0, 0, 0], "focal": [1, 0, 1], "director": [1, 1, 1]}


def test_the_author_of_a_confidential_complaint_reads_no_applicant_from_the_orm(desk):
    secret, plain = desk.register(category_id=str(desk.categories["ADM-COR"])).id, desk.register().id
    with desk.session("clerk") as session:
        assert session.get(Complaint, secret).applicant is None
        assert session.get(Complaint, plain).applicant.name == NAME
        assert [one.complaint_id for one in session.scalars(select(Applicant))] == [plain]


def test_of_the_addressed_body_only_focal_point_and_head_open_a_confidential_complaint(desk):
    secret = desk.register(category_id=str(desk.categories["ADM-COR"])).id
    plain = desk.register().id
    for key in (secret, plain):
        desk.refer(key, "TCC", examiner="officer")
    assert seen(desk, "clerk2", plain) == (200, True), "an ordinary one, to any of the body"
    assert seen(desk, "clerk2", secret) == (404, False)
