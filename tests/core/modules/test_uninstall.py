"""Hearings are taken out of a governorate that goes on with complaints, and come back with all their data."""

import json
import shutil
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, inspect, select, text
from trust import hostile

from core.data.archive import digest, table_names
from core.data.labels import label
from core.data.time import now
from core.data.visibility import cleared
from core.errors import Invalid, Refused
from core.governorates.present import engines, registry
from core.modules.leaving import export
from core.modules.leaving.export import exports_of
from core.modules.leaving.plan import plan
from core.modules.leaving.reinstall import reinstall
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import disable, enable, install, standings
from core.modules.models import InstalledModule
from core.people.categories import Category
from core.people.roles import sync_core
from core.people.scopes import scope_of
from core.people.units import Unit
from core.people.users import Membership, Role, User
from core.work.chain import AuditRow, verify
from core.work.clocks.calendar import Decree
from core.work.clocks.office import issue, present_calendar
from core.work.clocks.replay import replay
from core.work.clocks.rows import events_of, show
from core.work.clocks.tables import ClockEvent, ClockRow
from core.work.files.accepting import accept
from core.work.files.attachments import Attachment, attach
from core.work.files.keeping import StoredFile, is_sound
from core.work.files.store import store
from core.work.moves import TransitionRow
from core.work.notes import Note, add_note
from core.work.transition import transition
from plugins.complaints.models import OVERALL, Complaint
from plugins.hearings.models import Hearing

MINUTE = {"citizens": "٦٦", "summary": "لقاءات فردية مع كل مواطن على حدة"}


ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""What no database decides is asked of one."""


def named(session):
    """The files that its rows name, oldest first."""
    rows = session.scalars(cleared(select(Attachment).order_by(Attachment.id)))
    return [StoredFile(row.stored, row.sha256, row.size) for row in rows]


@pytest.fixture
def town(ground, backend):
    """Qus has held two hearings, with a note on each; one complaint waits at its desk."""
    with ground.governorate("EG-KN", backend=backend, modules=("complaints", "hearings")) as code:
        with ground.session(code) as session:
            sync_core(session)
            qus = Unit(code="QUS", kind="markaz", name_ar="قوص")
            roles = {role.code: role for role in session.scalars(select(Role))}
            layla = User(username="layla", name_ar="ليلى")
            layla.memberships = [
                Membership(unit=qus, role=roles["HRS"]),
                Membership(unit=qus, role=roles["CLK"]),
            ]
            session.add(layla)
            session.commit()
            scope = scope_of(layla)
        with ground.session(code, scope) as session:
            for day in (2, 9):
                hearing = Hearing(held_on=date(2024, 7, day), level="markaz", heard_by="رئيس المركز")
                session.add(hearing)
                session.flush()
                transition(hearing, "hold", MINUTE)
                add_note(hearing, "حضر مندوب الكهرباء")
            category = session.scalars(select(Category).where(Category.list == "complaints")).first()
            complaint = Complaint(subject="ماسورة", body="كسر في الشارع", category_id=category.id)
            session.add(complaint)
            session.flush()
            add_note(complaint, "يتابع مع الحي")
            session.commit()
        with ground.app.app_context():
            disable(code, "hearings")
            yield SimpleNamespace(code=code, ground=ground, scope=scope)
            shutil.rmtree(exports_of(code), ignore_errors=True)


def engine(code):
    return engines().get(code, registry().get(code).url)


def content(code):
    """Every table with its rows' hash, but the story of who changed what."""
    with engine(code).connect() as connection:
        passing = {"core_audit", "core_audit_head", "core_setting", "core_plugin"}
        return {one.name: one for one in digest(connection, set(table_names(connection)) - passing)}


def schema(code):
    """Tables with their columns, keys and indexes."""
    look = inspect(engine(code))
    return {
        name: (
            sorted(f"{c['name']} {c['type']} {c['nullable']}" for c in look.get_columns(name)),
            sorted(str(sorted(key.items())) for key in look.get_foreign_keys(name)),
            sorted(str(index["name"]) for index in look.get_indexes(name)),
        )
        for name in look.get_table_names()
    }


def state(town, plugin="hearings"):
    with town.ground.session(town.code) as session:
        return {one.id: one.state for one in standings(session)}[plugin]


def test_the_plan_says_what_would_be_lost_and_changes_nothing(town):
    before = content(town.code)
    drawn = plan(town.code, "hearings")
    shares = {share.table: share.rows for share in drawn.shares}
    assert shares["hearings_hearing"] == 2
    assert (shares["core_transition"], shares["core_note"]) == (2, 2), "the complaint's note is not counted"
    assert [(role.code, role.people) for role in drawn.roles] == [("HRA", 0), ("HRS", 1)]
    assert drawn.objections == ()
    assert content(town.code) == before


