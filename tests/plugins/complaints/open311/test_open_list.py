"""What everybody may know of complaints, and what nobody may: persons, words, drafts, confidential subjects."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.data.scope import Scope
from core.data.time import freeze, now
from core.data.visibility import select_published
from core.errors import Unscoped
from core.people.categories import Category
from core.people.places import Place
from core.work.chain import AuditRow
from plugins.complaints.models import Applicant, Complaint, Referral

from ..conftest import IDENTITY, SECRET

CANARIES = {
    "first_name": "كناريا",
    "last_name": "بن سري المخفي",
    "email": "canary@example.org",
    "phone": "01098765432",
    "description": "عنوان كناري\nرقمي القومي 29001012701239",
    "address_string": "الشقة السابعة بشارع الكناري",
    "media_url": "https://example.org/canary.jpg",
    "account_id": "canary-account",
    "device_id": "canary-device",
}
HIDDEN = ("كناري", "المخفي", "canary", "98765432", IDENTITY, "26.1641", "32.7160")


def listed(machine, **arguments):
    return {one["service_request_id"]: one for one in machine.get("requests.json", **arguments).json}


def put(desk, session, **changes):
    """A complaint as another door would have left it, without a workflow."""
    values = {
        "category_id": desk.categories["UTL-WAT-LEK"], "place_id": desk.places["VILLAGE"], "subject": "سر",
        "body": "سر", "unit_id": desk.units["CSD"], "applicants": [Applicant(name="سر")],
    }  # fmt: skip
    complaint = Complaint(**values | changes)
    session.add(complaint)
    session.flush()
    return complaint


def test_nothing_personal_is_ever_shown(desk, machine):
    told = machine.send(**CANARIES)
    key = told["service_request_id"]
    desk.refer(1)
    desk.answer(1)
    assert desk.move("reviewer", 1, "approve").status_code == 302
    paths = ("requests", f"requests/{key}", "services", "discovery", f"tokens/{key}", "requests/x")
    for path in paths:
        for form in ("xml", "json"):
            text = machine.get(f"{path}.{form}").text
            assert not [word for word in HIDDEN if word in text], path
            assert "تم إصلاح الماسورة" not in text, "a reply may name somebody"
    (found,) = machine.get(f"requests/{key}.json").json
    assert (found["lat"], found["long"]) == (26.164, 32.716), "the street, not the house"
    assert (found["status"], found["status_notes"]) == ("closed", "أزيل سبب الشكوى")
    assert (found["agency_responsible"], found["address"]) == ("WCO", "محافظة قنا")
    with desk.session() as session:
        complaint = session.get_one(Complaint, 1)
        assert complaint.number not in machine.get(f"requests/{key}.xml").text
        local = complaint.answered_at.astimezone(desk_zone(desk))
    assert found["updated_datetime"] == f"{local:%Y-%m-%dT00:00:00}{local:%z}"[:-2] + ":00"
    assert "expected_datetime" not in found, "it was answered"


def desk_zone(desk):
    from core.governorates.present import registry

    with desk.app.app_context():
        return registry().get(desk.code).zone


def test_an_open_one_is_updated_by_every_step(desk, machine):
    with freeze(now() - timedelta(days=2)):
        key = machine.send()["service_request_id"]
    (before,) = machine.get(f"requests/{key}.json").json
    assert before["updated_datetime"] == before["requested_datetime"]
    assert desk.move("examiner", 1, "examine").status_code == 302
    (after,) = machine.get(f"requests/{key}.json").json
    assert (after["status"], after["status_notes"]) == ("open", "تحت الفحص")
    assert after["expected_datetime"] > after["requested_datetime"], "what the subject promises"
    assert after["updated_datetime"] > before["updated_datetime"]
    assert after["requested_datetime"] == before["requested_datetime"]


def test_drafts_confidential_ones_and_unlisted_subjects_are_not_there(desk, machine):
    shown = machine.send()["service_request_id"]
    for code in (SECRET, "SOC-PEN", "HLT-SRV", "ADM-DLY"):
        assert "token" in machine.send(service_code=code), code
    with desk.session() as session:
        put(desk, session)
        kept = put(desk, session, confidentiality=1)
        session.commit()
        keys = list(session.scalars(select(Complaint.uuid)))
        assert len(keys) == 7
        assert kept.state == "draft"
    assert set(listed(machine)) == {shown}
    assert set(listed(machine, service_request_id=",".join(keys))) == {shown}
    assert [machine.get(f"requests/{key}.xml").status_code for key in keys].count(200) == 1
    with desk.session() as session:
        session.scalars(select(Category).filter_by(code="UTL-WAT-LEK")).one().published = False
        session.commit()
    assert listed(machine) == {}, "what is taken off the list goes at once, with its past"


def test_a_subject_stands_in_the_list_once_somebody_said_so_of_it_and_of_all_above(desk, machine):
    with desk.session() as session:
        groups = {one.code: one for one in session.scalars(select(Category)) if one.code in ("SOC", "UTL")}
        for code, group in (("SOC-NEW", "SOC"), ("UTL-NEW", "UTL")):
            session.add(Category(list="complaints", code=code, name_ar="جديد", parent=groups[group]))
        session.commit()
    for code in ("SOC-NEW", "UTL-NEW"):
        assert "token" in machine.send(service_code=code), code
    assert listed(machine) == {}, "what is new is in no list"
    mark(desk, "published", True, "SOC-NEW", "UTL-NEW")
    assert [one["service_code"] for one in listed(machine).values()] == ["UTL-NEW"], "the group counts, too"
    for name, value in (("published", False), ("confidential", True)):
        mark(desk, name, value, "UTL")
        assert listed(machine) == {}, f"{name} of the group holds for all below it"
        kinds = {one["service_code"]: one["type"] for one in machine.get("services.json").json}
        assert (kinds["UTL-NEW"], kinds["UTL-WAT-LEK"], kinds["RDL-LGT"]) == (
            "blackbox",
            "blackbox",
            "realtime",
        )
        assert "token" in machine.send(description=name)
        mark(desk, name, not value, "UTL")
    assert len(listed(machine)) == 3


def mark(desk, name, value, *codes):
    with desk.session() as session:
        for one in session.scalars(select(Category).where(Category.code.in_(codes))):
            setattr(one, name, value)
        session.commit()


def test_nobody_can_count_which_complaint_of_its_day_a_request_is(desk, machine):
    """Numbers run in order of receipt: whoever knew the order, or the second, would know the number."""
    from datetime import UTC, datetime

    day = datetime(2026, 5, 20, 22, tzinfo=UTC)  # the first hour of 21 May in Qena
    for n, code in enumerate(["RDL-LGT", "BLD-COL"] * 4):
        with freeze(day + timedelta(hours=n, minutes=n)):
            machine.send(description=f"شكوى {n}", service_code=code, phone=None)
    with freeze(day + timedelta(days=1)):
        tomorrow = machine.send(phone=None)["service_request_id"]
    with freeze(day + timedelta(days=3)):
        found = listed(machine)
        assert list(found) == [tomorrow, *sorted(set(found) - {tomorrow})]
        pages = [list(listed(machine, page_size=2, page=page)) for page in range(1, 7)]
        assert [len(page) for page in pages] == [2, 2, 2, 2, 1, 0]
        assert [key for page in pages for key in page] == list(found), "nothing twice and nothing left out"
        ids = ",".join(found)
        assert list(listed(machine, service_request_id=ids)) == sorted(found)
        for one in found.values():
            moments = {one[name][10:] for name in one if name.endswith("_datetime")}
            assert moments == {"T00:00:00+03:00"}, one
        moment = "2026-05-21T02:30:00+03:00"
        first = set(found) - {tomorrow}
        assert set(listed(machine, start_date=moment, end_date=moment)) == first, "a day is found as a whole"
        assert set(listed(machine, end_date="2026-05-20T23:59:59+03:00")) == set()
        assert set(listed(machine, end_date="2026-05-21")) == first
        assert set(listed(machine, start_date="2026-05-22T09:00:00+03:00")) == {tomorrow}


def test_days_that_the_clock_makes_shorter_or_longer_are_whole_days_too(desk, machine):
    """Egypt 2026: no midnight on 24 April, and the last hour of 29 October twice."""
    from datetime import UTC, datetime

    keys = {}
    for moment in ((4, 23, 21, 59), (4, 23, 22, 1), (10, 29, 20, 30), (10, 29, 21, 30), (10, 29, 22, 30)):
        with freeze(datetime(2026, *moment, tzinfo=UTC)):
            keys[moment] = machine.send(description=str(moment), phone=None)["service_request_id"]
    by_day = [set(listed(machine, start_date=day, end_date=day)) for day in (
        "2026-04-23", "2026-04-24", "2026-10-29", "2026-10-30",
    )]  # fmt: skip
    first, second, third, again, fourth = keys.values()
    assert by_day == [{first}, {second}, {third, again}, {fourth}]


def test_it_is_the_same_list_for_whoever_is_signed_in_and_leaves_no_trace(desk, machine):
    machine.send(service_code=SECRET)
    machine.send()
    with desk.session() as session:
        before = session.scalar(select(func.count(AuditRow.seq)))
    browser = desk.staff("director")
    own = browser.get("/open311/v2/requests.json")
    assert own.json == machine.get("requests.json").json
    with desk.session() as session:
        entered = session.scalars(select(AuditRow.model).where(AuditRow.seq > before)).all()
        assert not [name for name in entered if name not in ("core.login", "core.user")]


def test_the_list_is_narrowed_as_the_standard_says(desk, machine):
    with freeze(now() - timedelta(days=100)):
        old = machine.send(description="قديمة")["service_request_id"]
    with freeze(now() - timedelta(days=10)):
        middle = machine.send(description="وسطى", service_code="RDL-LGT")["service_request_id"]
    new = machine.send(description="جديدة", address_id="VILLAGE")["service_request_id"]
    assert list(listed(machine)) == [new, middle], "the last 90 days, newest first"
    assert set(listed(machine, service_request_id=f"{old},{new}", status="closed")) == {old, new}
    assert set(listed(machine, service_code="RDL-LGT,OTH-OTH")) == {middle}
    assert listed(machine, service_code=SECRET) == listed(machine, service_code="nonsense") == {}
    assert set(listed(machine, status="open")) == {new, middle}
    assert set(listed(machine, status="open,closed")) == {new, middle}
    assert listed(machine, status="closed") == {}
    day = f"{now() - timedelta(days=105):%Y-%m-%d}"
    assert set(listed(machine, start_date=day)) == {old}, "from one date 90 days on"
    assert set(listed(machine, end_date=f"{now() - timedelta(days=20):%Y-%m-%dT%H:%M:%S}Z")) == {old}
    assert list(listed(machine, page_size=1)) == [new]
    assert list(listed(machine, page_size=1, page=2)) == [middle]
    assert list(listed(machine, page_size="١", page="٢")) == [middle], "either set of digits"
    assert listed(machine)[new]["address_id"] == "VILLAGE"
    assert set(listed(machine, status="", service_code="", start_date="", jurisdiction_id="EG-KN")) == {
        new, middle,
    }  # fmt: skip


def test_moments_have_the_offset_of_their_day(desk, machine):
    """Egypt has summer time since 2023: the same clock is +03:00 in July and +02:00 in January."""
    from datetime import UTC, datetime

    offsets = []
    for month in (1, 7):
        with freeze(datetime(2026, month, 5, 9, tzinfo=UTC)):
            key = machine.send(description=f"شهر {month}")["service_request_id"]
        offsets.append(machine.get(f"requests/{key}.json").json[0]["requested_datetime"])
    assert offsets == ["2026-01-05T00:00:00+02:00", "2026-07-05T00:00:00+03:00"]


def test_a_place_without_point_and_the_other_way_round(desk, machine):
    key = machine.send(lat=None, long=None, address_id="QUS", address_string="شارع")["service_request_id"]
    found = listed(machine)[key]
    assert (found["lat"], found["long"], found["address_id"]) == (None, None, "QUS")
    with desk.session() as session:
        assert session.scalars(select(Place.code).join(Complaint)).one() == "QUS"


BAD_QUESTIONS = (
    {"start_date": "yesterday"}, {"start_date": "2026-02-30"}, {"end_date": "2026-01-01T25:00Z"},
    {"start_date": "0001-01-01"}, {"end_date": "0001-01-01T00:00:00Z"}, {"start_date": "9999-12-31"},
    {"start_date": "2026-01-01", "end_date": "2026-12-31"}, {"start_date": "2026-05-02", "end_date": "2026-05-01"},
    {"start_date": "2026-05-24", "end_date": "2026-05-01"}, {"status": "pending"}, {"page": "0"},
    {"page": "-1"}, {"page": "NaN"}, {"page": "9" * 4000}, {"page_size": "1001"}, {"page_size": "1.5"},
    {"start_date": "2026-01-01T00:00:00+99:99"}, {"end_date": "'; --"}, {"start_date": "\x00"},
    {"service_request_id": "\x00"},
)  # fmt: skip
STRANGE_QUESTIONS = (
    {"service_request_id": ",,,"}, {"service_request_id": "ن" * 5000},
    {"service_code": "' OR 1=1"}, {"service_code": "\ud800"}, {"page": "100000"}, {"extensions": "true"},
    {"start_date": "2026"}, {"start_date": "2026-05"}, {"end_date": "2026-05-24T00:00:00 02:00"},
)  # fmt: skip


def test_bad_questions_are_told_in_a_sentence(machine):
    for arguments in BAD_QUESTIONS:
        for form in ("xml", "json"):
            answer = machine.get(f"requests.{form}", **arguments)
            assert answer.status_code == 400, arguments
            assert "code" in answer.text, arguments


def test_strange_questions_are_answered_with_nothing(machine):
    from urllib.parse import quote

    for arguments in STRANGE_QUESTIONS:
        query = "&".join(f"{k}={quote(v.encode('utf-8', 'surrogatepass'))}" for k, v in arguments.items())
        client = machine.desk.app.test_client()
        answer = client.get(f"/{machine.desk.code}/open311/v2/requests.json?{query}")
        assert (answer.status_code, answer.json) == (200, []), arguments


def test_only_what_a_model_declares_can_be_published(desk, machine, ground):
    """Core's one select for open lists: other columns are refused, other models have nothing in it."""
    machine.send()
    with desk.session() as session:
        put(desk, session, confidentiality=1)
        session.commit()
    with ground.session(desk.code, Scope.of_public(), write=False) as session:
        for column in (
            Complaint.subject,
            Complaint.body,
            Complaint.number,
            Complaint.address,
            Applicant.name,
        ):
            with pytest.raises(Unscoped, match="is not published"):
                select_published(Complaint, column)
        assert session.scalars(select_published(Complaint, Complaint.uuid)).one()
        with pytest.raises(Unscoped):
            select_published(Referral, Referral.number)
