"""A governorate moves between databases of both kinds; whatever interrupts it, it goes on or back."""

import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from core.errors import Refused, Unavailable
from core.governorates.engines import opened_engine
from core.governorates.freezing import freeze, is_frozen, thaw
from core.governorates.present import registry
from core.operation import examination
from core.operation.birth import add, remove
from core.people.machine_keys import MachineKey, find_machine, issue
from core.people.units import Unit
from core.safekeeping import journal
from core.safekeeping.backup import back_up
from core.safekeeping.move import COPIED, FROZEN, PREPARED, STEPS, SWITCHED, abort, move
from core.safekeeping.restoring import restore
from core.work.chain import AuditRow

from .conftest import CODE, content


class Killed(BaseException):
    """Nothing may catch it, as nothing catches the end of a process."""


@pytest.fixture
def killed(monkeypatch):
    """Let the move end at a step, before or after it is noted."""

    def at(step, *, noted):
        write = journal.write

        def die(known):
            if known.step == step and not noted:
                raise Killed
            write(known)
            if known.step == step:
                raise Killed

        monkeypatch.setattr(journal, "write", die)
        return lambda: monkeypatch.setattr(journal, "write", write)

    return at


SLOW = pytest.mark.slow
PAIRS = [
    pytest.param(("sqlite", "postgres"), id="sqlite-postgres"),
    pytest.param(("postgres", "postgres"), id="postgres-postgres", marks=SLOW),
    pytest.param(("postgres", "sqlite"), id="postgres-sqlite", marks=SLOW),
]


@pytest.fixture(params=PAIRS)
def pair(request):
    """From where to where; the first is the backend of the desk."""
    return request.param


@pytest.fixture
def backend(request):
    return request.getfixturevalue("pair")[0] if "pair" in request.fixturenames else "sqlite"


def url_of(app):
    with app.app_context():
        return registry().get(CODE).url


def test_every_row_moves_and_work_goes_on(app, desk, spare, pair):
    desk.register("انقطاع المياه", "a burst pipe")
    before, source, target = desk.content(), url_of(app), spare(pair[1])
    steps = []
    with app.app_context():
        move(CODE, target, steps.append)
        assert journal.read(CODE) is None
    assert tuple(steps) == STEPS
    assert url_of(app) == target
    assert "diwan_move" not in {table.name for table in content(target)}
    assert content(source) == before, "the old database is as it was"
    ((id_, number),) = desk.register("the next")
    assert (id_, number[-6:]) == (3, "000003")
    assert desk.phones() == {"01012345678"}
    assert desk.sign_in() == 200
    assert desk.audit().ok
    with desk.ground.session(CODE) as session:
        (told,) = session.scalars(select(AuditRow).where(AuditRow.op == "move"))
        assert target.split("@")[-1] in told.diff
    with opened_engine(source) as engine, pytest.raises(Unavailable), engine.begin() as connection:
        connection.execute(text("UPDATE core_unit SET kind = 'x'"))


@pytest.mark.parametrize("noted", [False, True], ids=["before", "after"])
@pytest.mark.slow
def test_interrupted_at_any_step_it_goes_on(app, desk, spare, pair, killed, noted):
    for number, step in enumerate(STEPS):
        desk.register(f"before {step}")
        titles, source, target = desk.titles(), url_of(app), spare(pair[(number + 1) % 2])
        mend = killed(step, noted=noted)
        with app.app_context(), pytest.raises(Killed):
            move(CODE, target)
        mend()
        assert desk.titles() == titles, "it can be read all the time"
        with app.app_context():
            known = move(CODE, target)
        assert (known.source, known.target, url_of(app)) == (source, target, target)
        assert desk.titles() == titles
        assert desk.audit().ok
    with desk.ground.session(CODE) as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.op == "move")).all()) == len(STEPS)
    assert desk.register("at last")[0][1].endswith(f"{len(STEPS) + 1:06d}")


