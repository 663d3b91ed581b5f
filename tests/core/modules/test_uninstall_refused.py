"""What speaks against removing a module, and that a removal which breaks off anywhere has not happened."""

import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import event, func, inspect, select, text

from core.data.archive import digest
from core.data.time import now
from core.errors import Refused
from core.governorates.present import engines, registry
from core.modules.commands import module
from core.modules.leaving import uninstall as removal
from core.modules.leaving.export import INCOMPLETE, exports_of
from core.modules.leaving.plan import plan
from core.modules.leaving.reinstall import reinstall
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import disable, enable, install, standings
from core.modules.models import InstalledModule
from core.modules.structure import changing
from core.operation.examination import look_at_leavings
from core.people.categories import Category
from core.people.roles import sync_core
from core.work.chain import AuditRow, verify
from core.work.notes import Note
from core.work.numbering import Number


@pytest.fixture
def square(workshop, place, lumen):
    """A governorate with a street lamp and a note on it."""
    install(place, "lumen")
    with workshop.session(place) as session:
        sync_core(session)
        session.add(Note(model="lumen.lamp", record_id=1, body="يومض ليلًا"))
        session.add(Note(model="core.unit", record_id=1, body="مكتب جديد"))
        session.commit()
    yield place
    shutil.rmtree(exports_of(place), ignore_errors=True)


def engine(code):
    return engines().get(code, registry().get(code).url)


def content(code):
    """Every row of every table, as hashes."""
    with engine(code).connect() as connection:
        return digest(connection)


def state(workshop, code, plugin="lumen"):
    with workshop.session(code) as session:
        return {one.id: one.state for one in standings(session)}[plugin]