def test_hearings_leave_and_complaints_stay_whole(town, ground, backend):
    before = content(town.code)
    folder = uninstall(town.code, "hearings", "hearings")
    after = content(town.code)
    assert state(town) == "uninstalled"
    assert not [name for name in after if "hearing" in name]
    for name in before:
        if name.startswith("complaints_") or name in ("core_user", "core_unit", "core_category"):
            assert after[name] == before[name], name
    with ground.session(town.code) as session:
        assert session.scalars(select(Note.model)).all() == ["complaints.complaint"]
        assert (
            session.scalars(select(TransitionRow.id).where(TransitionRow.model.like("hearings%"))).all() == []
        )
        assert not session.scalars(select(Role.code).where(Role.plugin == "hearings")).all()
        assert session.scalars(select(Membership.id)).all(), "what she is for complaints, she stays"
        assert verify(session).ok
    with ground.governorate("EG-SHR", backend=backend, modules=("complaints",)) as other:
        assert schema(other) == schema(town.code), "as if it had never been installed"
    assert folder.parent == exports_of(town.code)


@ON_ONE
def test_the_audit_says_who_and_where_the_data_went(town):
    folder = uninstall(town.code, "hearings", "hearings")
    with town.ground.session(town.code) as session:
        (line,) = session.scalars(select(AuditRow.diff).where(AuditRow.op == "uninstall")).all()
        row = session.get(InstalledModule, "hearings")
        assert row.export == folder.name
        told = json.loads(line)
        assert (told["id"], told["export"], told["sha256"]) == ("hearings", folder.name, row.export_hash)
        assert told["rows"]["hearings_hearing"] == 2
        kept = select(func.count()).where(AuditRow.model == "hearings.hearing")
        assert session.scalar(kept), "the audit keeps what happened to its records"


def test_it_comes_back_with_every_row_as_it_was(town):
    before = content(town.code)
    first = uninstall(town.code, "hearings", "hearings")
    reinstall(town.code, "hearings")
    assert content(town.code) == before
    assert state(town) == "installed"
    enable(town.code, "hearings")
    with town.ground.session(town.code, town.scope) as session:
        hearing = Hearing(held_on=date(2024, 7, 16), level="markaz", heard_by="رئيس المركز")
        session.add(hearing)
        session.commit()
        assert hearing.number == "QUS/2024/003", "the series goes on"
    disable(town.code, "hearings")
    second = uninstall(town.code, "hearings", "hearings")
    assert second != first


@pytest.mark.slow
def test_an_export_written_again_has_the_same_hashes(town):
    first = uninstall(town.code, "hearings", "hearings")
    reinstall(town.code, "hearings", first)
    second = uninstall(town.code, "hearings", "hearings")
    tables = [json.loads((folder / "manifest.json").read_text())["tables"] for folder in (first, second)]
    assert tables[0] == tables[1]
    assert {table["name"] for table in tables[0]} >= {
        "hearings_hearing",
        "core_note",
        "core_role",
        "core_number",
    }


@pytest.mark.slow
def test_complaints_leave_with_subjects_and_come_back(town):
    before = content(town.code)
    disable(town.code, "complaints")
    uninstall(town.code, "complaints", "complaints")
    assert content(town.code)["core_category"].rows == 0
    reinstall(town.code, "complaints")
    assert content(town.code) == before


@pytest.mark.slow
def test_ids_that_others_took_meanwhile_are_given_anew(town, ground):
    """On SQLite the ids of removed rows come again; PostgreSQL is made to do the same."""
    disable(town.code, "complaints")
    subjects = content(town.code)["core_category"].rows
    uninstall(town.code, "complaints", "complaints")
    uninstall(town.code, "hearings", "hearings")
    with ground.session(town.code) as session:
        parent = Category(id=1, list="services", code="A", name_ar="خدمة")
        session.add_all([parent, Category(id=2, list="services", code="B", name_ar="خدمة", parent=parent)])
        session.add(Role(id=session.scalar(select(func.max(Role.id))) + 1, code="SRV", name_ar="دور"))
        session.commit()
    reinstall(town.code, "complaints")
    reinstall(town.code, "hearings")
    with ground.session(town.code) as session:
        complaint = session.scalars(select(Complaint)).one()
        assert complaint.category.list == "complaints"
        for one in session.scalars(select(Category)):
            assert one.path.endswith(f"/{one.id}/")
            assert one.parent is None or one.path == f"{one.parent.path}{one.id}/"
        assert session.scalar(select(func.count(Category.id))) == subjects + 2
        held = select(Role.code).join(Membership, Membership.role_id == Role.id)
        assert set(session.scalars(held)) == {"HRS", "CLK"}


