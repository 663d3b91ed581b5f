"""A backup taken while people work brings everything back, and one that is not whole is never taken for one."""

import os
import shutil
import threading
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import inspect, make_url, select, text

from core.errors import Refused
from core.governorates.address import without_password
from core.governorates.engines import opened_engine
from core.governorates.present import engines, registry
from core.governorates.provision import drop_database
from core.messages.failures import failed, send_again
from core.messages.outbox import HELD, Message, queue
from core.modules import migrations
from core.operation import examination
from core.operation.birth import remove
from core.safekeeping.backup import back_up
from core.safekeeping.restoring import check_backup, restore
from core.work.files.store import STORE, store

from .conftest import CODE, content

OTHER = {"sqlite": "postgres", "postgres": "sqlite"}


@pytest.fixture
def kept(app, desk, tmp_path):
    """A backup of the desk with three petitions and a file: (file, manifest)."""
    (first, _number), *_rest = desk.register("انقطاع المياه", "a burst pipe", "بلاغ ٣")
    desk.attach(first, "paper")
    with app.app_context():
        return back_up(CODE, tmp_path / "kept")


def gone(app, desk):
    """The governorate's database and files are lost."""
    with app.app_context():
        for one in list(store().files(CODE)):
            store().delete(CODE, one.name)
        url = registry().get(CODE).url
        remove(CODE)
        drop_database(url, desk.ground.postgres_url)


@pytest.mark.parametrize(
    "elsewhere", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["same", "other"]
)
def test_what_was_lost_comes_back_and_work_goes_on(app, desk, kept, spare, backend, elsewhere):
    path, _manifest = kept
    before = desk.audit().head
    papers = desk.papers()
    gone(app, desk)
    with app.app_context():
        found = restore(path, code=CODE, url=spare(OTHER[backend] if elsewhere else backend))
    assert [step.error for step in found.steps if step.error] == []
    assert desk.titles() == ["انقطاع المياه", "a burst pipe", "بلاغ ٣"]
    assert desk.phones() == {"01012345678"}
    assert desk.papers() == papers
    report = desk.audit()
    assert report.ok
    assert report.rows > before.seq, "the restoring itself is entered"
    ((id_, number),) = desk.register("the next")
    assert id_ == 4
    assert number.endswith("/000004")
    assert desk.sign_in() == 200
    with app.app_context():
        remove(CODE)


def test_the_copy_is_row_by_row_what_was_there(desk, kept):
    _path, manifest = kept
    assert list(manifest.tables) == desk.content()
    assert manifest.audit == str(desk.audit().head)
    assert manifest.modules["desk"][1] == "enabled"
    assert "url" not in manifest.governorate


@pytest.mark.slow
def test_a_backup_under_load_is_of_one_moment(app, desk, spare, backend, tmp_path):
    """Each writer adds a petition and its letter in one transaction: no backup has one without the other."""
    from plugins.desk.models import Letter, Petition

    desk.register("the first")
    enough, faults, written = threading.Event(), [], []

    def work(name):
        try:
            while not enough.is_set():
                with desk.ground.session(CODE) as session:
                    title = f"{name}-{len(written)}"
                    session.add(Petition(title=title, unit_id=desk.unit))
                    session.add(Letter(text=title, unit_id=desk.unit))
                    session.commit()
                    written.append(title)
        except Exception as error:
            faults.append(error)

    writers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    while len(written) < 20 and not faults:
        pass
    acknowledged = len(written)
    with app.app_context():
        path, manifest = back_up(CODE, tmp_path)
    more = len(written)
    enough.set()
    for writer in writers:
        writer.join()
    assert faults == []
    rows = {table.name: table.rows for table in manifest.tables}
    assert rows["desk_petition"] == rows["desk_letter"] + 1
    assert acknowledged <= rows["desk_letter"] <= len(written)
    assert more > acknowledged, "others went on writing"
    with app.app_context():
        assert check_backup(path, spare(backend)) == manifest


@pytest.mark.slow
def test_a_trial_leaves_its_database_empty(app, kept, spare, backend):
    url = spare(backend)
    with app.app_context():
        check_backup(kept[0], url)
        check_backup(kept[0])
    with opened_engine(url) as engine:
        assert inspect(engine).get_table_names() == []


def test_one_that_is_served_is_replaced_only_when_asked_and_kept_aside(app, desk, kept, spare, backend):
    desk.register("after the backup")
    target = spare(backend)
    with app.app_context():
        before = registry().get(CODE).url
        with pytest.raises(Refused, match="--replace"):
            restore(kept[0], url=target)
        assert restore(kept[0], url=target, replace=True).before == before
    assert "after the backup" not in desk.titles()
    with opened_engine(before) as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM desk_petition")) == 4


def test_a_backup_is_of_one_governorate_and_no_other(app, kept, ground, spare, backend):
    with app.app_context(), pytest.raises(Refused, match="backup of EG-KN, not of EG-C"):
        restore(kept[0], code="EG-C", url=spare(backend))
    with ground.governorate("EG-C", backend=backend) as other, app.app_context():
        url = registry().get(other).url
        before = content(url)
        with pytest.raises(Refused, match="belongs to EG-C"):
            restore(kept[0], url=url, replace=True)
        assert content(url) == before