def broken_off(code, statement, step):
    """Run `step` while the connection breaks at the first statement that begins so; returns what it said."""

    def break_off(conn, cursor, said, *rest):
        if " ".join(said.replace('"', "").split()).startswith(statement):
            raise ConnectionError("the power is gone")

    event.listen(engine(code), "before_cursor_execute", break_off)
    try:
        with pytest.raises(ConnectionError, match="the power is gone"):
            step()
    finally:
        event.remove(engine(code), "before_cursor_execute", break_off)


ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""What no database decides is asked of one."""
AT_THE_COMMIT = "as it is audited"
REMOVING = {
    "as notes are exported": "SELECT core_note.",
    "as its table is dropped": "DROP TABLE",
    "as its notes go": "DELETE FROM core_note",
    "as its rights go": "DELETE FROM core_access",
    "as its row is written": "UPDATE core_plugin",
    AT_THE_COMMIT: "INSERT INTO core_audit",
}


def test_a_removal_that_breaks_off_has_not_happened(workshop, square):
    before = content(square)
    for step, statement in REMOVING.items():
        broken_off(square, statement, lambda: uninstall(square, "lumen", "lumen"))
        assert content(square) == before, step
        left = list(exports_of(square).iterdir())
        if step == AT_THE_COMMIT:
            assert not left[0].name.endswith(INCOMPLETE), "it may be the only copy: it stays, and is named"
        else:
            assert not left, "no half of an export lies about"
    uninstall(square, "lumen", "lumen")
    assert state(workshop, square) == "uninstalled"


def test_an_error_after_any_step_undoes_all(square, monkeypatch):
    before = content(square)

    def failing(carry_out):
        def fail(*arguments):
            carry_out(*arguments)
            raise RuntimeError("something unforeseen")

        return fail

    for step in ("write_export", "_remove", "_prove", "keep", "_tell"):
        with monkeypatch.context() as broken:
            broken.setattr(removal, step, failing(getattr(removal, step)))
            with pytest.raises(RuntimeError, match="unforeseen"):
                uninstall(square, "lumen", "lumen")
        assert content(square) == before, step
        assert not list(exports_of(square).iterdir())


def test_once_committed_the_export_stays_whatever_happens_then(workshop, square, monkeypatch):
    """The answer to COMMIT may never come, or somebody interrupts the command: it is the only copy now."""

    @contextmanager
    def interrupted(code):
        with changing(code) as pair:
            yield pair
        raise KeyboardInterrupt

    whole = content(square)
    with monkeypatch.context() as broken:
        broken.setattr(removal, "changing", interrupted)
        with pytest.raises(KeyboardInterrupt):
            uninstall(square, "lumen", "lumen")
    assert state(workshop, square) == "uninstalled"
    reinstall(square, "lumen")
    kept = {"lumen_lamp", "core_note", "core_access", "core_role"}
    assert [t for t in content(square) if t.name in kept] == [t for t in whole if t.name in kept]


@ON_ONE
def test_what_a_killed_removal_leaves_is_named_and_removed_by_its_name(workshop, square):
    uninstall(square, "lumen", "lumen")
    reinstall(square, "lumen")
    (known,) = exports_of(square).iterdir()
    for name in ("lumen-1.incomplete", "lumen-2"):
        (exports_of(square) / name / "more").mkdir(parents=True)
        (exports_of(square) / name / "core_note.jsonl").write_text("{}")
    place = registry().get(square)
    (finding,) = look_at_leavings(workshop.app, place)
    assert (finding.what.partition(":")[0], finding.grave) == (
        "2 exports belong to no module any more",
        False,
    )

    def run(*words):
        return CliRunner().invoke(module, ["leavings", "--governorate", square, *words])

    assert run().output.splitlines() == [
        "lumen-1.incomplete: of an uninstall that broke off",
        "lumen-2: whole",
    ]
    for other in (known.name, "..", "lumen-3"):
        assert run("--remove", other).exit_code == 1, other
    assert run("--remove", "lumen-1.incomplete", "--remove", "lumen-2").exit_code == 0
    assert list(exports_of(square).iterdir()) == [known]
    with workshop.session(square) as session:
        assert session.scalar(select(func.count()).where(AuditRow.op == "remove_export")) == 2
        assert verify(session).ok
    assert list(look_at_leavings(workshop.app, place)) == []


@ON_ONE
def test_lists_of_a_module_whose_code_is_gone_are_not_anothers(workshop, square):
    """`lumen_side` is installed, its code is missing: its subjects stay when `lumen` goes."""
    with workshop.session(square) as session:
        session.add(InstalledModule(id="lumen_side", version="1", state="disabled", installed_at=now()))
        for name in ("lumen", "lumen_side", "lumen_side_old"):
            session.add(Category(list=name, code="A", name_ar="موضوع"))
        session.commit()
    uninstall(square, "lumen", "lumen")
    with workshop.session(square) as session:
        assert sorted(session.scalars(select(Category.list))) == ["lumen_side", "lumen_side_old"]


RETURNING = {
    "as its table is made": "CREATE TABLE lumen_lamp",
    "as its rows come back": "INSERT INTO lumen_lamp",
    "as its notes come back": "INSERT INTO core_note",
    "as its row is written": "UPDATE core_plugin",
    "as it is audited": "INSERT INTO core_audit",
}


def test_a_return_that_breaks_off_has_not_happened(workshop, square):
    whole = content(square)
    uninstall(square, "lumen", "lumen")
    before = content(square)
    for step, statement in RETURNING.items():
        broken_off(square, statement, lambda: reinstall(square, "lumen"))
        assert content(square) == before, step
    reinstall(square, "lumen")
    assert state(workshop, square) == "installed"
    kept = {"lumen_lamp", "core_note", "core_access", "core_role"}
    assert [t for t in content(square) if t.name in kept] == [t for t in whole if t.name in kept]


@ON_ONE
def test_what_needs_it_goes_first(workshop, square):
    install(square, "raising_in_hook")
    assert plan(square, "lumen").objections == ("First uninstall what needs it: Raising in hook.",)
    with pytest.raises(Refused, match="First uninstall what needs it: Raising in hook"):
        uninstall(square, "lumen", "lumen")
    uninstall(square, "raising_in_hook", "raising_in_hook")
    uninstall(square, "lumen", "lumen")
    with pytest.raises(Refused, match="First install what it needs"):
        reinstall(square, "raising_in_hook")


@ON_ONE
def test_a_bridge_follows_what_comes_back_unless_its_own_data_wait(workshop, square, host, monkeypatch):
    bridge = host.modules["raising_in_hook"]
    monkeypatch.setattr(bridge, "manifest", replace(bridge.manifest, auto_install=True))
    uninstall(square, "lumen", "lumen")
    reinstall(square, "lumen")
    assert state(workshop, square, "raising_in_hook") == "installed"
    uninstall(square, "raising_in_hook", "raising_in_hook")
    uninstall(square, "lumen", "lumen")
    reinstall(square, "lumen")
    assert state(workshop, square, "raising_in_hook") == "uninstalled"
    reinstall(square, "raising_in_hook")


def test_a_table_of_somebody_else_that_points_to_it_is_an_objection(square):
    """Dropping the table it points to would silently empty it on SQLite (hosts-compared 6)."""
    with engine(square).begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE other_side (id INTEGER PRIMARY KEY, lamp_id INTEGER"
                " REFERENCES lumen_lamp (id) ON DELETE CASCADE)"
            )
        )
        connection.execute(text("INSERT INTO other_side VALUES (1, 1)"))
    assert plan(square, "lumen").objections == ("Records of “other” point to its records.",)
    with pytest.raises(Refused, match="point to its records"):
        uninstall(square, "lumen", "lumen")
    with engine(square).begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM other_side")) == 1
        connection.execute(text("DROP TABLE other_side"))


@ON_ONE
def test_the_module_itself_may_object_and_one_that_cannot_answer_is_not_removed(square, host, monkeypatch):
    def answer(plugin, name, **arguments):
        return [["Three lamps are lit.", "It is dark."]]

    monkeypatch.setattr(host, "call_plugin", answer)
    assert plan(square, "lumen").objections == ("Three lamps are lit.", "It is dark.")
    with pytest.raises(Refused, match=r"Three lamps are lit\. It is dark\."):
        uninstall(square, "lumen", "lumen")

    def stumble(plugin, name, **arguments):
        raise RuntimeError("no lamp found")

    monkeypatch.setattr(host, "call_plugin", stumble)
    assert plan(square, "lumen").objections == (
        "It fails to say whether anything speaks against it: no lamp found",
    )


def forget_code(host, monkeypatch, plugin):
    monkeypatch.delitem(host.modules, plugin)
    monkeypatch.setattr(host, "order", tuple(name for name in host.order if name != plugin))


def test_a_module_whose_code_is_gone_can_still_go(workshop, square, host, monkeypatch):
    with monkeypatch.context() as gone:
        forget_code(host, gone, "lumen")
        assert state(workshop, square) == "missing"
        uninstall(square, "lumen", "lumen")
        assert state(workshop, square) == "uninstalled"
        assert not [name for name in inspect(engine(square)).get_table_names() if "lumen" in name]
    reinstall(square, "lumen")
    with workshop.session(square) as session:
        assert sorted(session.scalars(select(Note.model))) == ["core.unit", "lumen.lamp"]


@ON_ONE
def test_a_table_of_a_longer_name_belongs_to_another(square, host):
    """`lumen_side` is a module of its own, also where its code is gone: its tables are not `lumen`'."""
    with engine(square).begin() as connection:
        connection.execute(text("CREATE TABLE lumen_side_wire (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE diwan_version_lumen_side (version_num VARCHAR(32))"))
    uninstall(square, "lumen", "lumen")
    assert {"lumen_side_wire", "diwan_version_lumen_side"} <= set(inspect(engine(square)).get_table_names())


