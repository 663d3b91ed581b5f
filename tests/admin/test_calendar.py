"""The administrator's calendar: hours, holidays with their marks, decrees in and out, and clear refusals."""

import pytest
from sqlalchemy import select

from core.work.chain import AuditRow
from core.work.clocks.office import DecreeRow

PAGE = "/admin/core/calendar/"
WEEK = dict.fromkeys(("sunday", "monday", "tuesday", "wednesday", "thursday"), "08:00-15:00")
HOURS = WEEK | {"friday": "", "saturday": "", "ramadan": "09:00-14:00", "cut_off": "14:00"}
DECREE = {
    "number": "1204", "kind": "off", "first": "2026-05-25", "last": "2026-05-25", "shifts": "",
    "reason": "عطلة جسر",
}  # fmt: skip


def test_the_year_is_shown_with_its_marks(administrator):
    page = administrator.get(f"{PAGE}?year=2026")
    assert page.status == 200
    assert "Eid al-Adha (estimated)" in page.words
    assert "day in lieu" in page.words
    assert "Falls on the weekend" in page.words
    assert "08:00-15:00" in page.words
    assert "Weekend" in page.words


def test_it_is_there_in_arabic(person, browser):
    person("adham", "DIWAN:ADM")
    page = browser("ar").sign_in("adham").get(f"{PAGE}?year=٢٠٢٦")
    assert "تقويم العمل" in page.words
    assert "عيد الأضحى المبارك (تقديري)" in page.words
    assert "ثورة 25 يناير" in page.words, (
        "the library writes ٢٥, which no other number of the page is written in"
    )


@pytest.mark.parametrize("year", ["1066", "9999", "x", "20 26", "-2026", "²⁰²⁶"])
def test_a_year_that_is_none_is_said_to_be(administrator, year):
    assert administrator.get(f"{PAGE}?year={year}").status == 400


def test_a_decree_is_entered_and_withdrawn_with_the_reason_and_stays_on_record(administrator, shelf):
    page = administrator.get(f"{PAGE}new").post(f"{PAGE}new", **DECREE).follow()
    assert "The calendar was changed." in page.words
    assert "1204" in page.words
    page.get(f"{PAGE}1/withdraw")
    assert page.post(f"{PAGE}1/withdraw", reason=" ").status == 422
    page.post(f"{PAGE}1/withdraw", reason="أُلغي").follow()
    assert "Withdrawn" in page.words
    assert "أُلغي" in page.words
    assert page.post(f"{PAGE}1/withdraw", reason="again").status == 404
    with shelf.session() as session:
        row = session.scalars(select(DecreeRow)).one()
        assert row.withdrawn_at is not None
        entered = session.scalars(select(AuditRow).where(AuditRow.model == "core.decree")).all()
        assert [one.op for one in entered] == ["create", "update"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"last": "2026-05-24"}, {"last": "2028-05-24"}, {"kind": "hours"}, {"kind": "feast"}, {"reason": ""},
        {"shifts": "08:00"}, {"shifts": "25:00-26:00"}, {"kind": "hours", "shifts": "12:00-08:00"},
        {"kind": "hours", "shifts": "08:00-12:00, 11:00-13:00"}, {"first": "2026-02-30"}, {"first": ""},
        {"number": "x" * 61}, {"number": "\x00"}, {"last": ""}, {"kind": ""},
    ],
)  # fmt: skip
def test_a_decree_that_says_nothing_or_too_much_is_refused_in_words(administrator, shelf, wrong):
    page = administrator.get(f"{PAGE}new").post(f"{PAGE}new", **DECREE | wrong)
    assert page.status == 422, page.words
    with shelf.session() as session:
        assert session.scalars(select(DecreeRow)).all() == []


def test_hours_are_changed_in_either_digits(administrator):
    page = administrator.get(f"{PAGE}hours")
    assert 'value="08:00-15:00"' in page.html
    changed = HOURS | {"thursday": "٠٨:٠٠-١٢:٠٠، ١٣:٠٠-١٥:٠٠", "cut_off": "١٣:٣٠"}
    page.post(f"{PAGE}hours", **changed).follow()
    assert "08:00-12:00, 13:00-15:00" in page.words
    assert "13:30" in page.words


@pytest.mark.parametrize(
    "wrong",
    [
        dict.fromkeys(WEEK, ""), {"sunday": "morning"}, {"cut_off": ""}, {"cut_off": "noon"},
        {"cut_off": "00:00"}, {"monday": "08:00-08:00"}, {"ramadan": "09:00-25:00"}, {"cut_off": "14:75"},
        {"sunday": "08:00-15:00" * 20},
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_in_words(administrator, wrong):
    page = administrator.get(f"{PAGE}hours").post(f"{PAGE}hours", **HOURS | wrong)
    assert page.status == 422, page.words


def test_nobody_else_sees_or_changes_it(librarian):
    for path in (PAGE, f"{PAGE}hours", f"{PAGE}new", f"{PAGE}1/withdraw"):
        assert librarian.get(path).status == 403
    assert librarian.post(f"{PAGE}new", **DECREE).status == 403
