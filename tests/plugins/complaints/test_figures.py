"""The dashboard of the complaint desk: what each reader is told, and the records behind it."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.data.time import freeze, now
from core.people.access import Access
from core.work.history import History, import_history
from plugins.complaints.figures import SOURCES
from plugins.complaints.models import Complaint
from tests.plugins.complaints.conftest import SECRET, text

PAGE = "/admin/complaints/figures/"
NONSENSE = {
    "ends before it begins": {"from": "2023-12-31", "to": "2023-01-01"},
    "30 February": {"from": "2023-02-30"},
    "year 0": {"from": "0000-01-01"},
    "a very large number": {"to": "100000000000000000000"},
    "as at tomorrow": {"until": "2199-01-01"},
    "as at the day before": {"from": "2023-01-01", "until": "2022-06-01"},
    "markup": {"from": "<b>1</b>"},
    "nothing printable": {"from": "\x00\x01"},
}
STRANGE = {
    "no such figure": ("complaints.nothing", {}, 404),
    "another's figure": ("lamps.mended", {}, 404),
    "no such part": ("complaints.cohort", {"part": "half"}, 400),
    "the rest of a flow": ("complaints.flow", {"part": "rest"}, 400),
    "a unit beyond any": ("complaints.cohort", {"unit": "100000000000000000000"}, 400),
    "a unit that is no number": ("complaints.cohort", {"unit": "x"}, 400),
    "a month outside": ("complaints.cohort", {"month": "1999-01-01"}, 400),
    "page 0": ("complaints.cohort", {"sheet": "0"}, 400),
    "page 10^20": ("complaints.cohort", {"sheet": "100000000000000000000"}, 400),
    "a day that is none": ("complaints.cohort", {"from": "2023-02-30"}, 422),
}


def past(desk, received, answered=None, *, secret=False, outcome="REMOVED", body=None, **more):
    """A complaint with dates of one's own: "2023-05-01", closed if it was answered."""
    with desk.session() as session:
        record = Complaint(
            unit_id=desk.units["CSD"],
            body_id=desk.units[body] if body else None,
            category_id=desk.categories[SECRET if secret else "UTL-WAT-LEK"],
            confidentiality=int(secret),
            subject="ماسورة مكسورة",
            body="المياه تغرق الشارع",
            received_at=moment(received),
            answered_at=answered and moment(answered),
            closed_at=answered and moment(answered),
            outcome=outcome if answered else None,
            **more,
        )
        import_history([(record, History("closed" if answered else "examining", "test"))])
        session.commit()
        return record.id


def moment(day):
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def shown(desk, who, **asked):
    page = desk.staff(who).get(PAGE, query_string={"from": "2023-01-01", "to": "2023-12-31"} | asked)
    assert page.status_code == 200
    return page


def numbers(page):
    """(address of the records, number) of every number on a dashboard that is a link."""
    found = re.findall(r'<a href="([^"]*/figures/[^"]*)"><bdi[^>]*>([\d,]+)</bdi></a>', page.text)
    return [(html.unescape(url), int(number.replace(",", ""))) for url, number in found]


def listed(desk, who, url):
    """How many records an address lists, by walking all its pages."""
    ids, said = [], None
    while url:
        page = desk.staff(who).get(url)
        assert page.status_code == 200, url
        said = int(re.search(r"([\d,]+) records?\b", text(page))[1].replace(",", ""))
        ids += re.findall(r'<td class="main"><a href="[^"]*/complaint/(\d+)"', page.text)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        url = following and html.unescape(following[1])
    assert len(ids) == len(set(ids)) == said
    return ids


def test_cohort_and_flow_are_two_numbers_of_the_same_year(desk):
    past(desk, "2022-11-20", "2023-01-10")
    past(desk, "2023-03-01", "2023-03-20")
    past(desk, "2023-03-02", "2024-02-01", outcome="INFORMED")
    past(desk, "2023-04-01")
    page = text(shown(desk, "director", until="2024-12-31"))
    assert "66.67 % Answered or closed 2 Complaints received 3 Period 2023 As at 31 December 2024" in page
    assert "66.67 % Ended in the period 2 Complaints received 3" in page
    assert "33.33 % Cause removed 1 Complaints received 3" in page
    assert "may exceed one hundred per cent" in page
    earlier = text(shown(desk, "director", until="2023-12-31"))
    assert "33.33 % Answered or closed 1 Complaints received 3" in earlier, "as it stood then"


