"""Posts that cannot be taken: each is told in sentences with the right status, and nothing is written."""

import random

import pytest
from sqlalchemy import func, select
from trust.nasty import NASTY

from plugins.complaints.models import Complaint

from .conftest import error, errors


def count(desk):
    with desk.session() as session:
        return session.scalar(select(func.count()).select_from(Complaint))


BAD = {
    "no place": {"lat": None, "long": None},
    "half a point": {"long": None},
    "the other half": {"lat": None},
    "no number": {"lat": "north"},
    "not a number": {"lat": "NaN"},
    "infinite": {"long": "inf"},
    "exponent": {"lat": "2.6e1"},
    "swapped": {"lat": "32.716031", "long": "26.164193"},
    "null island": {"lat": "0", "long": "0"},
    "off the globe": {"lat": "1000", "long": "1000"},
    "decimal comma": {"lat": "26,164"},
    "unknown address_id alone": {"lat": None, "long": None, "address_id": "#NOTPINPOINTED#"},
    "4,001 characters": {"description": "ن" * 4001},
    "no telephone": {"phone": "call me"},
    "ten digits": {"phone": "0101234567"},
    "no e-mail": {"email": "nobody@"},
    "long names": {"first_name": "م" * 120, "last_name": "أ" * 120},
    "one endless name": {"first_name": "م" * 201},
    "long address": {"address_string": "ش" * 301},
    "script as picture": {"media_url": "javascript:alert(1)"},
    "file as picture": {"media_url": "file:///etc/passwd"},
    "spaced picture": {"media_url": "https://example.org/a b"},
    "many pictures": {"media_url": [f"https://example.org/{n}" for n in range(11)]},
    "no service": {"service_code": None},
    "empty service": {"service_code": " "},
}
TAKEN = {
    "four-part name in one": {"first_name": "عبد الرحمن محمد سيد أحمد الأسواني", "last_name": None},
    "surname only": {"first_name": None, "last_name": "الأسواني"},
    "dashes": {"first_name": "-", "last_name": "-"},
    "Arabic digits": {"lat": "٢٦٫١٦٤١٩٣", "long": "٣٢٫٧١٦٠٣١", "phone": "٠١٠١٢٣٤٥٦٧٨"},
    "4,000 characters": {"description": "ن" * 4000, "phone": None},
    "control signs": {"description": "a\x00b\x1b\u202ec", "phone": None},
    "half a sign": {"description": "\ud83d", "phone": None},
    "markup": {"description": "<script>alert(1)</script>", "phone": None},
    "placeholder for an unknown address": {"address_id": "#NOTPINPOINTED#", "phone": None},
    "unknown fields": {"attribute[x][]": "1", "is_admin": "1", "state": "closed", "phone": None},
}


def test_bad_posts_are_told_by_field_and_write_nothing(desk, machine):
    for name, fields in BAD.items():
        for form in ("xml", "json"):
            answer = machine.post(form, **fields)
            assert answer.status_code == 400, f"{name}: {answer.text}"
            sentence = " ".join(errors(answer))
            assert any(field in sentence for field in fields) or "lat" in sentence, f"{name}: {sentence}"
    assert count(desk) == 0


def test_too_many_addresses_and_one_that_is_none_are_told_apart(machine):
    many = [f"https://example.org/{n}" for n in range(11)]
    spaced = error(machine.post(media_url="https://example.org/a b"))
    assert "10" in error(machine.post(media_url=many))
    assert "10" not in spaced
    assert "https://" in spaced


def test_several_faults_are_told_at_once(machine):
    answer = machine.post(lat=None, long=None, phone="x", description="ن" * 5000)
    assert {one["description"].partition(":")[0] for one in answer.json} == {"phone", "description"}


def test_unknown_services_and_jurisdictions_are_not_found(desk, machine):
    assert "NONSENSE" in error(machine.post(service_code="NONSENSE"))
    assert error(machine.post(service_code="UTL")), "a group is no service"
    assert "EG-KN" in error(machine.post("xml", jurisdiction_id="EG-SHR"))
    assert "EG-KN" in error(machine.post(jurisdiction_id=["EG-KN", "EG-SHR"])), (
        "whichever of two stands first"
    )
    assert machine.get("services.xml", jurisdiction_id="example.org").status_code == 404
    assert machine.get("services.xml", jurisdiction_id="EG-KN").status_code == 200
    assert count(desk) == 0


def test_what_is_odd_but_whole_is_taken(desk, machine):
    for name, fields in TAKEN.items():
        encoded = {key: _bytes(value) for key, value in fields.items()}
        answer = machine.post(**encoded)
        assert answer.status_code == 201, f"{name}: {answer.text}"
    with desk.session() as session:
        names = [one.applicant.name for one in session.scalars(select(Complaint).order_by(Complaint.id))]
        assert names[:3] == ["عبد الرحمن محمد سيد أحمد الأسواني", "الأسواني", "-"]
        bodies = set(session.scalars(select(Complaint.body)))
        assert "abc" in bodies
        assert set(session.scalars(select(Complaint.state))) == {"registered"}


def _bytes(value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_large_and_foreign_bodies_are_refused_in_the_same_form(desk, machine):
    """For what no database has a part in."""
    large = machine.post("xml", description="ن" * (5 * 1024 * 1024 // 12))
    assert large.status_code == 413
    assert error(large)
    client, address = desk.app.test_client(use_cookies=False), "/EG-KN/open311/v2/requests"
    for form in ("xml", "json"):
        keyed = f"{address}.{form}?api_key={machine.key}"
        for kind, body in (
            ("application/json", b'{"service_code": "UTL-WAT-LEK"}'),
            ("multipart/form-data; boundary=x", b"--x--"),
            ("nonsense", b"x"),
        ):
            answer = client.post(keyed, data=body, content_type=kind)
            assert answer.status_code == 415, kind
            assert error(answer)
        wrong = client.put(f"{address}.{form}")
        assert (wrong.status_code, bool(error(wrong))) == (405, True)
    assert error(client.post("/EG-KN/open311/v2/services.json", data={})), "405"
    assert client.get("/EG-KN/open311/v2/services.html").status_code == 404
    assert error(client.get("/EG-KN/open311/v2/services.html")), "in XML, which every client reads"
    assert error(client.get("/EG-KN/open311/v2/nowhere.json"))
    assert count(desk) == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_faults_of_ours_are_told_in_the_same_form_without_a_trace(desk, machine, monkeypatch):
    from plugins.complaints.open311 import doors

    def fail(*_arguments):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(doors, "list_requests", fail)
    answer = machine.get("requests.xml")
    assert answer.status_code == 500
    assert "secret" not in error(answer)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_where_the_module_is_off_there_is_no_door(desk, machine):
    from core.modules import lifecycle

    with desk.app.app_context():
        lifecycle.disable(desk.code, "complaints")
    for answer in (machine.get("services.xml"), machine.post("xml"), machine.get("nowhere.xml")):
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


FIELDS = (
    "service_code", "lat", "long", "address_string", "address_id", "email", "first_name", "last_name", "phone",
    "description", "media_url", "account_id", "device_id", "jurisdiction_id", "attribute[x]",
)  # fmt: skip
TRIES = 40


def test_nasty_values_in_any_field_never_break_the_door(desk, machine):
    every = [(field, value) for field in FIELDS for value in NASTY if len(value) < 30_000]
    for field, value in random.Random(311).sample(every, TRIES):
        answer = machine.post(**({"phone": None} | {field: _bytes(value)}))
        assert answer.status_code in (201, 400, 404, 413), f"{field}={value[:40]!r}: {answer.status}"
        assert answer.json, field
