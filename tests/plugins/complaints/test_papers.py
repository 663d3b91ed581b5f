"""Photos and documents: from the counter and the telephone to the record, and back to who may have them."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from trust import hostile

from core.data.time import freeze, now
from core.data.visibility import cleared
from core.work.chain import AuditRow
from core.work.files.attachments import Attachment
from core.work.files.store import STORE, FolderStore
from plugins.complaints import public
from plugins.complaints.papers import GOOD_FOR

from .conftest import SECRET
from .test_citizens import NEW as HAND_IN
from .test_citizens import fill as fill_at_home
from .test_counter import NEW as COUNTER
from .test_counter import count, fill

RECORD = "/admin/complaints/complaint"


@pytest.fixture(autouse=True)
def folder(app, monkeypatch, tmp_path):
    found = FolderStore(tmp_path / "attachments")
    monkeypatch.setitem(app.extensions, STORE, found)
    return found


def photo(name="IMG_2026.jpg"):
    return (BytesIO(hostile.photograph()), name)


def paper(name="letter.pdf", mark=""):
    return (BytesIO(hostile.PDF.replace(b"%%EOF", f"%{mark}\n%%EOF".encode())), name)


def rows(desk):
    with desk.session() as session:
        found = session.scalars(cleared(select(Attachment).order_by(Attachment.id))).all()
        session.expunge_all()
        return found


def links(page):
    """Addresses of the files that a page offers."""
    return re.findall(r'href="([^"]+)" download', page.get_data(as_text=True))


def add(desk, username, key, *files, **more):
    browser = desk.staff(username)
    browser.get(f"{RECORD}/{key}")
    return browser.post(f"{RECORD}/{key}/files", {"files": list(files), "visibility": "internal"} | more)


def test_the_clerk_takes_papers_in_and_everybody_who_sees_the_record_opens_them(desk):
    taken = desk.register(files=[photo(), paper()])
    page = desk.staff("examiner").get(f"{RECORD}/{taken.id}")
    assert "IMG_2026.jpg" in desk.said(page)
    assert "Picture · 1 KB · The citizen" in desk.said(page)
    image, pdf = (desk.staff("examiner").get(address) for address in links(page))
    assert Image.open(BytesIO(image.data)).size == (48, 64)
    assert b"CanaryPhone" not in image.data
    assert pdf.data.startswith(b"%PDF-")
    assert "File from the citizen" in desk.said(page)


def test_a_file_is_given_to_be_saved_and_never_to_be_run(desk):
    taken = desk.register(files=[paper("شكوى المياه.pdf")])
    (address,) = links(desk.staff("examiner").get(f"{RECORD}/{taken.id}"))
    answer = desk.staff("examiner").get(address)
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%D8%B4%D9%83%D9%88%D9%89" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Type"] == "application/pdf"
    assert int(headers["Content-Length"]) == len(answer.data)


def test_a_small_picture_stands_on_the_page_and_only_of_pictures(desk):
    taken = desk.register(files=[photo(), paper()])
    browser = desk.staff("examiner")
    (small,) = re.findall(r'<img src="([^"]+/small)"', browser.get(f"{RECORD}/{taken.id}").text)
    assert Image.open(BytesIO(browser.get(small).data)).format == "JPEG"
    other = small.replace(f"/{rows(desk)[0].id}/small", f"/{rows(desk)[1].id}/small")
    assert browser.get(other).status_code == 404


@pytest.mark.parametrize(
    "case", ["a page called a picture", "a document with macros", "a JPEG of 65,000 by 65,000"]
)
def test_what_is_refused_at_the_counter_is_said_at_the_field_and_nothing_typed_is_lost(desk, case):
    name, data = hostile.refused()[case]
    browser, sent = fill(desk)
    answer = browser.post(COUNTER, sent | {"files": [(BytesIO(data), name), photo()]})
    assert answer.status_code == 422
    assert "Photos and documents:" in desk.said(answer)
    assert name in desk.said(answer)
    assert "Choose the files again" in desk.said(answer)
    assert "المياه تغرق" in answer.text
    assert count(desk) == 0
    assert rows(desk) == []


def test_a_form_with_another_fault_says_that_the_files_must_be_chosen_again(desk):
    browser, sent = fill(desk, phone="")
    answer = browser.post(COUNTER, sent | {"files": [photo()]})
    assert answer.status_code == 422
    assert "Choose the files again" in desk.said(answer)
    assert "Choose the files again" not in desk.said(browser.post(COUNTER, sent))


def test_a_giant_request_is_refused_early_in_words(desk, monkeypatch):
    browser, sent = fill(desk)
    assert desk.app.config["MAX_CONTENT_LENGTH"] == 16 * 1024 * 1024
    monkeypatch.setitem(desk.app.config, "MAX_CONTENT_LENGTH", 100_000)
    answer = browser.post(COUNTER, sent | {"files": [(BytesIO(b"x" * 100_001), "giant.pdf")]})
    assert answer.status_code == 413
    assert "too large" in desk.said(answer)


def test_a_citizen_sends_a_photo_and_finds_it_again_with_number_and_secret(desk):
    phone = desk.browser()
    page = phone.get(HAND_IN)
    assert 'accept=".jpg' in page.text
    assert "capture" not in page.text
    assert "At most 5 files, each up to 10 MB" in desk.said(page)
    receipt = phone.follow(phone.post(HAND_IN, fill_at_home(desk, phone) | {"files": [photo("صورة.jpg")]}))
    number = re.search(r"\d{4}/\d{6}", desk.said(receipt))[0]
    secret = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", desk.said(receipt))[0]
    found = desk.track(number, secret)
    assert "صورة.jpg" in desk.said(found)
    (address,) = links(found)
    answer = desk.browser().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    with desk.session() as session:
        reasons = session.scalars(select(AuditRow.diff).where(AuditRow.op == "unscoped")).all()
    assert any("opens a file" in reason for reason in reasons)


@pytest.mark.parametrize("empty", [(), ("",)], ids=["files alone", "an empty part first"])
def test_who_sends_too_many_forms_with_files_keeps_what_was_typed(desk, monkeypatch, empty):
    monkeypatch.setattr(public, "FORMS_WITH_FILES", 1)
    phone = desk.browser()
    sent = fill_at_home(desk, phone) | {"phone": "0"}
    first, answer = (
        phone.post(HAND_IN, sent | {"files": [*((BytesIO(), name) for name in empty), photo()]})
        for _ in range(2)
    )
    assert (first.status_code, answer.status_code) == (422, 429)
    assert "Too many files came from your connection" in desk.said(answer)
    assert "المياه تغرق" in answer.text
    assert phone.post(HAND_IN, fill_at_home(desk, phone)).status_code == 302


def test_a_link_ends_after_minutes_and_cannot_be_made_up(desk):
    taken = desk.register(files=[photo()])
    (address,) = links(desk.track(taken.number, taken.secret))
    with freeze(now() + GOOD_FOR * 2):
        ended = desk.browser().get(address)
    assert ended.status_code == 404
    assert "This link has ended" in desk.said(ended)
    for wrong in (
        address[:-6] + "AAAAAA",
        "/complaints/file/x",
        "/complaints/file/" + "A" * 900,
        "/complaints/file/ش",
    ):
        assert desk.browser().get(wrong).status_code == 404


def test_the_citizen_sees_what_is_meant_for_them_and_nothing_internal(desk):
    taken = desk.register(files=[photo("own.jpg")])
    assert add(desk, "officer", taken.id, paper("inside.pdf", "1")).status_code == 302
    assert add(desk, "officer", taken.id, paper("decision.pdf", "2"), visibility="public").status_code == 302
    said = desk.said(desk.track(taken.number, taken.secret))
    assert "own.jpg" in said
    assert "decision.pdf" in said
    assert "inside.pdf" not in said


def test_a_withdrawn_file_is_gone_for_the_citizen_even_by_an_open_link(desk):
    taken = desk.register(files=[photo("own.jpg")])
    (address,) = links(desk.track(taken.number, taken.secret))
    (row,) = rows(desk)
    browser = desk.staff("officer")
    browser.get(f"{RECORD}/{taken.id}")
    without = browser.post(f"{RECORD}/{taken.id}/files/{row.id}/withdraw", {"reason": " "})
    assert without.status_code == 422
    assert "Say in a few words why" in desk.said(without)
    assert desk.browser().get(address).status_code == 200
    gone = browser.post(f"{RECORD}/{taken.id}/files/{row.id}/withdraw", {"reason": "another's card"})
    assert gone.status_code == 302
    assert desk.browser().get(address).status_code == 404
    assert browser.get(f"{RECORD}/{taken.id}/files/{row.id}").status_code == 404
    page = browser.get(f"{RECORD}/{taken.id}")
    assert "File withdrawn" in desk.said(page)
    assert "another's card" in desk.said(page)
    assert links(page) == []


def test_who_only_reads_adds_and_withdraws_nothing(desk):
    taken = desk.register(files=[photo()])
    (row,) = rows(desk)
    page = desk.staff("auditor").get(f"{RECORD}/{taken.id}")
    assert "Add files" not in desk.said(page)
    assert "Withdraw" not in desk.said(page)
    assert desk.staff("auditor").get(links(page)[0]).status_code == 200
    assert add(desk, "auditor", taken.id, paper()).status_code == 403
    refused = desk.staff("auditor").post(f"{RECORD}/{taken.id}/files/{row.id}/withdraw", {"reason": "x"})
    assert refused.status_code == 403
    assert len(rows(desk)) == 1


def test_a_body_adds_its_own_papers_and_takes_away_none_of_the_citizens(desk):
    taken = desk.register(files=[photo()])
    desk.refer(taken.id)
    assert add(desk, "focal", taken.id, paper("report.pdf")).status_code == 302
    proof, report = rows(desk)
    page = desk.staff("focal").get(f"{RECORD}/{taken.id}").text
    assert f"/files/{report.id}/withdraw" in page
    assert f"/files/{proof.id}/withdraw" not in page
    for row, status in ((proof, 403), (report, 302)):
        address = f"{RECORD}/{taken.id}/files/{row.id}/withdraw"
        assert desk.staff("focal").post(address, {"reason": "not needed"}).status_code == status


def test_a_file_is_reached_by_its_own_record_and_who_sees_that(desk):
    taken, other = desk.register(files=[photo()]), desk.register(subject="another")
    (row,) = rows(desk)
    hidden = desk.staff("stranger").get(f"{RECORD}/{taken.id}/files/{row.id}")
    missing = desk.staff("stranger").get(f"{RECORD}/999999/files/{row.id}")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert desk.staff("officer").get(f"{RECORD}/{other.id}/files/{row.id}").status_code == 404
    assert desk.browser().get(f"{RECORD}/{taken.id}/files/{row.id}").status_code == 302, "to the sign-in"


def test_a_body_reads_a_confidential_complaint_without_the_papers_that_say_whose_it_is(desk):
    taken = desk.register(category_id=str(desk.categories[SECRET]), files=[photo("identity card.jpg")])
    desk.refer(taken.id, examiner="officer")
    assert add(desk, "officer", taken.id, paper("blackened.pdf")).status_code == 302
    own, redacted = rows(desk)
    page = desk.staff("focal").get(f"{RECORD}/{taken.id}")
    assert "blackened.pdf" in desk.said(page)
    assert "identity card" not in desk.said(page)
    assert desk.staff("focal").get(f"{RECORD}/{taken.id}/files/{own.id}").status_code == 404
    assert desk.staff("focal").get(f"{RECORD}/{taken.id}/files/{redacted.id}").status_code == 200
    assert desk.staff("officer").get(f"{RECORD}/{taken.id}/files/{own.id}").status_code == 200
    assert "<img" not in desk.staff("officer").get(f"{RECORD}/{taken.id}").text
    assert desk.staff("officer").get(f"{RECORD}/{taken.id}/files/{own.id}/small").status_code == 404
    with desk.session() as session:
        entered = (AuditRow.model == "core.attachment", AuditRow.op == "viewed")
        viewed = select(AuditRow.record_id, AuditRow.actor_id).where(*entered).order_by(AuditRow.seq)
        assert [tuple(row) for row in session.execute(viewed)] == [
            (str(redacted.id), desk.users["focal"]),
            (str(own.id), desk.users["officer"]),
        ]


def test_refused_files_on_a_record_are_said_on_its_page(desk):
    taken = desk.register()
    for files in ((), [(BytesIO(b""), "empty.pdf")], [(BytesIO(hostile.HTML), "page.html")]):
        answer = add(desk, "officer", taken.id, *files)
        assert answer.status_code == 422
        assert taken.number in desk.said(answer)
        assert 'aria-invalid="true"' in answer.text
        summary = answer.text.index("error-summary")
        assert summary < answer.text.index('class="facts"'), (
            "the form is far below; the page opens at its top"
        )
    assert rows(desk) == []


def test_a_store_that_is_away_is_told_and_nothing_is_written(desk, folder):
    taken = desk.register()
    folder.folder.parent.mkdir(exist_ok=True)
    folder.folder.write_text("no folder")
    answer = add(desk, "officer", taken.id, paper())
    assert answer.status_code == 503
    assert "Files cannot be reached" in desk.said(answer)
    assert rows(desk) == []
    browser, sent = fill(desk)
    assert browser.post(COUNTER, sent | {"files": [paper()]}).status_code == 503
    assert count(desk) == 1


def test_a_form_sent_twice_keeps_its_files_once_and_a_forgotten_one_is_added(desk):
    browser, sent = fill(desk)
    first = browser.post(COUNTER, sent | {"files": [photo()]})
    again = browser.post(COUNTER, sent | {"files": [photo("copy.jpg"), paper()]})
    assert first.location == again.location
    assert [row.file_name for row in rows(desk)] == ["IMG_2026.jpg", "letter.pdf"]
    assert count(desk) == 1


def test_names_with_markup_are_words_on_every_page(desk):
    taken = desk.register(files=[photo("<img src=x onerror=alert(1)>.jpg")])
    for page in (desk.staff("officer").get(f"{RECORD}/{taken.id}"), desk.track(taken.number, taken.secret)):
        assert "onerror=alert(1)" in page.text
        assert "<img src=x" not in page.text


def test_a_file_sent_under_the_name_of_a_text_is_no_text(desk):
    """By a program: no browser does so. Every field, at both doors."""
    browser, sent = fill(desk)
    for name in sent:
        answer = browser.post(
            COUNTER, {key: value for key, value in sent.items() if key != name} | {name: photo()}
        )
        assert answer.status_code in (302, 400, 422), name
    citizen = desk.browser()
    typed = fill_at_home(desk, citizen)
    for name in typed:
        answer = citizen.post(
            HAND_IN, {key: value for key, value in typed.items() if key != name} | {name: photo()}
        )
        assert answer.status_code in (302, 400, 422, 429), name


def test_a_file_that_hangs_there_already_is_not_said_to_be_added(desk):
    key = desk.register().id
    add(desk, "officer", key, paper())
    again = desk.staff("officer").follow(add(desk, "officer", key, paper(), visibility="public"))
    assert "These files hang here already; nothing was added." in desk.said(again)
    assert len(rows(desk)) == 1