@ON_ONE
def test_a_fresh_installation_is_possible_too(town, ground):
    uninstall(town.code, "hearings", "hearings")
    install(town.code, "hearings")
    with ground.session(town.code) as session:
        assert session.scalars(select(Hearing)).all() == []
    with pytest.raises(Refused, match="is installed here already"):
        reinstall(town.code, "hearings")


@ON_ONE
def test_nothing_happens_without_the_id_typed(town):
    before = content(town.code)
    for typed in ("", "hearing", "complaints", "HEARINGS"):
        with pytest.raises(Invalid, match="Nothing was done"):
            uninstall(town.code, "hearings", typed)
    assert content(town.code) == before
    assert not exports_of(town.code).exists()


@ON_ONE
def test_an_enabled_module_is_not_uninstalled(town):
    enable(town.code, "hearings")
    assert plan(town.code, "hearings").objections == ("It is enabled: first disable it.",)
    with pytest.raises(Refused, match="first disable it"):
        uninstall(town.code, "hearings", "hearings")
    assert state(town) == "enabled"


@ON_ONE
def test_what_is_not_there_cannot_be_uninstalled(town):
    uninstall(town.code, "hearings", "hearings")
    for plugin in ("hearings", "nowhere"):
        with pytest.raises(Refused, match="not installed here"):
            plan(town.code, plugin)
    with pytest.raises(Refused, match="not installed here"):
        enable(town.code, "hearings")


@ON_ONE
def test_a_changed_byte_in_any_file_is_refused_by_its_name(town):
    folder = uninstall(town.code, "hearings", "hearings")
    before = content(town.code)
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(Refused, match=file.name):
            reinstall(town.code, "hearings")
        file.unlink()
        with pytest.raises(Refused, match=file.name):
            reinstall(town.code, "hearings")
        file.write_bytes(whole)
    assert content(town.code) == before
    reinstall(town.code, "hearings")


@ON_ONE
def test_a_file_that_was_added_is_refused_and_so_is_another_form(town, monkeypatch):
    """What is handed to the module's `diwan_restored` is what its `diwan_exporting` wrote, and no more."""
    folder = uninstall(town.code, "hearings", "hearings")
    before = content(town.code)
    for name in ("more/evil.txt", "attachments/0123", "more/deep/er/x", "note.jsonl"):
        added = folder / name
        added.parent.mkdir(parents=True, exist_ok=True)
        added.write_text("x")
        with pytest.raises(Refused, match=f"{name} does not belong"):
            reinstall(town.code, "hearings")
        added.unlink()
    (folder / "more/away").symlink_to("/")
    with pytest.raises(Refused, match="more/away does not belong"):
        reinstall(town.code, "hearings")
    (folder / "more/away").unlink()
    with monkeypatch.context() as later:
        later.setattr(export, "FORMAT", 2)
        with pytest.raises(Refused, match="another form"):
            reinstall(town.code, "hearings")
    assert content(town.code) == before
    reinstall(town.code, "hearings")


def test_promises_follow_a_calendar_that_changed_meanwhile(town, ground):
    """A decree gives days off while complaints are away: what comes back is due as if it had been here."""
    name = (label(Complaint), OVERALL)
    with ground.session(town.code) as session:
        key = session.scalars(select(Complaint.id)).one()
        started = ClockEvent(
            model=name[0], record_id=key, clock=OVERALL, kind="start", at=now(), promise="3d"
        )
        session.add(started)
        session.flush()
        calendar = present_calendar(session)
        show(session, *name, {key: replay([started.value()], calendar)}, calendar)
        session.commit()
        before = session.scalars(cleared(select(ClockRow.due_at))).all()
    assert any(before)
    disable(town.code, "complaints")
    uninstall(town.code, "hearings", "hearings")
    uninstall(town.code, "complaints", "complaints")
    with ground.session(town.code) as session:
        first = now().date()
        issue(session, Decree("١", "عطلة", first, first + timedelta(days=20), "off"))
        session.commit()
    reinstall(town.code, "complaints")
    with ground.session(town.code) as session:
        calendar = present_calendar(session)
        row = session.scalars(cleared(select(ClockRow))).one()
        assert row.due_at == replay(events_of(session, *name, [key])[key], calendar).due_at
        assert (row.calendar, row.due_at != before[0]) == (calendar.digest, True)


