"""A register of an earlier system becomes complaints with their past."""

import csv

import pytest
from sqlalchemy import select

from core.data.visibility import attached
from core.exchange.importing import Import
from core.exchange.reading import read_table
from core.work.moves import TransitionRow
from plugins.complaints.imports import COMPLAINT
from plugins.complaints.models import Complaint
from plugins.complaints.workflow import COMPLAINT as COMPLAINTS

ROW = {
    "المصدر": "المنظومة الموحدة",
    "رقم الشكوى": "KN-77",
    "تاريخ الورود": "3/4/2023",
    "نوع الشكوى": "فردية",
    "التصنيف": "كسر ماسورة مياه",
    "المكان": "مركز قوص",
    "الموضوع": "كسر بالخط الرئيسي",
    "نص الشكوى": "الماسورة مكسورة منذ أسبوع",
    "الحالة": "مغلقة",
    "النتيجة": "REMOVED",
    "تاريخ الإغلاق": "10/4/2023",
    "الاسم": "سعاد عبد الحميد",
    "الهاتف": "01012345678",
    "الرقم القومي": "٢٩٠٠١٠١٢٧٠١٢٣٩",
}


def bring_in(desk, tmp_path, rows, dry=False):
    path = tmp_path / "register.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with desk.ground.session(desk.code) as session:
        report = Import(COMPLAINT, read_table(path), path.name, dry=dry).run()
        session.commit()
        return report


def test_a_row_keeps_its_source_dates_and_outcome(desk, tmp_path):
    report = bring_in(desk, tmp_path, [ROW])
    assert (report.imported, report.rejects) == (1, [])
    with desk.session() as session:
        one = session.scalars(select(Complaint)).one()
        assert (one.number, one.state, one.outcome, one.kind) == (
            "2023/000001",
            "closed",
            "REMOVED",
            "individual",
        )
        assert (one.source, one.source_ref) == ("المنظومة الموحدة", "KN-77")
        assert one.received_at.isoformat() == "2023-04-02T22:00:00+00:00", "midnight in Qena"
        assert one.applicant.identity == "29001012701239"
        move = session.scalars(attached(TransitionRow, one)).one()
        assert (move.action, move.actor_id, move.origin) == ("imported", None, "import")
        assert move.data["outcome"] == "REMOVED"
        assert move.data["dates"]["closed_at"].startswith("2023-04-09")
    assert "Taken over from" in desk.said(desk.staff("examiner").get("/admin/complaints/complaint/1"))


@pytest.mark.parametrize("status", ["referred", "in_action", "reply_review"])
def test_what_was_with_a_body_is_examined_anew(desk, tmp_path, status):
    """No referral came along, so no body could answer it."""
    assert bring_in(desk, tmp_path, [ROW | {"الحالة": status}]).imported == 1
    assert desk.state(1) == "examining"
    page = desk.said(desk.staff("examiner").get("/admin/complaints/complaint/1"))
    assert str(COMPLAINTS.state(status).label) in page.partition("Taken over from")[2]
    sent = desk.move("examiner", 1, "refer", unit_id=desk.units["WCO"], due_on="2099-01-01")
    assert sent.status_code == 302


def test_a_second_run_brings_nothing_twice(desk, tmp_path):
    bring_in(desk, tmp_path, [ROW])
    again = bring_in(desk, tmp_path, [ROW, ROW | {"رقم الشكوى": "KN-78"}])
    assert (again.imported, len(again.rejects)) == (1, 1)
    assert "It is there already" in again.rejects[0].reason["en"]


def test_a_dry_run_writes_nothing(desk, tmp_path):
    assert bring_in(desk, tmp_path, [ROW], dry=True).imported == 1
    with desk.session() as session:
        assert session.scalars(select(Complaint.id)).all() == []


def test_rows_that_cannot_be_taken_say_why(desk, tmp_path):
    bad = {
        "التصنيف": ("لا شيء", "التصنيف: there is no category"),
        "المكان": ("المريخ", "المكان: there is no place"),
        "الرقم القومي": ("123", "digits short"),
        "تاريخ الورود": ("أمس", "is not a date"),
        "تاريخ الإغلاق": ("2/4/2023", "تاريخ الإغلاق: is before the complaint was received"),
        "الحالة": ("ضائعة", "is none of"),
        "النتيجة": ("جيد", "is none of"),
        "نوع الشكوى": ("عائلية", "is none of: Individual, Collective"),
    }
    rows = [ROW | {"رقم الشكوى": f"B-{n}", name: value} for n, (name, (value, _)) in enumerate(bad.items())]
    report = bring_in(desk, tmp_path, [*rows, ROW])
    assert report.imported == 1
    for reject, (_value, sentence) in zip(report.rejects, bad.values(), strict=True):
        assert sentence in reject.reason["en"]
    assert report.rejects[-1].reason["ar"].endswith("فردية، جماعية")


def test_a_row_from_the_future_is_refused_and_words_of_the_screens_are_understood(desk, tmp_path):
    ahead = ROW | {"رقم الشكوى": "KN-79", "تاريخ الورود": "2199/05/01", "تاريخ الإغلاق": ""}
    report = bring_in(desk, tmp_path, [ahead, ROW | {"نوع الشكوى": "Collective"}])
    assert report.imported == 1
    assert "تاريخ الورود: is a date still ahead" in report.rejects[0].reason["en"]


def test_an_open_complaint_goes_on_here(desk, tmp_path):
    bring_in(desk, tmp_path, [ROW | {"الحالة": "مفتوحة", "النتيجة": "", "تاريخ الإغلاق": ""}])
    desk.refer(1)
    desk.answer(1)
    assert desk.move("reviewer", 1, "approve").status_code == 302


def test_a_confidential_subject_stays_confidential(desk, tmp_path):
    bring_in(desk, tmp_path, [ROW | {"التصنيف": "ADM-COR"}])
    assert desk.staff("examiner").get("/admin/complaints/complaint/1").status_code == 404
    assert desk.staff("director").get("/admin/complaints/complaint/1").status_code == 200
