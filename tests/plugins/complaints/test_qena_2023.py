"""The register of Qena's published year 2023 comes in by the command, and the list counts it to the unit."""

import html
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.cli import main
from core.data.visibility import cleared
from core.people.places import Place
from core.work.moves import TransitionRow
from plugins.complaints.demo import qena_2023
from plugins.complaints.models import Complaint
from tests.plugins.complaints.conftest import text

YEAR = {"received_at_from": "2023-01-01", "received_at_to": "2023-12-31"}
EARLIER = {"received_at_to": "2022-12-31"}


def run(app, *words):
    return CliRunner().invoke(main, ["import", *map(str, words)], obj=app)


@pytest.fixture
def register(desk, tmp_path):
    """The register in a database of its own, below Qena's real places: its top as a new governorate's is."""
    with desk.session() as session:
        for place in session.scalars(select(Place).order_by(Place.path.desc())):
            place.code = desk.code if place.parent is None else f"{place.code}-TEST"
        session.commit()
    places = Path("core/people/demo/EG-KN/places.csv")
    assert run(desk.app, "core.place", places, "--governorate", desk.code).exit_code == 0
    path = tmp_path / "qena-2023.csv"
    assert qena_2023.write(path) == 6_197 + 98
    return path


def shown(browser, **filters):
    """What the list says it holds."""
    page = browser.get("/admin/complaints/complaint/", query_string=filters)
    assert page.status_code == 200
    return int(re.search(r"([\d,]+) records?\b", page.get_data(as_text=True))[1].replace(",", ""))


def test_the_list_counts_what_was_published(desk, register):
    done = run(desk.app, "complaints.complaint", register, "--governorate", desk.code)
    assert done.exit_code == 0, done.output
    assert "6295 rows read, 6295 imported" in done.output

    director = desk.browser("director")
    assert shown(director) == 6_295
    assert shown(director, **YEAR) == 6_197
    assert shown(director, **YEAR, kind="individual") == 4_659
    assert shown(director, **YEAR, kind="collective") == 1_520
    assert shown(director, **YEAR, state="closed") == 6_140
    assert shown(director, **YEAR, state="examining") == 57
    assert shown(director, **EARLIER) == shown(director, **EARLIER, state="closed") == 98
    with desk.session() as session:
        unstated = select(func.count()).where(
            Complaint.kind.is_(None), Complaint.source_ref.startswith("2023")
        )
        assert session.scalar(unstated) == 6_197 - 4_659 - 1_520 == 18
        moves = select(TransitionRow.origin, TransitionRow.actor_id, func.count()).group_by(
            TransitionRow.origin, TransitionRow.actor_id
        )
        assert session.execute(cleared(moves)).all() == [("import", None, 6_295)]

    for who in ("director", "auditor"):
        check_dashboard(desk.browser(who))

    again = run(desk.app, "complaints.complaint", register, "--governorate", desk.code)
    assert again.exit_code == 1
    assert "6295 rows read, 0 imported" in again.output
    assert shown(director) == 6_295


def check_dashboard(browser):
    """What the press printed does not follow from its own counts; what follows is told with both counts."""
    page = browser.get("/admin/complaints/figures/", query_string={"from": "2023-01-01", "to": "2023-12-31"})
    said = text(page)
    assert page.status_code == 200
    assert (
        "(cohort) 2023 99.08 % Answered or closed 6,140 Complaints received 6,197 Period 2023 As at" in said
    )
    assert "(flow) 2023 100.66 % Ended in the period 6,238 Complaints received 6,197 Period 2023" in said
    assert "may exceed one hundred per cent" in said
    assert "anything from 98.81 % to 99.29 % (Wilson's interval, 95 %)" in said
    assert "99.98" not in said
    assert (
        "calendar days 2023 Half: not reached yet Nine tenths within not reached Told of the answer 0"
        " Complaints received 6,197 Period 2023 As at" in said
    ), "a register that says nothing of telling proves nothing"
    assert "Not told: 6,197" in said
    counts = re.findall(r">([\d,]+)</bdi></a>", page.text)
    assert {"6,140", "6,197", "6,238"} <= set(counts), "each count opens its records"
    rest = html.unescape(re.search(r'href="([^"]*complaints.cohort[^"]*part=rest[^"]*)"', page.text)[1])
    assert "57 records" in text(browser.get(rest))


def test_a_trial_run_says_the_same_and_writes_nothing(desk, register):
    lines = register.read_bytes().splitlines(keepends=True)
    register.write_bytes(b"".join(lines[:601]))
    tried = run(desk.app, "complaints.complaint", register, "--governorate", desk.code, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "600 rows read, 600 would be imported" in tried.output
    with desk.session() as session:
        assert session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_the_register_is_the_same_every_time_and_names_no_telephone():
    first, second = list(qena_2023.rows()), list(qena_2023.rows())
    assert first == second
    assert not re.search(r"(?<!\d)(01\d{9}|[23]\d{13})(?!\d)", str(first))
