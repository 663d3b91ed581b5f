"""Files of a record: hung on it, seen with it, withdrawn but never lost; swept, kept and put back."""

import hashlib
import json
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from os import utime

import pytest
from sqlalchemy import select
from trust import hostile

from core.data.scope import Scope
from core.data.time import now
from core.data.visibility import attached, cleared
from core.errors import Invalid, NotFound, NotPossible, Refused, Unavailable
from core.modules.structure import changing
from core.work.chain import AuditRow
from core.work.files.accepting import accept
from core.work.files.attachments import Attachment, attach, attachments_of, find_attachment, withdraw
from core.work.files.keeping import StoredFile, is_sound, put_back, read_stored
from core.work.files.sweeping import lost, orphans, sweep
from core.work.timeline import timeline

HOUR = timedelta(hours=1)


def take(session, id_):
    from plugins.desk.models import Petition

    return session.get(Petition, id_)


def named(session):
    """The files that its rows name, oldest first."""
    rows = session.scalars(cleared(select(Attachment).order_by(Attachment.id)))
    return [StoredFile(row.stored, row.sha256, row.size) for row in rows]


@pytest.fixture
def paper(app):
    """A PDF with a sign of its own."""

    def make(sign="x", name="letter.pdf"):
        with app.app_context():
            return accept(name, hostile.PDF.replace(b"%%EOF", f"%{sign}\n%%EOF".encode()))

    return make


@pytest.fixture
def hung(ground, office, petitions, folder, paper):
    """A petition with one internal and one public file: (petition's id, their ids)."""
    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, office.examiner) as session:
        rows = attach(take(session, id_), [paper("in")])
        rows += attach(take(session, id_), [paper("out", "reply.pdf")], "public")
        session.commit()
        return id_, [row.id for row in rows]


def test_a_file_hangs_on_its_record_with_who_and_when(ground, office, hung, folder, paper):
    id_, keys = hung
    with ground.session(office.code, office.reviewer) as session:
        found = attachments_of(take(session, id_))
        assert [row.id for row in found] == keys
        (first, _second) = found
        assert (first.file_name, first.media_type) == ("letter.pdf", "application/pdf")
        assert (first.author_id, first.unit_id) == (office.ids["examiner"], office.unit)
        with folder.open(office.code, first.stored) as file:
            content = file.read()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (first.sha256, first.size)
        assert "letter" not in first.stored


def test_the_same_file_is_not_kept_twice(ground, office, hung, paper):
    id_, _keys = hung
    with ground.session(office.code, office.examiner) as session:
        assert attach(take(session, id_), [paper("in", "another name.pdf"), paper("new"), paper("new")])
        session.commit()
        assert len(attachments_of(take(session, id_))) == 3


def test_the_story_tells_of_files_and_the_citizen_hears_of_theirs(ground, office, hung):
    id_, _keys = hung
    with ground.session(office.code, office.examiner) as session:
        told = [(e.kind, e.title, e.text, e.who, e.public) for e in timeline(take(session, id_))]
        public = [(e.kind, e.title, e.text, e.who) for e in timeline(take(session, id_), "public")]
    who = "examiner · مديرية 1"
    assert told == [
        ("file", "File added", "letter.pdf", who, False),
        ("file", "File added", "reply.pdf", who, True),
    ]
    assert public == [("file", "File added", "", "مديرية 1")]


def test_a_withdrawn_file_is_told_of_and_given_to_nobody(ground, office, hung, folder):
    id_, (key, _other) = hung
    with ground.session(office.code, office.reviewer) as session:
        record = take(session, id_)
        withdraw(find_attachment(record, key), "  of another\n citizen ")
        session.commit()
        with pytest.raises(NotFound):
            find_attachment(record, key)
        story = timeline(record)
        last = select(AuditRow.model, AuditRow.op, AuditRow.diff).order_by(AuditRow.seq.desc()).limit(1)
        entered = session.execute(last).one()
    told = [(e.title, e.text) for e in story]
    assert ("File withdrawn", "\u2068letter.pdf\u2069: of another citizen") in told
    assert story[-1].who == "reviewer"
    assert entered[:2] == ("core.attachment", "update")
    assert "withdrawn_at" in json.loads(entered.diff)
    assert len(list(folder.files(office.code))) == 2


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
def test_a_file_is_withdrawn_for_a_reason(ground, office, hung, reason):
    id_, (key, _other) = hung
    with ground.session(office.code, office.reviewer) as session:
        found = find_attachment(take(session, id_), key)
        with pytest.raises(Invalid):
            withdraw(found, reason)
        assert found.withdrawn_at is None
        withdraw(found, "wrong record")
        with pytest.raises(NotPossible):
            withdraw(found, "again")


def test_a_file_of_another_record_is_missing_here(ground, office, hung, petitions):
    _id, (key, _other) = hung
    (elsewhere,) = petitions("another")
    with ground.session(office.code, office.reviewer) as session:
        for wrong in (key, 10**6):
            with pytest.raises(NotFound) as missing:
                find_attachment(take(session, elsewhere), wrong)
            assert "not open to you" in str(missing.value)
        assert session.scalars(select(Attachment)).all() == []