@pytest.mark.slow
def test_interrupted_before_the_switch_it_can_be_undone(app, desk, spare, pair, killed):
    source, target = url_of(app), spare(pair[1])
    desk.register("the first")
    for step in STEPS[:-1]:
        for noted in (False, True):
            before = desk.content()
            mend = killed(step, noted=noted)
            with app.app_context(), pytest.raises(Killed):
                move(CODE, target)
            mend()
            with app.app_context():
                if step == PREPARED and not noted:
                    with pytest.raises(Refused, match="No move"):
                        abort(CODE)
                else:
                    abort(CODE)
                assert journal.read(CODE) is None
            assert url_of(app) == source
            assert desk.content() == before
            assert content(target) == [], "nothing stays in the target"
            desk.register(f"after {step}")
    assert desk.audit().ok


def test_after_the_switch_there_is_only_forward(app, desk, spare, killed):
    target = spare("sqlite")
    mend = killed(SWITCHED, noted=False)
    with app.app_context(), pytest.raises(Killed):
        move(CODE, target)
    mend()
    desk.register("written in the new database")
    with app.app_context():
        with pytest.raises(Refused, match="served from its new database already"):
            abort(CODE)
        move(CODE)
        assert journal.read(CODE) is None
    assert desk.titles() == ["written in the new database"]


@pytest.fixture
def frozen(desk, spare, killed, app):
    """The desk in the midst of a move: (desk, target)."""
    desk.register("انقطاع المياه")
    target = spare("sqlite")
    mend = killed(FROZEN, noted=True)
    with app.app_context(), pytest.raises(Killed):
        move(CODE, target)
    mend()
    yield desk, target
    with app.app_context():
        if journal.read(CODE):
            abort(CODE)


def test_while_it_moves_it_is_read_and_writing_is_refused_in_words(app, frozen):
    desk, _target = frozen
    assert desk.titles() == ["انقطاع المياه"]
    with pytest.raises(Unavailable, match="nothing can be saved"):
        desk.register("too late")
    desk.sign_in()
    assert desk.answer.status_code == 503, "a sign-in is a row that can be ended, so it needs writing"
    assert int(desk.answer.headers["Retry-After"]) > 0
    assert "لا يمكن حفظ" in desk.answer.text
    assert app.test_client().get(f"/{CODE}/").status_code == 200
    with app.app_context():
        abort(CODE)
    desk.register("saved")
    assert desk.sign_in() == 200


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def prepared(request, app, desk, spare, killed):
    """A move that stopped before it froze anything: (desk, target)."""
    target = spare(request.param)
    mend = killed(PREPARED, noted=True)
    with app.app_context(), pytest.raises(Killed):
        move(CODE, target)
    mend()
    yield desk, target
    with app.app_context():
        journal.forget(CODE)


def test_another_governorate_that_came_into_the_target_is_neither_taken_nor_dropped(app, prepared):
    _desk, target = prepared
    with app.app_context():
        add("EG-ASN", url=target)
        try:
            before = content(target)
            with pytest.raises(Refused, match="belongs to EG-ASN"):
                move(CODE)
            assert abort(CODE)[1], "nothing of the copy is in there"
            assert content(target) == before
        finally:
            remove("EG-ASN")


def test_a_backup_that_was_restored_into_the_target_is_neither_taken_nor_dropped(
    app, prepared, spare, tmp_path
):
    """It is of the same governorate, and was served for a while."""
    _desk, target = prepared
    with app.app_context():
        source = url_of(app)
        path, _manifest = back_up(CODE, tmp_path)
        restore(path, url=target, replace=True)
        registry().move(CODE, source)
        before = content(target)
        with pytest.raises(Refused, match="belongs to EG-KN"):
            move(CODE)
        abort(CODE)
        assert content(target) == before


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_while_it_is_frozen_a_program_with_a_key_still_reads(ground, backend):
    """Only that the key was used is not noted."""
    with ground.governorate("EG-ASN", backend=backend) as code:
        with ground.session(code) as session:
            unit = Unit(code="DIWAN", kind="diwan", name_ar="الديوان", name_en="Diwan")
            session.add(unit)
            key = issue(session, "portal", "open311", unit)
            session.commit()
        with ground.app.app_context(), opened_engine(registry().get(code).url) as engine:
            freeze(engine)
        with ground.session(code) as session:
            assert find_machine(session, "open311", key).name == "portal"
            assert session.scalar(select(MachineKey.last_used_at)) is None


