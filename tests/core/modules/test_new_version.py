"""A module's second version adds, renames and splits: every value of the first is kept, or nothing happens."""

import subprocess
import sys
from contextvars import Context
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, inspect, select, text
from strictness import find_postgres

from core.app import create_app
from core.data.time import now
from core.errors import Refused
from core.governorates.present import engines, registry
from core.modules import upgrades
from core.modules.leaving.plan import plan
from core.modules.leaving.reinstall import reinstall
from core.modules.leaving.uninstall import uninstall
from core.modules.lifecycle import disable
from core.modules.migrations import current, upgrade
from core.modules.models import ENABLED, InstalledModule, bump_serial
from core.people.access import Access
from core.testing import Ground, test_settings
from core.work.notes import Note

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""What no database decides is asked of one."""
PALMS = 300


@pytest.fixture(scope="module")
def garden(tmp_path_factory, request):
    """An application with the second version of `orchard` and nothing else."""
    folder = tmp_path_factory.mktemp("garden")
    versions = request.config.rootpath / "tests/versions"
    app = create_app(test_settings(folder, plugin_path=(versions / "two",)))
    ground = Ground(app, folder, find_postgres())
    yield SimpleNamespace(app=app, ground=ground, orchard=app.extensions["diwan"].modules["orchard"])
    ground.close()


def engine(code):
    return engines().get(code, registry().get(code).url)


def plant(garden, code):
    """The state that the first version leaves: its own migration, its rows, notes on them, its row of rights."""
    with engine(code).begin() as connection:
        upgrade(connection, "orchard", garden.orchard.folder / "migrations", "orchard_0001")
        run = connection.execute
        run(
            text(
                "INSERT INTO core_unit (id, code, kind, active, path, name_ar)"
                " VALUES (1, 'QUS', 'markaz', true, '/1/', 'قوص')"
            )
        )
        palms = [
            {"id": n, "species": f"نوع {n % 7}", "harvest": n % 80, "state": "ill" if n % 3 else "sound"}
            for n in range(1, PALMS + 1)
        ]
        run(
            text(
                "INSERT INTO orchard_palm (id, species, harvest, state, planted_at, remarks, confidentiality,"
                " unit_id) VALUES (:id, :species, :harvest, :state, '2024-07-02 09:30:00', '{\"a\": [1, \"ب\"]}',"
                " 0, 1)"
            ),
            palms,
        )
        run(
            text("INSERT INTO orchard_basket (id, palm_id, text) VALUES (:id, :id, :text)"),
            [{"id": n, "text": f"قفة {n}"} for n in range(1, PALMS + 1)],
        )
        for model in ("orchard.palm", "orchard.basket"):
            run(
                text(
                    "INSERT INTO core_note (model, record_id, body, visibility, at)"
                    " VALUES (:model, 7, 'ملاحظة', 'internal', '2024-07-02 09:30:00')"
                ),
                {"model": model},
            )
        run(
            text(
                'INSERT INTO core_access (role_code, model, "read", "create", "write", transition, export,'
                " plugin, changed) VALUES ('AUD', 'orchard.basket', true, false, false, false, false, 'orchard',"
                " true)"
            )
        )
    with garden.ground.session(code) as session:
        session.add(InstalledModule(id="orchard", version="0.1.0", state=ENABLED, installed_at=now()))
        bump_serial(session)  # as workers that start with the new code look anew
        session.commit()


@pytest.fixture
def old(garden, backend):
    """A governorate where the first version's data wait under the second version's code."""
    garden.orchard.code.heard.clear()
    with garden.ground.governorate("EG-KN", backend=backend) as code, garden.app.app_context():
        plant(garden, code)
        yield code


def state(garden, code):
    with garden.ground.app.app_context(), engine(code).connect() as connection:
        version = connection.scalar(text("SELECT version FROM core_plugin"))
        return version, current(connection, "orchard"), sorted(inspect(connection).get_table_names())


def visit(garden, code):
    """Ask for a page as a browser does, outside of the test's own application context."""
    return Context().run(garden.app.test_client().get, f"/{code}/login")


def kept(code, palm="id, species, harvest, planted_at, remarks, unit_id", crates="orchard_basket"):
    """Every value that the upgrade must not change, under the names of either version."""
    with engine(code).connect() as connection:
        palms = connection.execute(text(f"SELECT {palm} FROM orchard_palm ORDER BY id")).all()
        baskets = connection.execute(text(f"SELECT id, palm_id, text FROM {crates} ORDER BY id")).all()
        return [tuple(row) for row in palms], [tuple(row) for row in baskets]


def test_every_value_is_kept_under_its_new_name(garden, old):
    before = kept(old)
    assert upgrades.upgrade_module(old, "orchard")
    assert kept(old, "id, kind, harvest, planted_at, remarks, unit_id", "orchard_crate") == before
    orchard = garden.orchard.code.models
    with garden.ground.session(old) as session:
        palms = session.scalars(select(orchard.Palm)).all()
        for palm in palms:
            assert palm.grade == ("A" if palm.harvest >= 50 else "B")
            was_ill, dead = palm.id % 3 != 0, palm.harvest == 0
            assert palm.state == (("dead" if dead else "ailing") if was_ill else "sound")
            assert palm.remarks == {"a": [1, "ب"]}
        assert {palm.state for palm in palms} == {"sound", "ailing", "dead"}


def test_notes_and_rights_follow_a_renamed_model(garden, old):
    upgrades.upgrade_module(old, "orchard")
    with garden.ground.session(old) as session:
        assert sorted(session.scalars(select(Note.model))) == ["orchard.crate", "orchard.palm"]
        rights = {(row.role_code, row.model) for row in session.scalars(select(Access))}
        assert {("ADM", "orchard.crate"), ("AUD", "orchard.crate")} <= rights
        assert not [model for _role, model in rights if model == "orchard.basket"]


