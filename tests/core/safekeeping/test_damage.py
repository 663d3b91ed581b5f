"""One byte that is not as it was written is found, wherever it is, and what is damaged is named."""

import threading
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from core.data.archive import Damaged
from core.errors import Refused
from core.governorates.present import registry
from core.safekeeping import container
from core.safekeeping.backup import back_up
from core.safekeeping.container import LARGEST, MANIFEST, PIECE, PROOF, opened, writing
from core.safekeeping.restoring import check_backup, restore
from core.work.files.store import STORE, FolderStore, store

from .conftest import CODE, furnish


@pytest.fixture(scope="module")
def served(ground, tmp_path_factory):
    """A desk on SQLite with a file, for all tests here: what is tried is the backup's file."""
    with pytest.MonkeyPatch.context() as patch, ground.governorate(CODE, modules=("desk",)):
        patch.setitem(ground.app.extensions, STORE, FolderStore(tmp_path_factory.mktemp("store")))
        desk = furnish(ground)
        (first, _number), *_rest = desk.register("انقطاع المياه", "a burst pipe")
        desk.attach(first, "paper")
        yield desk


@pytest.fixture(scope="module")
def kept(served, tmp_path_factory):
    """Its backup, as the bytes of the file, and where each entry's content lies in them."""
    with served.ground.app.app_context():
        path, manifest = back_up(CODE, tmp_path_factory.mktemp("kept"))
    with ZipFile(path) as archive:
        places = {
            one.filename: (one.header_offset + 30 + len(one.filename), one.compress_size)
            for one in archive.infolist()
        }
    return SimpleNamespace(path=path, manifest=manifest, data=path.read_bytes(), places=places)


@pytest.fixture
def broken(kept, tmp_path):
    """A copy with one byte flipped."""

    def make(place):
        data = bytearray(kept.data)
        data[place] ^= 0x10
        path = tmp_path / "broken.diwan.zip"
        path.write_bytes(data)
        return path

    return make