@ON_ONE
def test_another_governorate_or_module_does_not_take_it(town, ground, backend):
    folder = uninstall(town.code, "hearings", "hearings")
    with ground.governorate("EG-SHR", backend=backend) as other:
        before = content(other)
        with pytest.raises(Refused, match="of EG-KN, not of EG-SHR"):
            reinstall(other, "hearings", folder)
        claimed = json.loads((folder / "manifest.json").read_text()) | {"governorate": other}
        copy = shutil.copytree(folder, folder.with_name("copy"))
        (copy / "manifest.json").write_text(json.dumps(claimed))
        with pytest.raises(Refused, match=r"manifest\.json"):
            reinstall(other, "hearings", copy)
        with pytest.raises(Refused, match="No export"):
            reinstall(other, "hearings")
        assert content(other) == before
    disable(town.code, "complaints")
    uninstall(town.code, "complaints", "complaints")
    with pytest.raises(Refused, match="This export is of the module “Citizens' hearings”"):
        reinstall(town.code, "complaints", folder)


def test_a_unit_that_is_gone_meanwhile_is_no_reason_for_records_that_point_to_nothing(town):
    uninstall(town.code, "hearings", "hearings")
    disable(town.code, "complaints")
    uninstall(town.code, "complaints", "complaints")
    with engine(town.code).begin() as connection:
        connection.execute(text("DELETE FROM core_unit"))
    before = content(town.code)
    with pytest.raises(Refused, match="gone or taken"):
        reinstall(town.code, "hearings")
    assert content(town.code) == before


def test_what_the_records_name_must_still_be_there(town):
    uninstall(town.code, "hearings", "hearings")
    before = content(town.code)
    with engine(town.code).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO core_role (code, plugin, reach, confidential, changed, name_ar)"
                " VALUES ('HRS', 'core', 'unit', false, false, 'x')"
            )
        )
    with pytest.raises(Refused, match="gone or taken"):
        reinstall(town.code, "hearings")
    assert {k: v for k, v in content(town.code).items() if k != "core_role"} == {
        k: v for k, v in before.items() if k != "core_role"
    }


@ON_ONE
def test_files_on_its_records_travel_with_the_export(town):
    """They leave the store with their rows, and come back byte by byte; other modules' files stay."""
    with town.ground.session(town.code) as session:
        for record in (session.scalars(select(Hearing)).first(), session.scalars(select(Complaint)).one()):
            attach(record, [accept("minute.pdf", hostile.PDF)])
        session.commit()
        mine, others = named(session)
    folder = uninstall(town.code, "hearings", "hearings")
    assert not is_sound(town.code, mine)
    assert is_sound(town.code, others)
    copy = folder / "attachments" / mine.name
    assert copy.read_bytes() == hostile.PDF
    copy.write_bytes(hostile.PDF + b" ")
    with pytest.raises(Refused, match=mine.name):
        reinstall(town.code, "hearings")
    copy.write_bytes(hostile.PDF)
    reinstall(town.code, "hearings")
    assert is_sound(town.code, mine)
    with town.ground.session(town.code) as session:
        assert {file.name for file in named(session)} == {mine.name, others.name}


@ON_ONE
def test_a_damaged_and_a_missing_file_do_not_keep_the_rest_from_coming_back(town):
    """The plan names what is missing, the export and both lines of the audit what is missing or damaged."""
    with town.ground.session(town.code) as session:
        hearing = session.scalars(select(Hearing)).first()
        pages = [accept(f"{n}.pdf", hostile.PDF + b"\n" * n) for n in range(3)]
        attach(hearing, pages)
        session.commit()
        damaged, missing, sound = named(session)
    store().put(town.code, damaged.name, b"x" * damaged.size)
    store().delete(town.code, missing.name)
    before = content(town.code)
    assert plan(town.code, "hearings").lost == (missing.name,)
    folder = uninstall(town.code, "hearings", "hearings")
    assert (folder / "attachments" / damaged.name).read_bytes() == b"x" * damaged.size, "what is left of it"
    assert json.loads((folder / "manifest.json").read_text())["lost"] == [damaged.name, missing.name]
    reinstall(town.code, "hearings")
    assert content(town.code) == before
    assert [is_sound(town.code, one) for one in (damaged, missing, sound)] == [False, False, True]
    with town.ground.session(town.code) as session:
        lines = session.scalars(select(AuditRow.diff).where(AuditRow.op.in_(["uninstall", "reinstall"])))
        assert [json.loads(line)["lost"] for line in lines] == [[damaged.name, missing.name]] * 2
