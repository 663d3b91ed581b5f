"""The complaints' desk with a key for Open311, and short words for what other systems send and get."""

from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from core.people.machine_keys import issue
from core.people.units import Unit

POINT = {"lat": "26.164193", "long": "32.716031"}
"""Somewhere in Qena, to some decimetres."""


class Machine:
    """Another system: it keeps no cookies and knows no token, only addresses and a key."""

    def __init__(self, desk, key):
        self.desk, self.key = desk, key

    def get(self, path, code=None, **arguments):
        query = urlencode(arguments, doseq=True)
        client = self.desk.app.test_client(use_cookies=False)
        return client.get(f"/{code or self.desk.code}/open311/v2/{path}?{query}")

    def post(self, form="json", code=None, headers=None, **fields):
        """Post a new request: by default a whole one, about a burst pipe."""
        client = self.desk.app.test_client(use_cookies=False)
        return client.post(
            f"/{code or self.desk.code}/open311/v2/requests.{form}",
            data=urlencode({"api_key": self.key} | report(**fields), doseq=True),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )

    def send(self, **fields):
        """Post one that must be taken; what the answer says of it."""
        answer = self.post(**fields)
        assert answer.status_code == 201, answer.text
        (told,) = answer.json
        return told


def report(**fields):
    """The fields of a request; those given as None are left out."""
    usual = POINT | {
        "service_code": "UTL-WAT-LEK",
        "first_name": "محمد",
        "last_name": "أحمد عبد الرحمن السيد",
        "phone": "01012345678",
        "description": "ماسورة مكسورة\nالمياه تغرق الشارع منذ الفجر",
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


def errors(answer):
    """The sentences of a refusal, from either form."""
    if answer.mimetype == "application/json":
        found = answer.json
    else:
        found = [{child.tag: child.text for child in one} for one in ET.fromstring(answer.data)]
    assert {int(one["code"]) for one in found} == {answer.status_code}
    return [one["description"] for one in found]


def error(answer):
    """The one sentence of a refusal."""
    (sentence,) = errors(answer)
    return sentence


def give_key(desk, name="fixmystreet", unit="CSD"):
    with desk.session() as session:
        owner = session.get_one(Unit, desk.units[unit])
        key = issue(session, name, "open311", owner)
        session.commit()
        return key


@pytest.fixture
def machine(desk):
    return Machine(desk, give_key(desk))