@ON_ONE
def test_the_module_is_told_once_from_which_version_it_came(garden, old):
    heard = garden.orchard.code.heard
    upgrades.upgrade_module(old, "orchard")
    assert heard == [("upgraded", "0.1.0", PALMS // 3)], "its tables are the new ones by then"
    assert not upgrades.upgrade_module(old, "orchard")
    assert len(heard) == 1


def test_until_then_the_governorate_says_that_it_is_being_upgraded(garden, old):
    answer = visit(garden, old)
    assert (answer.status_code, answer.headers.get("Retry-After") is not None) == (503, True)
    assert "يجري الآن تحديث" in answer.text or "being upgraded" in answer.text
    upgrades.upgrade_module(old, "orchard")
    assert visit(garden, old).status_code == 200


STEPS = {
    "between its statements": "UPDATE orchard_palm SET state",
    "as the table is renamed": "ALTER TABLE orchard_basket RENAME",
    "as its revision is entered": "UPDATE diwan_version_orchard",
    "as its rights are renewed": "INSERT INTO core_access",
    "as its version is entered": "UPDATE core_plugin SET version",
    "as workers are told": "UPDATE core_setting",
}


def broken_off(code, beginning):
    """Upgrade while the connection breaks at the first statement that begins so; returns what is said of it."""

    def break_off(conn, cursor, statement, *rest):
        if " ".join(statement.split()).startswith(beginning):
            raise ConnectionError("the power is gone")

    event.listen(engine(code), "before_cursor_execute", break_off)
    try:
        (outcome,) = [one for one in upgrades.upgrade_governorate(code) if one.plugin == "orchard"]
    finally:
        event.remove(engine(code), "before_cursor_execute", break_off)
    return outcome.error


def test_killed_on_the_way_nothing_is_half(garden, old):
    """Broken off at any of these steps nothing has happened; the next run does it all."""
    before, values = state(garden, old), kept(old)
    for step, beginning in STEPS.items():
        assert "the power is gone" in broken_off(old, beginning), step
        assert (state(garden, old), kept(old)) == (before, values), step
    assert [one.error for one in upgrades.upgrade_governorate(old)] == ["", ""]
    assert state(garden, old)[:2] == ("0.2.0", "orchard_0002")


def test_one_of_three_that_fails_stays_behind_and_the_others_go_on(garden, old, backend):
    with (
        garden.ground.governorate("EG-SHR", backend=backend) as second,
        garden.ground.governorate("EG-LX", backend=backend) as third,
    ):
        plant(garden, second)
        plant(garden, third)
        with engine(second).begin() as connection:  # somebody's hand was in the database
            connection.execute(text("CREATE TABLE orchard_crate (id INTEGER)"))
        values = kept(second)
        steps = {code: list(upgrades.upgrade_governorate(code)) for code in (old, second, third)}
        assert [bool(steps[code][-1].error) for code in (old, second, third)] == [False, True, False]
        assert state(garden, second)[:2] == ("0.1.0", "orchard_0001")
        assert kept(second) == values
        for code, status in ((old, 200), (second, 503), (third, 200)):
            assert visit(garden, code).status_code == status


@pytest.mark.slow
def test_what_the_first_version_exported_is_taken_up_by_the_second(garden, backend, request):
    """The first version's own code writes its data and its export, in a process of its own."""
    heard = garden.orchard.code.heard
    heard.clear()
    with garden.ground.governorate("EG-KN", backend=backend) as code, garden.app.app_context():
        script = request.path.with_name("first_version.py")
        words = [garden.ground.folder, code, request.config.rootpath / "tests/versions/one"]
        done = subprocess.run(
            [sys.executable, script, *map(str, words)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        reinstall(code, "orchard", Path(done.stdout.strip()))
        assert state(garden, code)[:2] == ("0.2.0", "orchard_0002")
        orchard = garden.orchard.code.models
        with garden.ground.session(code) as session:
            crates = session.scalars(select(orchard.Crate).order_by(orchard.Crate.id)).all()
            assert [crate.palm.remarks["n"] for crate in crates] == list(range(1, 81))
            assert [crate.palm.kind for crate in crates] == ["زغلول"] * 80
            assert (crates[-1].palm.state, crates[60].palm.grade) == ("dead", "A")
    assert heard == [("upgraded", "0.1.0", 79)], "the first version had no maps to bring back"


@ON_ONE
def test_what_it_keeps_outside_of_the_database_goes_along(garden, old):
    upgrades.upgrade_module(old, "orchard")
    disable(old, "orchard")
    folder = uninstall(old, "orchard", "orchard")
    assert (folder / "more/maps/palms.txt").read_text("utf-8") == "a map of the palms"
    (folder / "more/maps/palms.txt").write_text("another map", "utf-8")
    with pytest.raises(Refused, match=r"more/maps/palms\.txt"):
        reinstall(old, "orchard")
    (folder / "more/maps/palms.txt").write_text("a map of the palms", "utf-8")
    reinstall(old, "orchard")
    assert garden.orchard.code.heard[-1] == ("restored", "a map of the palms")


@ON_ONE
def test_a_listed_palm_and_an_old_version_speak_against_removing_it(garden, old):
    disable(old, "orchard")
    assert plan(old, "orchard").objections == ("Its tables are those of an older version: first upgrade it.",)
    upgrades.upgrade_module(old, "orchard")
    with engine(old).begin() as connection:
        connection.execute(text("UPDATE orchard_palm SET kind = 'listed' WHERE id = 5"))
    with pytest.raises(Refused, match="A listed palm is never felled"):
        uninstall(old, "orchard", "orchard")