@ON_ONE
def test_whose_numbers_they_are_must_be_certain(workshop, square, host, monkeypatch):
    install(square, "raising_in_hook")
    with workshop.session(square) as session:
        session.add(Number(series="mast", unit_id=0, year=2026, last=7))
        session.commit()
    forget_code(host, monkeypatch, "lumen")
    forget_code(host, monkeypatch, "raising_in_hook")
    with pytest.raises(
        Refused, match="Whose number series mast is cannot be told: the code of raising_in_hook"
    ):
        plan(square, "lumen")


def test_what_would_be_left_is_named_and_nothing_is_done(square):
    view = "CREATE VIEW lumen_bright AS SELECT 1 AS one"
    with engine(square).begin() as connection:
        connection.execute(text(view))
    before = content(square)
    with pytest.raises(Refused, match="This would be left of it: lumen_bright"):
        uninstall(square, "lumen", "lumen")
    assert content(square) == before


@ON_ONE
def test_the_command_shows_the_plan_and_acts_only_when_the_id_is_confirmed(workshop, square):
    runner = CliRunner()

    def run(*words):
        return runner.invoke(module, [*words, "--governorate", square])

    before = content(square)
    shown = run("uninstall", "lumen")
    assert shown.exit_code == 0
    for words in ("lumen 0.1.0: to be exported and removed", "lumen_lamp", "core_note", "--confirm lumen"):
        assert words in shown.output, shown.output
    assert run("uninstall", "lumen", "--confirm", "lamp").exit_code == 1
    assert content(square) == before
    enable(square, "lumen")
    assert "not possible: It is enabled: first disable it." in run("uninstall", "lumen").output
    disable(square, "lumen")
    done = run("uninstall", "lumen", "--confirm", "lumen")
    folder = done.output.strip().rpartition(" in ")[2]
    assert state(workshop, square) == "uninstalled"
    assert run("install", "lumen", "raising_in_hook", "--from-export", folder).exit_code == 2
    again = run("install", "lumen", "--from-export", folder)
    assert (again.output, again.exit_code) == (f"{square} lumen: installed\n", 0)