@pytest.mark.slow
def test_a_database_that_is_in_use_is_not_written_over(app, kept, spare, backend):
    url = spare(backend)
    with opened_engine(url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody (id integer)"))
    with app.app_context(), pytest.raises(Refused, match="not empty and not Diwan's"):
        restore(kept[0], url=url, replace=True)


@pytest.mark.postgres
def test_a_database_that_cannot_hold_every_letter_is_refused_in_words(app, kept, ground, postgres_url):
    name = f"diwan_latin_{uuid4().hex[:8]}"
    ground._on_server(
        f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    try:
        with app.app_context():
            for attempt in (
                partial(check_backup, kept[0], url),
                partial(restore, kept[0], url=url, replace=True),
            ):
                with pytest.raises(Refused, match="ENCODING 'UTF8'"):
                    attempt()
    finally:
        ground._on_server(f"DROP DATABASE {name}")


@pytest.mark.slow
def test_a_backup_newer_than_the_code_is_refused_in_words(app, desk, spare, backend, tmp_path):
    with app.app_context(), engines().get(CODE, registry().get(CODE).url).begin() as connection:
        connection.execute(text("UPDATE diwan_version_core SET version_num = 'core_9999'"))
    with app.app_context():
        path, _manifest = back_up(CODE, tmp_path)
        url = spare(backend)
        with pytest.raises(Refused, match="core_9999"):
            restore(path, url=url, replace=True)
        with opened_engine(url) as engine:
            assert inspect(engine).get_table_names() == []


@pytest.mark.slow
def test_a_backup_of_an_older_version_is_brought_to_the_present_one(app, ground, spare, backend, tmp_path):
    from core.governorates.directory import entry

    url = spare(backend)
    with opened_engine(url) as engine:
        migrations.upgrade(engine, "core", migrations.CORE_FOLDER, "core_0002")
        with engine.begin() as connection:
            for key, value in {"governorate": CODE, "module_serial": "1", "people_serial": "1"}.items():
                row = {"key": key, "value": value}
                connection.execute(text("INSERT INTO core_setting (key, value) VALUES (:key, :value)"), row)
    with app.app_context():
        registry().add(entry(CODE, url))
        try:
            path, manifest = back_up(CODE, tmp_path)
            assert manifest.shape.revisions == {"core": "core_0002"}
            found = restore(path, url=spare(backend), replace=True)
            assert [(step.plugin, step.changed, step.error) for step in found.steps] == [("core", True, "")]
            with opened_engine(found.url) as engine, engine.connect() as connection:
                assert migrations.pending(connection, "core", migrations.CORE_FOLDER) == ()
        finally:
            remove(CODE)


def test_tables_of_a_module_whose_code_is_gone_come_back_too(app, desk, kept, spare, backend, monkeypatch):
    host = app.extensions["diwan"]
    modules = {name: module for name, module in host.modules.items() if name != "desk"}
    monkeypatch.setattr(host, "modules", modules)
    monkeypatch.setattr(host, "order", tuple(name for name in host.order if name != "desk"))
    with app.app_context():
        found = restore(kept[0], url=spare(OTHER[backend]), replace=True)
        (fault,) = [step for step in found.steps if step.error]
        assert fault.plugin == "desk"
        came = {table.name: table for table in content(found.url)}
    assert [came[table.name] for table in kept[1].tables if table.name.startswith("desk")] == [
        table for table in kept[1].tables if table.name.startswith("desk")
    ]
    monkeypatch.undo()
    with opened_engine(found.url) as engine:
        look = inspect(engine)
        assert {key["referred_table"] for key in look.get_foreign_keys("desk_letter")} >= {"core_unit"}
        assert ["number"] in [one["column_names"] for one in look.get_unique_constraints("desk_petition")]


@pytest.mark.slow
def test_the_data_of_an_uninstalled_module_comes_back_with_its_export(
    app, kept, desk, spare, backend, tmp_path
):
    """The export of a removed module is the only copy of its records: a backup without it would lose them."""
    folder = app.config["DIWAN"].data_dir / "exports" / CODE
    paper = folder / "desk-2026" / "more" / "letter.pdf"
    paper.parent.mkdir(parents=True)
    try:
        paper.write_bytes(b"a letter")
        (folder / "half.incomplete").mkdir()
        (folder / "half.incomplete" / "x").write_bytes(b"half")
        paper.with_name("letter.pdf.half").write_bytes(b"half")
        with app.app_context():
            path, manifest = back_up(CODE, tmp_path)
            assert [one.name for one in manifest.exports] == ["desk-2026/more/letter.pdf"]
            check_backup(path)
            shutil.rmtree(folder)
            restore(path, url=spare(backend), replace=True)
            assert paper.read_bytes() == b"a letter"
            paper.write_bytes(b"a lett")
            restore(path, url=spare(backend), replace=True)
        assert paper.read_bytes() == b"a letter", "half of it is not taken for it"
    finally:
        shutil.rmtree(folder)


def test_what_waited_to_be_sent_waits_for_an_administrators_word(app, desk, diwan, spare, backend, tmp_path):
    """It may have been sent since: nobody gets a letter, or a secret, twice."""
    with desk.ground.session(CODE) as session:
        queue("mail", "a@example.org", "Answer", "text", effect_key="waiting")
        queue("mail", "a@example.org", "Your secret", "abcdef", effect_key="secret", secret=True)
        told = queue("mail", "a@example.org", "Sent", "text", effect_key="sent, to be told")
        told.proof = "250 ok"
        session.commit()
    with app.app_context():
        path, _manifest = back_up(CODE, tmp_path)
    done = diwan("restore", path, "--replace", "--to", spare(backend))
    assert done.status == 0, done.said
    assert "2 messages were waiting" in done.said
    with desk.ground.session(CODE) as session:
        states = {row.effect_key: (row.state, row.body) for row in session.scalars(select(Message))}
        assert states["waiting"] == ("failed", "text")
        assert states["secret"] == ("withdrawn", None)
        assert states["sent, to be told"] == ("queued", "text")
        (row,) = failed(session)
        assert row.error == HELD
        send_again(session, row.id)
        session.commit()
        assert session.get(Message, row.id).state == "queued"
    assert desk.audit().ok


class Killed(BaseException):
    """Nothing may catch it, as nothing catches the end of a process."""


@pytest.fixture
def failing_once(monkeypatch):
    """Let a step of the restoring fail once, before or after it did its work."""

    def at(name, error, *, after=False):
        from core.safekeeping import restoring

        work = getattr(restoring, name)

        def fail(*given):
            monkeypatch.setattr(restoring, name, work)
            if after:
                work(*given)
            raise error

        monkeypatch.setattr(restoring, name, fail)

    return at


@pytest.mark.parametrize("step", ["put_papers_back", "_serve"])
def test_a_given_database_is_empty_again_after_a_restoring_that_failed(
    app, desk, kept, spare, backend, failing_once, step
):
    """The disk was full, or the host name taken: once that is mended, the same command succeeds."""
    target = spare(backend)
    failing_once(step, OSError("the disk is full"))
    with app.app_context():
        before = registry().get(CODE).url
        with pytest.raises(OSError, match="the disk is full"):
            restore(kept[0], url=target, replace=True)
        assert registry().get(CODE).url == before
        assert content(target) == []
        restore(kept[0], url=target, replace=True)
        assert registry().get(CODE).url == target


@pytest.fixture
def provided(app, backend, ground, monkeypatch):
    """Databases are made by the installation itself, and gone after the test."""
    settings = app.config["DIWAN"]
    server = ground.postgres_url if backend == "postgres" else None
    monkeypatch.setitem(app.config, "DIWAN", replace(settings, provision_url=server))
    made = []
    yield made
    with app.app_context():
        engines().dispose()
        for url in made:
            drop_database(url, server)


def test_a_database_that_is_served_is_not_dropped_by_what_fails_after(
    app, desk, kept, failing_once, provided
):
    failing_once("_serve", Killed(), after=True)
    with app.app_context():
        before = registry().get(CODE).url
        with pytest.raises(Killed):
            restore(kept[0], replace=True)
        provided.append(registry().get(CODE).url)
        assert provided != [before]
    assert len(desk.titles()) == 3


def test_files_that_only_the_replaced_database_names_stay_until_it_is_let_go(
    app, desk, kept, diwan, spare, backend
):
    """The doctor and the command say whose they may be."""
    ((id_, _number),) = desk.register("after the backup")
    desk.attach(id_, "newer")
    with app.app_context():
        before = without_password(registry().get(CODE).url)
        restore(kept[0], url=spare(backend), replace=True)
        (newer,) = {one.name for one in store().files(CODE)} - {one.name for one in kept[1].files}
        os.utime(app.extensions[STORE].folder / CODE / newer[:2] / newer, (0, 0))
        (finding,) = examination.look_at_files(app, registry().get(CODE))
    assert f"--let-go, but only once the replaced database {before}" in finding.what
    command = ("files", "orphans", "--governorate", CODE)
    assert f"only {before} names" in diwan(*command).said
    done = diwan(*command, "--remove")
    assert done.status == 1
    assert before in done.said
    assert "Traceback" not in done.said
    with app.app_context():
        assert newer in {one.name for one in store().files(CODE)}
    done = diwan(*command, "--remove", "--let-go")
    assert done.status == 0, done.said
    assert "1 removed" in done.said
    assert desk.audit().ok


def test_one_backup_can_be_restored_as_often_as_is_needed(app, desk, kept, provided):
    with app.app_context():
        for _time in range(2):
            provided.append(restore(kept[0], replace=True).url)
        assert provided[0] != provided[1] == registry().get(CODE).url
    assert len(desk.titles()) == 3