def test_a_target_that_is_gone_for_good_does_not_stop_the_way_back(app, diwan, frozen):
    desk, _target = frozen
    with app.app_context():
        known = journal.read(CODE)
        journal.write(replace(known, step=COPIED, target="postgresql://nobody@127.0.0.1:1/none"))
    done = diwan("governorate", "move", CODE)
    assert done.status == 1
    assert "with --abort it is undone" in done.said
    done = diwan("governorate", "move", CODE, "--abort")
    assert done.status == 0
    assert "may hold a copy" in done.said
    desk.register("saved again")
    with app.app_context():
        assert journal.read(CODE) is None


def test_the_doctor_names_a_move_that_stands_still_and_both_ways(app, frozen):
    with app.app_context():
        (finding,) = examination.look_at_move(app, registry().get(CODE))
    assert "stands at frozen" in finding.what
    assert f"diwan governorate move {CODE}" in finding.what
    assert "--abort" in finding.what


def test_a_move_under_way_goes_to_one_place_only(app, frozen, spare):
    _desk, target = frozen
    with app.app_context():
        with pytest.raises(Refused, match=r"stands at .frozen.: diwan governorate move EG-KN goes on"):
            move(CODE, spare("sqlite"))
        with journal.alone(CODE), pytest.raises(Unavailable, match="by another process"):
            move(CODE, target)
        move(CODE)
    assert url_of(app) == target


def test_the_addresses_in_the_journal_are_sealed(app, frozen):
    _desk, target = frozen
    written = (app.config["DIWAN"].data_dir / "moves" / f"{CODE}.json").read_text()
    assert target not in written
    assert "frozen" in written


def test_a_source_that_was_written_meanwhile_is_noticed(app, frozen):
    """Somebody took the triggers away by hand."""
    _desk, target = frozen
    with opened_engine(url_of(app)) as engine:
        thaw(engine)
    with app.app_context(), pytest.raises(Refused, match="written meanwhile"):
        move(CODE)
    assert url_of(app) != target


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (None, "--to URL"),
        ("sqlite:////nowhere/at/all.sqlite", "unable to open"),
        ("postgresql://nobody@127.0.0.1:1/none", "refused"),
        ("no address", "URL names no database"),
        ("sqlite://", "URL names no database"),
        ("postgresql://nobody@127.0.0.1:1", "URL names no database"),
        ("mysql://nobody@127.0.0.1:1/none", "URL names no database"),
    ],
)
def test_a_target_that_cannot_be_used_changes_nothing(app, diwan, desk, target, said):
    done = diwan("governorate", "move", CODE, *(("--to", target) if target else ()))
    assert done.status == 1
    assert said in done.said
    assert "Traceback" not in done.said
    with app.app_context():
        assert journal.read(CODE) is None
    desk.register("still served")


def test_a_target_in_use_is_refused(app, desk, ground):
    with ground.governorate("EG-C") as other, app.app_context():
        with pytest.raises(Refused, match="belongs to EG-C"):
            move(CODE, registry().get(other).url)
        with pytest.raises(Refused, match="in that database already"):
            move(CODE, url_of(app))


def test_the_command_tells_each_step_and_where_the_old_database_is(app, diwan, desk, spare):
    source, target = url_of(app), spare("sqlite")
    done = diwan("governorate", "move", CODE.lower(), "--to", target)
    assert done.status == 0, done.said
    assert [line for line in done.said.splitlines() if line.startswith(f"{CODE}: ")] == [
        f"{CODE}: {step}" for step in STEPS
    ]
    assert f"kept, and refuses writing: {source}" in done.said
    assert diwan("governorate", "move", CODE, "--abort").status == 1


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request, spare):
    with opened_engine(spare(request.param)) as found:
        with found.begin() as connection:
            connection.execute(text("CREATE TABLE one (id integer PRIMARY KEY)"))
            connection.execute(text("CREATE TABLE two (id integer PRIMARY KEY)"))
        yield found


