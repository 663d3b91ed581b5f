"""Answers captured from real Open311 servers, read from the npm package `open311`, which is no dependency.

The package is fetched by `npm pack` and must be the very one: its hash is written here.
"""

import base64
import csv
import hashlib
import shutil
import subprocess
import tarfile

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.cli import main
from core.people.categories import Category
from core.work.timeline import timeline
from plugins.complaints.models import Complaint

PACKAGE = "open311@0.0.12"
SHA512 = "jwK7RRrGKWaK7sC+g7G6d5AyKEQNfWp6tKCsLt6shjO712lgtW8Wkipc6vK84hYg8eyv0vcAPKH3Orj06K/YKQ=="


@pytest.fixture(scope="session")
def captured(tmp_path_factory):
    """Folder with the captured answers."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"left out, needs npm, to fetch {PACKAGE}: install Node 20 or newer")
    folder = tmp_path_factory.mktemp("open311")
    fetched = subprocess.run(
        [npm, "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        pytest.skip(
            f"left out, needs a package registry that answers, for {PACKAGE}: {fetched.stderr[-200:]}"
        )
    tarball = folder / "open311-0.0.12.tgz"
    assert base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode() == SHA512
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package/test/mocks"


def bring(desk, label, path, *options):
    words = ["import", label, str(path), "--governorate", desk.code, *options]
    return CliRunner().invoke(main, words, obj=desk.app)


def test_washingtons_services_become_categories(desk, captured):
    done = bring(desk, "core.category", captured / "dc-services.xml")
    assert done.exit_code == 0, done.output
    assert "86 rows read, 86 imported" in done.output
    assert "headings that nothing uses: metadata, type, keywords, group, description" in done.output
    with desk.session() as session:
        found = session.scalars(select(Category).filter_by(list="complaints", code="S0003")).one()
        assert found.name_en == "Abandoned Vehicle - On Private Property"
    again = bring(desk, "core.category", captured / "dc-services.xml", "--rejects", captured / "again.csv")
    assert again.exit_code == 1
    assert "86 rows read, 0 imported" in again.output


def test_san_franciscos_requests_wait_for_their_category_and_then_come_in(desk, captured, tmp_path):
    rejects = tmp_path / "rejected.csv"
    requests = captured / "service-requests.xml"
    refused = bring(desk, "complaints.complaint", requests, "--set", "source=sf311", "--rejects", rejects)
    assert refused.exit_code == 1
    assert "2 of 2 rows were rejected" in refused.output
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [row["Reason"] for row in csv.DictReader(file)] == [
            "service_code: there is no category “006” here"
        ] * 2

    services = tmp_path / "services.json"
    services.write_text('[{"service_code": "006", "service_name": "Sidewalk and Curb Issues"}]')
    assert bring(desk, "core.category", services).exit_code == 0
    done = bring(desk, "complaints.complaint", rejects, "--set", "source=sf311")
    assert done.exit_code == 0, done.output

    with desk.session() as session:
        found = {one.source_ref: one for one in session.scalars(select(Complaint))}
        assert {ref: one.state for ref, one in found.items()} == {"638344": "closed", "638349": "registered"}
        closed = found["638344"]
        assert closed.received_at.isoformat() == "2010-04-14T14:37:38+00:00"
        assert (closed.number, closed.address) == ("2010/000001", "8TH AVE and JUDAH ST")
        assert (closed.subject, closed.reply) == ("Sidewalk and Curb Issues", "Duplicate request.")
        assert len(timeline(closed)) == 1
    single = bring(desk, "complaints.complaint", captured / "service-request.xml", "--set", "source=sf311",
                   "--rejects", rejects)  # fmt: skip
    assert single.exit_code == 1, "the same request as another answer of the same server"
    assert "It is there already, as 638344." in single.output


@pytest.mark.parametrize("name", ["token", "dc-services-S0301", "boston-err-submitrequest-base_is_duplicate"])
def test_other_answers_are_refused_with_a_sentence(desk, captured, tmp_path, name):
    answer = bring(desk, "complaints.complaint", captured / f"{name}.xml", "--rejects", tmp_path / "r.csv")
    assert answer.exit_code == 1
    assert "Error: The file has no column for: received_at" in answer.output
    with desk.session() as session:
        assert session.scalar(select(func.count()).select_from(Complaint)) == 0
