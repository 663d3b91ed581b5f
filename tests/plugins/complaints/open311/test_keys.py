"""Who may hand in: a key of this governorate, for this door, in force. Everything else is told 403."""

from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.cli import main
from core.governorates.setting import Setting
from core.people.machine_keys import MachineKey, issue, revoke
from core.people.sign_in import DEMO
from core.people.units import Unit
from core.work.chain import AuditRow
from plugins.complaints.models import Complaint
from plugins.complaints.open311.keys import issue_demo_key

from .conftest import error, report


def count(desk):
    with desk.session() as session:
        return session.scalar(select(func.count()).select_from(Complaint))


def test_only_a_key_in_force_for_this_door_opens(desk, machine):
    with desk.session() as session:
        unit = session.get_one(Unit, desk.units["CSD"])
        other_door = issue(session, "map", "land", unit)
        revoked = issue(session, "old", "open311", unit)
        session.commit()
        revoke(session, "old")
        session.commit()
    keys = (
        "",
        " ",
        "x",
        "demo",
        "ن" * 300,
        "\x00",
        machine.key + "x",
        machine.key.swapcase(),
        other_door,
        revoked,
    )
    for key in keys:
        answer = machine.post("xml", api_key=key)
        assert answer.status_code == 403, key
        assert error(answer)
    assert machine.post(api_key=None).status_code == 201, "the fixture's own"
    assert count(desk) == 1


def test_the_row_of_a_key_holds_no_key_and_its_last_use_is_shown(desk, machine):
    machine.send()
    with desk.session() as session:
        row = session.scalars(select(MachineKey)).one()
        assert machine.key not in str(vars(row))
        assert row.last_used_at is not None
        entries = session.scalars(select(AuditRow.diff).where(AuditRow.model == "core.machine_key")).all()
        assert not [diff for diff in entries if row.key_hash in diff or machine.key in diff]
        assert len(entries) == 1, "issued once; its uses are no changes"


def test_a_key_of_one_governorate_is_worth_nothing_on_anothers_mount(ground, desk, machine, backend):
    with ground.governorate("EG-SHR", backend=backend, modules=("complaints",)) as code:
        with ground.session(code) as session, desk.session() as own:
            copied = own.scalars(select(MachineKey)).one()
            unit = Unit(code="CSD", kind="department", name_ar="CSD")
            session.add(unit)
            session.flush()
            session.add(MachineKey(name="copied", door="open311", key_hash=copied.key_hash, unit=unit))
            session.commit()
        assert machine.post(code=code).status_code == 403, "not even with the row copied over"
        told = machine.send()
        assert machine.get(f"requests/{told['service_request_id']}.json", code=code).status_code == 404
        token = machine.send(service_code="ADM-COR")["token"]
        assert machine.get(f"tokens/{token}.json", code=code).status_code == 404


def test_the_published_key_opens_demonstration_data_only(desk, machine):
    with desk.session() as session:
        from core.governorates.present import present

        issue_demo_key(session, present())
        session.commit()
        assert machine.post(api_key="demo").status_code == 403, "real people live here"
        session.merge(Setting(key=DEMO, value="1"))
        session.commit()
    assert machine.post(api_key="demo").status_code == 201


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_tries_keys_is_told_to_wait(desk, machine):
    statuses = [machine.post(api_key=f"guess-{n}").status_code for n in range(21)]
    assert statuses == [403] * 20 + [429]
    assert machine.post().status_code == 201, (
        "who has a key is not kept out by a neighbour behind one address"
    )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_key_opens_no_other_door_and_a_cookie_not_this_one(desk, machine):
    """The exemption from the token against forgery is this endpoint's, and nothing else's."""
    staff = desk.staff("clerk").client
    body = urlencode(report(), doseq=True)
    form = "application/x-www-form-urlencoded"
    assert staff.post("/EG-KN/open311/v2/requests.json", data=body, content_type=form).status_code == 403
    keyed = body + f"&api_key={machine.key}"
    for path in ("/complaints/new", "/login", "/admin/complaints/complaint/new", "/language", "/logout"):
        answer = staff.post(f"/EG-KN{path}", data=keyed, content_type=form)
        assert answer.status_code == 400, path
    assert count(desk) == 0
    bare = desk.app.test_client(use_cookies=False)
    listed = bare.get(f"/EG-KN/admin/complaints/complaint/?api_key={machine.key}")
    assert "/login" in listed.location


def run(desk, *words):
    return CliRunner().invoke(main, ["key", *words, "--governorate", desk.code], obj=desk.app)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_keys_are_issued_listed_and_revoked_by_commands(desk, machine):
    added = run(desk, "add", "تطبيق البلاغات", "--door", "open311", "--unit", "TCC")
    assert added.exit_code == 0, added.output
    key = added.output.strip()
    assert machine.post(api_key=key).status_code == 201
    listed = run(desk, "list").output
    assert "تطبيق البلاغات\topen311\tTCC\t" in listed
    assert key not in listed
    assert run(desk, "revoke", "تطبيق البلاغات").exit_code == 0
    assert machine.post(api_key=key).status_code == 403
    with desk.session() as session:
        assert session.scalars(select(Complaint.unit_id)).one() == desk.units["TCC"]
    for words, told in (
        (("add", "fixmystreet", "--door", "open311"), "already"),
        (("add", "x" * 41, "--door", "open311"), "at most 40"),
        (("add", "x", "--door", "window"), "there is no door window; there is open311"),
        (("add", "x", "--door", "open311", "--unit", "NOWHERE"), "there is no unit NOWHERE"),
        (("revoke", "nobody"), "No key called"),
    ):
        refused = run(desk, *words)
        assert refused.exit_code == 1
        assert told in refused.output