def test_who_is_writing_ends_first_and_who_comes_later_is_refused(engine):
    """No one is stopped half-way: what was begun before is committed, or refused as a whole."""
    begun, go = threading.Event(), threading.Event()
    done = []

    def work():
        with engine.connect().execution_options(diwan_write=True) as connection, connection.begin():
            connection.execute(text("INSERT INTO one VALUES (1)"))
            begun.set()
            go.wait()
            connection.execute(text("INSERT INTO two VALUES (1)"))
        done.append("committed")

    writer = threading.Thread(target=work)
    writer.start()
    begun.wait()
    freezer = threading.Thread(target=freeze, args=(engine,))
    freezer.start()
    freezer.join(0.7)
    assert freezer.is_alive(), "it waits for the writer"
    go.set()
    writer.join()
    freezer.join()
    assert done == ["committed"]
    for statement in ("INSERT INTO one VALUES (2)", "UPDATE one SET id = 3", "DELETE FROM two"):
        with pytest.raises(Unavailable), engine.begin() as connection:
            connection.execute(text(statement))
    with engine.connect() as connection:
        assert is_frozen(connection)
        assert connection.scalar(text("SELECT count(*) FROM two")) == 1
    freeze(engine)
    thaw(engine)
    thaw(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO one VALUES (2)"))
        assert not is_frozen(connection)


def test_who_never_ends_writing_leaves_all_as_it_was(engine, monkeypatch):
    monkeypatch.setattr("core.governorates.freezing.ATTEMPTS", 1)
    monkeypatch.setattr("core.governorates.engines.SQLITE_PRAGMAS", ("busy_timeout=100",))
    with engine.connect().execution_options(diwan_write=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO one VALUES (1)"))
        with pytest.raises(Unavailable, match="writing all the time"):
            freeze(engine)
    with engine.connect() as connection:
        assert not is_frozen(connection)


def test_a_move_that_a_restored_backup_overtook_can_only_be_undone(app, frozen, spare, tmp_path):
    """What it would carry is not what is served any more."""
    desk, _target = frozen
    third = spare("sqlite")
    with app.app_context():
        path, _manifest = back_up(CODE, tmp_path)
        restore(path, url=third, replace=True)
        desk.register("after the restoring")
        with pytest.raises(Refused, match=r"third database by now.*--abort"):
            move(CODE)
        abort(CODE)
    assert url_of(app) == third
    assert desk.titles()[-1] == "after the restoring"


DYING = """
import os, sys
from core.app import create_app
from core.safekeeping import journal
from core.safekeeping.move import move
code, target, step = sys.argv[1:]
write = journal.write
def die(known):
    write(known)
    if known.step == step:
        os._exit(9)
journal.write = die
with create_app().app_context():
    move(code, target)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_is_killed_leaves_a_move_that_goes_on(step, tmp_path):
    """Real processes on an installation of their own: the first dies, the command line goes on."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIWAN_")}
    environ |= {"DIWAN_DATA_DIR": str(tmp_path), "LANG": "C.UTF-8"}
    diwan = [sys.executable, "-m", "core.cli"]

    def call(*words):
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)

    assert call(*diwan, "governorate", "add", CODE).returncode == 0
    target = f"sqlite:///{tmp_path}/new.sqlite"
    assert call(sys.executable, "-c", DYING, CODE, target, step).returncode == 9
    done = call(*diwan, "governorate", "move", CODE)
    assert done.returncode == 0, done.stderr
    assert f"served from {target}" in done.stdout
    proof = call(*diwan, "audit", "verify")
    assert proof.returncode == 0, proof.stderr
    assert "sound" in proof.stdout