def test_the_time_to_the_answer_counts_who_waits_still_and_opens_their_records(desk):
    for told in ("2023-03-03", "2023-03-05", "2023-03-11", "2023-03-11", "2023-03-21", "2023-04-10"):
        past(desk, "2023-03-01", told, notified_at=moment(told))
    past(desk, "2023-03-01")
    past(desk, "2023-03-01", "2023-03-02")
    page = shown(desk, "director", until="2023-12-31")
    said = text(page)
    assert (
        "Time to the final answer, in calendar days 2023 Half within 10 days Nine tenths within not reached"
        " Told of the answer 6 Complaints received 8 Period 2023 As at 31 December 2023" in said
    ), "who was closed untold is followed for one day, who waits for all"
    assert "anything from 4 days to 40 days (Brookmeyer and Crowley's interval, 95 %)" in said
    assert "March 2023 6 8 10 days" in said
    rest = re.search(r'<a href="([^"]*complaints.told[^"]*part=rest[^"]*)">Not told: 2<', page.text)
    waiting = desk.staff("director").get(html.unescape(rest[1]))
    assert re.findall(r'<td data-label="Days">([\d,]+)</td>', waiting.text) == ["1", "306"]
    assert len(listed(desk, "director", html.unescape(rest[1]))) == 2
    then = text(shown(desk, "director", until="2023-03-04"))
    assert "Half: not reached yet Nine tenths within not reached Told of the answer 1" in then, (
        "as it stood then"
    )
    assert "nobody knows yet within how many days half will" in then


def test_what_came_in_after_the_cut_off_is_not_counted_and_a_reload_gives_the_same(desk):
    first = shown(desk, "director", **{"from": "2026-01-01", "to": "2199-12-31"})
    (url, count), *_ = numbers(first) or [(None, 0)]
    assert (url, count) == (None, 0)
    desk.register()
    page = shown(desk, "director", **{"from": "2026-01-01", "to": "2199-12-31"})
    url = next(url for url, count in numbers(page) if count == 1)
    desk.register()
    assert len(listed(desk, "director", url)) == 1


def test_a_day_belongs_to_the_month_of_the_governorate(desk):
    key = past(desk, "2023-06-30")
    with desk.session(write=True) as session:
        session.get(Complaint, key).received_at = datetime(2023, 6, 30, 21, 30, tzinfo=UTC)
        session.commit()
    page = text(shown(desk, "director"))
    assert "July 2023 0 1 0.00 %" in page
    assert "June 2023 0 0 no cases" in page


def test_every_number_opens_as_many_records_as_it_says(desk):
    for n in range(45):
        past(
            desk,
            f"2023-{n % 12 + 1:02}-10",
            f"2023-12-{n % 28 + 1:02}" if n % 3 else None,
            body=("WCO", "ELE", None)[n % 3],
        )
    past(desk, "2023-05-05", secret=True)
    for who in ("director", "auditor"):
        found = numbers(shown(desk, who))
        assert len(found) > 40
        for url, number in found[:12] + found[12::9]:
            assert len(listed(desk, who, url)) == number, (who, url)
    rest = re.search(r'<a href="([^"]*part=rest[^"]*)">Not among them: 15<', shown(desk, "auditor").text)
    assert len(listed(desk, "auditor", html.unescape(rest[1]))) == 15


def test_each_reader_sees_their_own_part(desk):
    mine, other = desk.register().id, desk.register().id
    desk.refer(mine, "WCO")
    desk.refer(other, "ELE")
    now_ = {"from": "2026-01-01", "to": "2199-12-31"}
    assert "Complaints received 2" in text(shown(desk, "director", **now_))
    assert "Complaints received 1" in text(shown(desk, "head", **now_))
    assert "Complaints received 2" in text(shown(desk, "local", **now_)), "both lie in Qus"
    assert "Complaints received 0" in text(shown(desk, "clerk2", **now_))
    url = next(url for url, count in numbers(shown(desk, "head", **now_)) if count == 1)
    assert listed(desk, "head", url) == [str(mine)]
    assert listed(desk, "director", url) == [str(other), str(mine)], "the same address, another reader"


