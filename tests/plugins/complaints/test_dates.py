"""By when a complaint is answered: the citizen is told a date, the desk sees it, and every date explains itself."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.data.time import freeze
from core.data.visibility import attached
from core.messages.outbox import Message
from core.people.categories import Category
from core.work.clocks.calendar import OFF, Decree
from core.work.clocks.office import issue
from core.work.clocks.rows import renew, told
from core.work.clocks.tables import ClockEvent
from core.work.history import History, import_history
from core.work.notes import add_note
from plugins.complaints.models import OVERALL, Complaint

CAIRO = ZoneInfo("Africa/Cairo")
LIST = "/admin/complaints/complaint/"
BILL = "UTL-WAT-BIL"
"""Seven working days; a burst pipe has one, a missing manhole cover twelve hours."""


def at(month, day, hour=10, minute=0, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=CAIRO)


def take_in(desk, category=BILL, moment=None, subject="فاتورة مياه"):
    """Registered at the counter at `moment`; the key."""
    with freeze(moment or at(5, 21)), desk.session("clerk") as session:
        from plugins.complaints.registration import Draft, register

        values = desk.form() | {"identity_kind": "national_id", "subject": subject}
        values |= {"category_id": desk.categories[category], "place_id": desk.places["QUS"]}
        complaint = register(values, Draft.new(), unit_id=desk.units["CSD"])
        session.commit()
        return complaint.id


def reading(desk, key):
    with desk.session() as session:
        return told(session.get(Complaint, key), OVERALL).reading


def test_the_message_of_the_number_prints_a_date_and_never_a_number_of_days(desk):
    """Reference 5.4, no. 3: seven working days from the Thursday before the feast are two weeks and a half."""
    key = take_in(desk)
    with desk.session() as session:
        body = session.scalars(attached(Message, session.get(Complaint, key))).one().body
    assert "موعد الرد: 4 يونيو 2026" in body.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))
    assert "أيام" not in body


def test_the_citizen_finds_the_date_on_the_tracking_page(desk):
    taken = desk.register()
    said = desk.said(desk.track(taken.number, taken.secret))
    due = reading(desk, taken.id).due_at.astimezone(CAIRO)
    assert "Answer promised by" in said
    assert f"{due.day} {due:%B %Y}" in said
    assert "working day" not in said


def test_a_date_is_expected_only_while_the_answer_is_to_come(desk):
    taken = desk.register(category_id=str(desk.categories[BILL]))
    with desk.session() as session:
        session.scalars(select(Category).where(Category.code == BILL)).one().working_days = 30
        session.commit()
    assert "Expected now by" in desk.said(desk.track(taken.number, taken.secret))
    desk.refer(taken.id)
    desk.answer(taken.id)
    assert "Expected now by" in desk.said(desk.track(taken.number, taken.secret)), "it is being reviewed"
    assert desk.move("reviewer", taken.id, "approve").status_code == 302
    said = desk.said(desk.track(taken.number, taken.secret))
    assert "Answer promised by" in said
    assert "Expected now by" not in said


def test_the_page_explains_every_day_between(desk):
    key = take_in(desk)
    with freeze(at(5, 25)), desk.session() as session:
        issue(session, Decree("77", "عطلة جسر", date(2026, 6, 1), date(2026, 6, 1), OFF))
        assert renew(session) == 1
        session.commit()
    page = desk.staff("examiner").get(f"{LIST}{key}")
    assert "Why this date?" in desk.said(page)
    said = desk.said(desk.staff("examiner").get(f"{LIST}{key}/clock/overall"))
    for told_so in (
        "Thursday 21 May 2026 Received at 10:00. Promised: 7 working days.",
        "Friday 22 May 2026 Not counted: weekend",
        "Sunday 24 May 2026 Working day 1",
        "Wednesday 27 May 2026 Not counted: Eid al-Adha (estimated)",
        "Monday 1 June 2026 Not counted: decree 77: عطلة جسر",
        "Sunday 7 June 2026 Working day 7",
        "Sunday 7 June 2026 Due until 15:00.",
    ):
        assert told_so in said, (told_so, said)


def test_the_explanation_is_there_in_arabic(desk):
    key = take_in(desk, moment=at(5, 21, 14, 30))
    browser = desk.staff("examiner")
    browser.client.set_cookie("language", "ar")
    said = desk.said(browser.get(f"{LIST}{key}/clock/overall"))
    browser.client.set_cookie("language", "en")
    assert "ورد بعد الساعة" in said
    assert "لا يُعد: عطلة نهاية الأسبوع" in said
    assert "عيد الأضحى المبارك (تقديري)" in said


def test_a_clock_is_as_hidden_as_its_record(desk):
    key = take_in(desk, "ADM-COR")
    assert desk.staff("stranger").get(f"{LIST}{key}/clock/overall").status_code == 404
    assert desk.staff("officer").get(f"{LIST}{key}/clock/overall").status_code == 200
    assert desk.staff("officer").get(f"{LIST}{key}/clock/nothing").status_code == 404
    assert desk.staff("officer").get(f"{LIST}999999/clock/overall").status_code == 404
    with desk.session("stranger") as session:
        assert session.scalars(select(ClockEvent)).all() == []


def test_the_list_shows_the_date_and_finds_what_is_late(desk):
    late, soon = take_in(desk, subject="متأخرة"), None
    with freeze(at(6, 20)):
        soon = take_in(desk, moment=at(6, 18), subject="في الموعد")
        page = desk.browser("director").get(f"{LIST}?promise=late").get_data(as_text=True)
        assert (f"{LIST}{late}" in page, f"{LIST}{soon}" in page) == (True, False)
        assert "4 June 2026" in desk.said(desk.browser("director").get(LIST))
        page = desk.browser("director").get(f"{LIST}?promise=in_time").get_data(as_text=True)
        assert (f"{LIST}{late}" in page, f"{LIST}{soon}" in page) == (False, True)
        assert re.search(r"\b1 Late for the citizen", desk.said(desk.browser("director").get("/admin/")))
    assert desk.staff("director").get(f"{LIST}?promise=never").status_code == 400


def test_notes_and_edits_do_not_move_the_clock(desk):
    """Reference 5.4, no. 1."""
    key = take_in(desk)
    before = reading(desk, key)
    with freeze(at(5, 24)), desk.session("officer") as session:
        complaint = session.get(Complaint, key)
        add_note(complaint, "لا يحرك هذا شيئًا")
        complaint.subject = "فاتورة مياه مرتفعة"
        session.commit()
    assert reading(desk, key) == before


def test_another_category_counts_from_receipt_and_the_first_date_stays_beside_it(desk):
    key = take_in(desk)
    with freeze(at(5, 24)), desk.session("officer") as session:
        session.get(Complaint, key).category_id = desk.categories["UTL-SEW-NEW"]
        session.commit()
    found = reading(desk, key)
    assert (str(found.first), str(found.promise)) == ("7d", "30d")
    assert found.promised_at == at(6, 4, 15)
    assert found.due_at > found.promised_at
    said = desk.said(desk.staff("examiner").get(f"{LIST}{key}"))
    assert "Date given first" in said


def test_a_category_whose_promise_is_changed_moves_what_is_open_and_not_what_is_answered(desk):
    key = take_in(desk)
    with desk.session() as session:
        applied = Complaint(
            category_id=desk.categories[BILL], unit_id=desk.units["CSD"], subject="قديمة", body="قديمة",
            received_at=at(2, 3), answered_at=at(2, 8),
        )  # fmt: skip
        import_history([(applied, History("answered", "register"))])
        session.commit()
        old = applied.id
    with freeze(at(5, 24)), desk.session() as session:
        session.scalars(select(Category).where(Category.code == BILL)).one().working_days = 2
        session.commit()
    assert str(reading(desk, key).promise) == "2d"
    assert reading(desk, key).due_at == at(5, 25, 15)
    assert str(reading(desk, old).promise) == "7d"
    with desk.session() as session:
        kinds = session.scalars(
            attached(ClockEvent, session.get(Complaint, key)).order_by(ClockEvent.id)
        ).all()
        assert [(one.kind, one.cause) for one in kinds] == [
            ("start", "register"),
            ("promise", "core.category"),
        ]


def test_an_emergency_is_counted_in_hours_at_night_too(desk):
    key = take_in(desk, "UTL-SEW-MAN", at(6, 4, 20))
    assert reading(desk, key).due_at == at(6, 5, 8)


def test_the_way_to_the_answer_stops_the_clock(desk):
    taken = desk.register()
    desk.deliver()
    desk.refer(taken.id)
    desk.answer(taken.id)
    assert reading(desk, taken.id).stopped_at is None
    assert desk.move("reviewer", taken.id, "approve").status_code == 302
    assert reading(desk, taken.id).mode == "stopped"
    said = desk.said(desk.staff("reviewer").get(f"{LIST}{taken.id}/clock/overall"))
    assert "The clock stopped" in said
    assert "reviewer" in said


def test_referring_proposes_the_day_that_the_citizen_was_promised(desk):
    key = take_in(desk)
    with freeze(at(5, 24)):
        browser = desk.browser("examiner")
        browser.get(f"{LIST}{key}/do/examine")
        browser.post(f"{LIST}{key}/do/examine")
        page = browser.get(f"{LIST}{key}/do/refer").get_data(as_text=True)
        assert re.search(r'name="due_on"[^>]*value="2026-06-04"|value="2026-06-04"[^>]*name="due_on"', page)


def test_what_was_settled_on_an_unknown_day_has_no_clock(desk):
    with desk.session() as session:
        row = Complaint(category_id=desk.categories[BILL], unit_id=desk.units["CSD"], subject="س", body="س")
        import_history([(row, History("closed", "register"))])
        session.commit()
        assert told(row, OVERALL) is None
        key = row.id
    page = desk.staff("director").get(f"{LIST}{key}")
    assert "Why this date?" not in desk.said(page)


def test_aden_has_the_same_promise_in_its_own_calendar(aden):
    with freeze(datetime(2026, 5, 21, 10, tzinfo=ZoneInfo("Asia/Aden"))), aden.session() as session:
        row = Complaint(
            category_id=aden.categories[BILL], unit_id=aden.units["CSD"], subject="س", body="س",
            received_at=datetime(2026, 5, 21, 10, tzinfo=ZoneInfo("Asia/Aden")),
        )  # fmt: skip
        import_history([(row, History("examining", "register"))])
        session.commit()
        found = told(row, OVERALL)
        due = found.reading.due_at.astimezone(ZoneInfo("Asia/Aden"))
        assert (due.hour, found.calendar.zone) == (15, "Asia/Aden")
        assert due.date() > date(2026, 6, 1)