def test_one_flipped_byte_in_any_entry_is_found_and_the_entry_named(app, kept, broken):
    for name, (start, size) in kept.places.items():
        with app.app_context(), pytest.raises(Damaged, match=name.replace(".", r"\.")):
            check_backup(broken(start + size // 2))


def test_one_flipped_byte_between_the_entries_is_found(app, kept, broken):
    ends = [start + size for start, size in kept.places.values()]
    for place in (
        4,
        10,
        max(ends) + 11,
        len(kept.data) - PROOF - 3,
        len(kept.data) - PROOF,
        len(kept.data) - 1,
    ):
        with app.app_context(), pytest.raises(Damaged):
            check_backup(broken(place))


def test_a_flipped_byte_of_the_proof_is_found_whatever_it_has_become(app, kept, tmp_path):
    """Also where it is no letter any more."""
    for place in range(len(kept.data) - PROOF, len(kept.data)):
        data = bytearray(kept.data)
        data[place] ^= 0x80
        path = tmp_path / "flipped.diwan.zip"
        path.write_bytes(data)
        with app.app_context(), pytest.raises(Damaged, match=r"flipped\.diwan\.zip"), opened(path):
            pass


def test_a_manifest_that_would_fill_the_memory_is_not_unpacked(app, tmp_path, monkeypatch):
    """The hash of a file can be made by anybody: what is not signed is not trusted with memory either."""
    path = tmp_path / "bomb.diwan.zip"
    monkeypatch.setattr(container, "derive", lambda code, purpose: b"another key")
    with app.app_context(), writing(path) as archive, archive.open(MANIFEST, "w") as file:
        for _piece in range(LARGEST // PIECE + 1):
            file.write(bytes(PIECE))
    monkeypatch.undo()
    tracemalloc.start()
    with app.app_context(), pytest.raises(Damaged, match="no backup that this version can read"):
        check_backup(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LARGEST // 4


def test_what_is_cut_off_or_no_backup_at_all_is_said_to_be(app, kept, tmp_path):
    path = tmp_path / "cut.diwan.zip"
    for data in (b"", b"x", b"a letter, not a backup" * 40, kept.data[:-1], kept.data[: len(kept.data) // 2]):
        path.write_bytes(data)
        with app.app_context(), pytest.raises(Damaged, match=r"cut\.diwan\.zip"):
            check_backup(path)


def test_a_backup_made_by_somebody_else_is_refused(app, kept, tmp_path, monkeypatch):
    """Who can write files, but does not know the secret, cannot give us users and rights."""
    path = tmp_path / "forged.diwan.zip"
    monkeypatch.setattr(container, "derive", lambda code, purpose: b"another key")
    with app.app_context(), writing(path) as archive, ZipFile(kept.path) as known:
        for name in known.namelist():
            archive.writestr(name, known.read(name))
    monkeypatch.undo()
    with app.app_context(), pytest.raises(Damaged, match="not written by this installation"):
        restore(path, replace=True)


def test_under_another_secret_it_is_refused_before_anything_is_written(app, kept, monkeypatch):
    other = replace(app.config["DIWAN"], secret_key="another-" + "k" * 40)
    with app.app_context():
        before = registry().get(CODE).url
        monkeypatch.setitem(app.config, "DIWAN", other)
        with pytest.raises(
            Refused, match=f"another DIWAN_SECRET_KEY, with the fingerprint {kept.manifest.key}"
        ):
            check_backup(kept.path)
        monkeypatch.undo()
        assert registry().get(CODE).url == before
    assert app.config["DIWAN"].secret_key not in kept.data.decode("latin-1")


def test_rows_that_were_changed_in_the_database_itself_are_found(app, served, tmp_path):
    """The copy is true to the database; that the database was tampered with is told by the audit."""
    from sqlalchemy import text

    from core.governorates.engines import opened_engine
    from core.work.append_only import drop_triggers

    with app.app_context():
        with opened_engine(registry().get(CODE).url) as engine, engine.begin() as connection:
            drop_triggers(connection)
            said = connection.scalar(text("SELECT op FROM core_audit WHERE seq = 2"))
            connection.execute(text("UPDATE core_audit SET op = 'x' WHERE seq = 2"))
        path, _manifest = back_up(CODE, tmp_path)
        with pytest.raises(Refused, match="audit is not sound: row 2 "):
            check_backup(path)
        with opened_engine(registry().get(CODE).url) as engine, engine.begin() as connection:
            connection.execute(text("UPDATE core_audit SET op = :op WHERE seq = 2"), {"op": said})


def test_a_backup_that_fails_half_way_leaves_no_file(app, served, tmp_path, monkeypatch):
    def fail(connection):
        raise OSError("the disk is full")

    monkeypatch.setattr("core.safekeeping.backup._head", fail)
    with app.app_context(), pytest.raises(OSError, match="the disk is full"):
        back_up(CODE, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_backups_at_once_are_two_files(app, served, tmp_path):
    paths = []

    def work():
        with app.app_context():
            paths.append(back_up(CODE, tmp_path)[0])

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(paths)) == 2
    for path in paths:
        with app.app_context(), opened(path) as (_archive, manifest):
            assert manifest.code == CODE


def test_the_command_says_what_it_wrote_and_what_is_wrong(diwan, served, kept, broken, tmp_path):
    done = diwan("backup", "--governorate", "eg-kn", "--to", tmp_path / "here")
    assert done.status == 0, done.said
    (path,) = (tmp_path / "here").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert "1 attachments" in done.said
    assert f"{path} is sound" in diwan("verify-backup", path).said
    start, size = kept.places["tables/core_unit.jsonl"]
    done = diwan("verify-backup", broken(start + size // 2))
    assert done.status == 1
    assert "tables/core_unit.jsonl is not as it was written" in done.said
    assert diwan("backup").status == 2


def test_one_governorate_that_is_away_stops_no_other_backup(diwan, ground, served, tmp_path):
    from core.governorates.directory import entry

    with ground.app.app_context():
        registry().add(entry("EG-C", f"sqlite:///{tmp_path}/nowhere.sqlite"))
    try:
        done = diwan("backup", "--all", "--to", tmp_path / "all")
    finally:
        with ground.app.app_context():
            registry().remove("EG-C")
    assert done.status == 1
    assert "EG-C: no backup: the database: the file" in done.said
    assert [path.name[:5] for path in (tmp_path / "all").iterdir()] == [CODE]


def test_an_attachment_that_is_lost_is_named_and_the_rest_is_kept(diwan, app, served, tmp_path):
    with app.app_context():
        (one,) = store().files(CODE)
        with store().open(CODE, one.name) as file:
            data = file.read()
        store().put(CODE, one.name, data + b"x")
        try:
            done = diwan("backup", "--governorate", CODE, "--to", tmp_path / "lost")
        finally:
            store().put(CODE, one.name, data)
        assert done.status == 1
        assert f"the attachment {one.name} is missing or damaged" in done.said
        (path,) = (tmp_path / "lost").iterdir()
        assert check_backup(path).lost == (one.name,)