def test_nobody_but_the_two_roles_can_tell_whether_there_are_confidential_ones(desk):
    past(desk, "2023-03-01", "2023-03-20", body="WCO")
    others = ("examiner", "reviewer", "auditor", "local", "clerk", "focal", "head")
    with freeze(now()):
        before = {who: told(shown(desk, who)) for who in others}
        without = told(shown(desk, "director"))
        taken = past(desk, "2023-04-01", "2023-05-01", secret=True, created_by_id=desk.users["clerk"])
        assert {who: told(shown(desk, who)) for who in others} == before
        page = shown(desk, "director")
        assert told(page) != without
    assert "100.00 % Answered or closed 1 Complaints received 1" in text(page), (
        "the ordinary line is as it was"
    )
    assert "both together: 100.00 % (2 of 2)" in text(page)
    secret = [(url, n) for url, n in numbers(page) if "confidential=1" in url]
    assert secret
    assert all(listed(desk, "director", url) == [str(taken)] for url, n in secret)
    for who in others:
        assert "onfidential=1" not in shown(desk, who).text
        assert desk.staff(who).get(secret[0][0]).status_code == 404


def told(page):
    """A page without what changes at each request."""
    return re.sub(r'name="csrf_token" value="[^"]+"|\b[0-9a-f]{32}\b', "", page.text)


@pytest.mark.parametrize("name", NONSENSE)
def test_a_period_that_cannot_be_is_told_at_its_field_and_shows_no_figure(reading, name):
    page = reading.staff("director").get(PAGE, query_string=NONSENSE[name])
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert "%" not in text(page)
    typed = next(iter(NONSENSE[name].values()))
    if typed.isprintable():
        assert html.escape(typed) in page.text, "what was typed is not lost"


@pytest.mark.parametrize("name", STRANGE)
def test_an_address_that_no_link_says_is_answered_in_words(reading, name):
    key, asked, status = STRANGE[name]
    page = reading.staff("director").get(f"{PAGE}{key}", query_string=asked)
    assert page.status_code == status
    assert "Diwan" in text(page)


def test_arabic_digits_are_read(reading):
    page = reading.staff("director").get(PAGE, query_string={"from": "٢٠٢٣-٠١-٠١", "to": "٣١/١٢/٢٠٢٣"})
    assert page.status_code == 200
    assert "Period 2023" in text(page)


def test_who_reads_no_complaint_reads_no_figure(reading):
    assert reading.browser().get(PAGE).status_code in (302, 401)
    with reading.session(write=True) as session:
        access = select(Access).filter_by(role_code="REV", model="complaints.complaint")
        session.scalars(access).one().read = False
        session.commit()
    assert reading.staff("reviewer").get(PAGE).status_code == 403
    assert PAGE not in reading.staff("reviewer").get("/admin/").text


def test_the_first_page_leads_there_whoever_answers_for_how_it_goes(reading):
    for who in ("director", "officer", "head", "auditor", "local"):
        assert f'{PAGE}"' in reading.staff(who).get("/admin/").text, who


def test_a_figure_that_fails_is_no_data_and_the_others_stay(reading, monkeypatch):
    def broken(period):
        raise RuntimeError("not today")

    known = {source.key: ("complaints", source) for source in SOURCES}
    known["complaints.cohort"] = ("complaints", replace(SOURCES[0], select=broken))
    del known["complaints.removed"]
    monkeypatch.setitem(reading.app.extensions, "diwan_figures", known)
    said = text(reading.staff("director").get(PAGE))
    assert "(cohort): no data. It could not be computed" in said
    assert "complaints.removed: no data. The module that tells this figure is not available." in said
    assert "Completion against intake (flow)" in said
