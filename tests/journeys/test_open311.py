"""Outside programs at a running server: the client `georeport` of PyPI reads, and the README's own lines hand in."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import requests
from georeport import GeoReport

README = Path(__file__).parents[2] / "README.md"
LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def key(site):
    """A key, printed by the command that operators use."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIWAN_")}
    words = ("key", "add", "georeport", "--governorate", "EG-KN", "--door", "open311", "--unit", "CSD")
    issued = subprocess.run(
        [sys.executable, "-m", "core.cli", *words],
        env=environ | {"DIWAN_DATA_DIR": str(site.folder / "var"), "LANG": "C.UTF-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert issued.returncode == 0, issued.stderr
    return issued.stdout.strip()


def curl_lines():
    """The words of each curl command in the README."""
    (block,) = re.findall(r"## Open311\n.*?```sh\n(.*?)```", README.read_text("utf-8"), re.S)
    return [
        words for line in block.replace("\\\n", "").splitlines() if (words := shlex.split(line))[0] == "curl"
    ]


def test_the_lines_of_the_readme_work(site, key):
    for words in curl_lines():
        fields = [words[at + 1] for at, word in enumerate(words) if word in ("-d", "--data-urlencode")]
        pairs = [pair for field in fields for pair in parse_qsl(field)]
        sent = [(name, key if name == "api_key" else value) for name, value in pairs]
        address = words[1].replace(LOCAL, site.base)
        answer = requests.post(address, sent, timeout=60) if sent else requests.get(address, timeout=60)
        assert answer.status_code == (201 if sent else 200), answer.text
    assert len(curl_lines()) == 2


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_what_was_handed_in(site, key, form):
    told = []
    for n in range(2):
        fields = {
            "api_key": key,
            "service_code": "RDL-LGT",
            "lat": 26.16,
            "long": 32.72,
            "last_name": "محمد علي",
        }
        answer = requests.post(
            site.url("/open311/v2/requests.json"), fields | {"description": f"{form} {n}"}, timeout=60
        )
        told.append(answer.json()[0]["service_request_id"])
    client = GeoReport(site.url("/open311/v2/"), jurisdiction="EG-KN", output_format=form)
    services = {one["service_code"]: one for one in client.get_service_list()}
    assert services["RDL-LGT"]["service_name"] == "عطل إنارة عامة"
    assert client.get_service_definition("RDL-LGT")["service_code"] == "RDL-LGT"
    listed = [one["service_request_id"] for one in client.get_service_requests(service_code="RDL-LGT")]
    assert set(told) <= set(listed), "of one day in no order: the order would lead to the numbers"
    both = client.get_service_requests(service_request_id=",".join(told))
    assert {one["status"] for one in both} == {"open"}
    found = client.get_service_request(told[0])
    assert (found["service_code"], float(found["lat"])) == ("RDL-LGT", 26.16)
    with pytest.raises(requests.HTTPError, match="404"):
        client.get_service_request("0" * 32)


def test_five_megabytes_are_refused_by_the_server(site, key):
    fields = {"api_key": key, "service_code": "RDL-LGT", "description": "x" * 5 * 1024 * 1024}
    answer = requests.post(site.url("/open311/v2/requests.json"), fields, timeout=60)
    assert answer.status_code == 413
    assert answer.json()[0]["code"] == 413
