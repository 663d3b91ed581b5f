"""Every answer is as the specification describes it, and says the same in XML as in JSON."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from plugins.complaints.open311 import rendering

from ..conftest import SECRET

FOLDER = Path(__file__).parent


@pytest.fixture(scope="module")
def schemas():
    shapes = json.loads((FOLDER / "georeport.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(shapes)
    return xmlschema.XMLSchema(str(FOLDER / "georeport.xsd")), shapes


def both(machine, path, **arguments):
    """(root element, shape): the same asked for in both forms."""
    answers = [machine.get(f"{path}.{form}", **arguments) for form in ("xml", "json")]
    assert [a.content_type for a in answers] == [
        "text/xml; charset=utf-8", "application/json; charset=utf-8",
    ]  # fmt: skip
    assert answers[0].status_code == answers[1].status_code
    return ET.fromstring(answers[0].data), answers[1].json


def spark(element):
    """An element as the Spark convention maps it; all its texts are texts."""
    names = {child.tag for child in element}
    if element.tag in rendering.ITEMS:
        return [spark(child) for child in element]
    return {child.tag: spark(child) for child in element} if names else element.text


def as_text(shape):
    """A JSON shape with its leaves as XML writes them."""
    if isinstance(shape, dict):
        return {key: as_text(value) for key, value in shape.items()}
    if isinstance(shape, list):
        return [as_text(item) for item in shape]
    return {True: "true", False: "false"}[shape] if isinstance(shape, bool) else str(shape or "") or None


def test_each_answer_fits_both_schemas_and_says_the_same(desk, machine, schemas):
    told = machine.send()
    private = machine.send(service_code=SECRET)
    asked = {
        "discovery": "discovery",
        "services": "services",
        "services/UTL-WAT-LEK": "service_definition",
        "requests": "service_requests",
        f"requests/{told['service_request_id']}": "service_requests",
        f"tokens/{private['token']}": "service_requests",
        "requests/unknown": "errors",
        "services/unknown": "errors",
        "tokens/unknown": "errors",
        "nothing/of/the/kind": "errors",
    }
    xsd, shapes = schemas
    for path, name in asked.items():
        element, shape = both(machine, path)
        assert element.tag == name
        xsd.validate(element)
        Draft202012Validator(shapes | {"$ref": f"#/$defs/{name}"}).validate(shape)
        assert spark(element) == as_text(shape), path
    for given_back in (told, private):
        Draft202012Validator(shapes | {"$ref": "#/$defs/told"}).validate(given_back)
    xsd.validate(ET.fromstring(machine.post("xml").data))
    xsd.validate(ET.fromstring(machine.post("xml", lat=None, phone="abc").data))


def test_the_schemas_tell_a_wrong_answer(schemas):
    xsd, shapes = schemas
    assert not xsd.is_valid(ET.fromstring("<services><service><type>slow</type></service></services>"))
    late = ET.fromstring(
        "<service_requests><request><requested_datetime>2026-01-01T00:00:00</requested_datetime>"
        "</request></service_requests>"
    )
    assert not xsd.is_valid(late), "a moment without offset"
    checked = Draft202012Validator(shapes | {"$ref": "#/$defs/services"})
    assert not checked.is_valid([{"service_code": "1"}])


def test_discovery_leads_to_this_mount(machine):
    _element, shape = both(machine, "discovery")
    (endpoint,) = shape["endpoints"]
    assert endpoint["url"] == "http://127.0.0.1:8000/EG-KN/open311/v2/"
    assert endpoint["type"] == "production"
    assert "قنا" in shape["contact"]


def test_services_are_the_subjects_that_may_be_chosen(desk, machine):
    services = {one["service_code"]: one for one in machine.get("services.json").json}
    leak, secret, health = (services[code] for code in ("UTL-WAT-LEK", SECRET, "HLT-SRV"))
    assert (leak["service_name"], leak["group"], leak["type"]) == ("كسر ماسورة مياه", "مرافق", "realtime")
    assert leak["keywords"] == "مرافق"
    assert (secret["type"], secret["keywords"].split(",")[1]) == ("blackbox", "private")
    assert health["type"] == "blackbox", "health is nobody else's business"
    assert "UTL" not in services, "a group is no subject"
    client = desk.app.test_client()
    english = client.get("/EG-KN/open311/v2/services.json", headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert {one["service_code"]: one["service_name"] for one in english.json}[
        "UTL-WAT-LEK"
    ] == "Burst water pipe"


TEXTS = st.text(max_size=30)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), TEXTS | st.none() | st.booleans(), max_size=3))
def test_xml_holds_whatever_people_typed(shape):
    written = rendering._xml("service_requests", [shape])
    (found,) = ET.fromstring(written)
    for child in found:
        value = shape[child.tag]
        if isinstance(value, str):
            kept = rendering._UNWRITABLE.sub("", value)
            assert (child.text or "") == kept.replace("\r\n", "\n").replace("\r", "\n")