def test_what_the_citizen_sent_of_a_confidential_record_is_for_who_may_know_them(
    ground, office, petitions, folder, paper
):
    (id_,) = petitions("a bribe", confidentiality=1)
    with ground.session(office.code, Scope.of_system("citizen")) as session:
        attach(take(session, id_), [paper("identity card")], from_citizen=True)
        attach(take(session, id_), [paper("blackened")])
        session.commit()
        assert [row.is_public for row in attachments_of(take(session, id_))] == [True, False]
    with ground.session(office.code, office.examiner) as session:
        assert len(attachments_of(take(session, id_))) == 2


def test_too_many_files_and_unknown_readers_are_refused(ground, office, hung, paper, app, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(app.config, "DIWAN", replace(app.config["DIWAN"], attachments_per_record=3))
    id_, _keys = hung
    with ground.session(office.code, office.examiner) as session:
        with pytest.raises(Invalid, match="At most 3 files"):
            attach(take(session, id_), [paper("3"), paper("4")])
        with pytest.raises(Invalid, match="who may open"):
            attach(take(session, id_), [paper("3")], "everybody")


def test_what_is_undone_leaves_no_file(ground, office, hung, folder, paper):
    id_, _keys = hung
    with ground.session(office.code, office.examiner) as session:
        attach(take(session, id_), [paper("undone")])
        session.flush()
        assert len(list(folder.files(office.code))) == 3
        session.rollback()
    assert len(list(folder.files(office.code))) == 2


@pytest.mark.parametrize(("failing", "left"), [(False, 1), (True, 0)])
def test_what_is_undone_after_the_session_committed_leaves_no_file(
    ground, office, petitions, folder, paper, failing, left
):
    """As when the structure is changed, whose connection commits after its session."""
    (id_,) = petitions("a burst pipe")
    with ground.app.app_context(), suppress(ZeroDivisionError), changing(office.code) as (session, _):
        attach(take(session, id_), [paper()])
        session.commit()
        assert len(list(folder.files(office.code))) == 1
        1 // (not failing)
    assert len(list(folder.files(office.code))) == left
    with ground.session(office.code) as session:
        assert [file.name for file in named(session)] == [file.name for file in folder.files(office.code)]


def test_a_store_that_is_away_keeps_no_row(ground, office, hung, folder, paper, monkeypatch):
    id_, _keys = hung
    monkeypatch.setattr(folder, "folder", folder.folder / "EG-KN" / "none" / ("x" * 300))
    with ground.session(office.code, office.examiner) as session:
        with pytest.raises(Unavailable):
            attach(take(session, id_), [paper("lost")])
        session.rollback()
        assert len(session.scalars(attached(Attachment, take(session, id_))).all()) == 2


def test_a_crash_before_the_commit_leaves_an_orphan_that_is_found_a_day_later(ground, office, hung, folder):
    folder.put(office.code, "f" * 32, b"its row never came")
    with ground.session(office.code) as session:
        assert orphans(session) == []
        stale = (now() - timedelta(hours=25)).timestamp()
        for file in list(folder.files(office.code)):
            utime(folder._path(office.code, file.name), (stale, stale))
        assert [file.name for file in sweep(session)] == ["f" * 32]
        assert orphans(session, HOUR) == []
        assert lost(session) == []
    assert len(list(folder.files(office.code))) == 2


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from trust import hostile
from core.app import create_app
from core.data.scope import Scope
from core.governorates.present import governorate_context
from core.testing import test_settings
from core.work.files.accepting import accept
from core.work.files.attachments import attach
from core.work.files.store import STORE, FolderStore
app = create_app(test_settings(Path({data!r}), plugin_path=(Path({samples!r}),)))
app.extensions[STORE] = FolderStore(Path({store!r}))
with governorate_context(app, {code!r}, Scope.of_system(), write=True) as session:
    from plugins.desk.models import Petition
    attach(session.get(Petition, {record}), [accept("letter.pdf", hostile.PDF)])
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_process_killed_between_storing_and_saving_leaves_an_orphan_and_no_row(
    ground, office, petitions, folder, request
):
    (id_,) = petitions("a burst pipe")
    root = request.config.rootpath
    program = KILLED.format(
        tests=str(root / "tests"), data=str(ground.folder), samples=str(root / "tests/samples"),
        store=str(folder.folder), code=office.code, record=id_,
    )  # fmt: skip
    run = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    (left,) = folder.files(office.code)
    stale = (now() - timedelta(hours=25)).timestamp()
    utime(folder._path(office.code, left.name), (stale, stale))
    with ground.session(office.code) as session:
        assert named(session) == []
        assert [file.name for file in sweep(session)] == [left.name]
    assert list(folder.files(office.code)) == []


def test_a_backup_takes_every_file_and_a_restore_puts_back_what_is_sound(ground, office, hung, folder):
    with ground.session(office.code) as session:
        files = named(session)
        kept = {}
        for file in files:
            with read_stored(office.code, file.name) as content:
                kept[file] = content.read()
        assert all(is_sound(office.code, file) for file in files)
        first, second = files
        folder.delete(office.code, first.name)
        folder.put(office.code, second.name, b"flipped")
        assert lost(session) == [first.name]
        assert not any(is_sound(office.code, file) for file in files)
        with pytest.raises(Refused, match="checksum"):
            put_back(office.code, first, kept[second])
        for file in files:
            put_back(office.code, file, kept[file])
        assert all(is_sound(office.code, file) for file in files)
