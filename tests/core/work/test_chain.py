"""The chain: whatever is done to stored rows is found, at the row."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from core.keys import derive
from core.work.append_only import drop_triggers
from core.work.chain import FIRST, Head, link, read_head, verify
from core.work.commands import audit as audit_commands

LENGTH = 30


@pytest.fixture
def chain(ground, office):
    """A governorate with some audited history; gives its code and an engine that may do anything."""
    from plugins.desk.models import Petition

    with ground.session(office.code) as session:
        for n in range(LENGTH):
            session.add(Petition(title=f"petition {n}", unit_id=office.unit))
        session.commit()
        url = session.get_bind().url
    engine = create_engine(url)
    with engine.begin() as connection:
        drop_triggers(connection)
    yield office.code, engine
    engine.dispose()


def look(ground, code, heads=()):
    with ground.session(code, write=False) as session:
        return verify(session, heads)


def head_of(ground, code):
    with ground.session(code, write=False) as session:
        return read_head(session)


def test_an_untouched_chain_is_sound_and_reports_progress(ground, chain):
    code, _ = chain
    seen = []
    with ground.session(code, write=False) as session:
        head = read_head(session)
        report = verify(session, [head, Head.parse(str(head))], seen.append)
    assert report.ok
    assert (report.rows, report.head) == (head.seq, head)
    assert seen == [head.seq]


def test_an_empty_chain_is_sound(ground, governorate):
    assert look(ground, governorate).ok


FIELDS = {
    "at": "2020-01-01 00:00:00",
    "actor_id": 999,
    "unit_id": 999,
    "request_id": "x",
    "model": "desk.other",
    "record_id": "999",
    "op": "delete",
    "diff": "{}",
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", FIELDS)
def test_an_edited_row_is_named(ground, chain, field):
    code, engine = chain
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE core_audit SET {field} = :value WHERE seq = 7"), {"value": FIELDS[field]}
        )
    report = look(ground, code)
    assert (report.bad, report.reason, report.rows) == (7, "changed", 6)


def tamper(connection, way, first, second, copy):
    """Do `way` to the rows numbered `first` and `second`."""
    run = lambda sql, **values: connection.execute(text(sql), values)  # noqa: E731
    columns = "at, actor_id, unit_id, request_id, model, record_id, op, diff, hash"
    if way == "edit":
        run("UPDATE core_audit SET diff = '{}' WHERE seq = :n", n=first)
    elif way == "delete":
        run("DELETE FROM core_audit WHERE seq = :n", n=first)
    elif way == "delete and close the gap":
        run("DELETE FROM core_audit WHERE seq = :n", n=first)
        run("UPDATE core_audit SET seq = -seq WHERE seq > :n", n=first)
        run("UPDATE core_audit SET seq = -seq - 1 WHERE seq < 0")
        run("UPDATE core_audit_head SET seq = seq - 1")
    elif way == "insert":
        new = {"after": LENGTH * 3, "before": 0, "below": -5}[copy]
        run(
            f"INSERT INTO core_audit (seq, {columns}) SELECT :new, {columns} FROM core_audit WHERE seq = :n",
            new=new,
            n=first,
        )
    elif way == "swap":
        run("UPDATE core_audit SET seq = -:n WHERE seq = :n", n=first)
        run("UPDATE core_audit SET seq = :n WHERE seq = :m", n=first, m=second)
        run("UPDATE core_audit SET seq = :m WHERE seq = -:n", n=first, m=second)
    elif way == "cut":
        run("DELETE FROM core_audit WHERE seq > :n", n=first)
    elif way == "cut with head":
        run("DELETE FROM core_audit WHERE seq > :n", n=first)
        run(
            "UPDATE core_audit_head SET seq = :n, hash = (SELECT hash FROM core_audit WHERE seq = :n)",
            n=first,
        )


WAYS = ["edit", "delete", "delete and close the gap", "insert", "swap", "cut", "cut with head"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(WAYS),
    st.integers(1, LENGTH - 2),
    st.integers(1, 5),
    st.sampled_from(["after", "before", "below"]),
)
def test_no_tampering_before_a_known_head_goes_unseen(ground, chain, way, first, distance, copy):
    code, engine = chain
    known = head_of(ground, code)
    second = min(first + distance, known.seq)
    assert look(ground, code, [known]).ok
    with engine.connect() as connection:
        before = [dict(row) for row in connection.execute(text("SELECT * FROM core_audit")).mappings()]
        head = dict(connection.execute(text("SELECT * FROM core_audit_head")).mappings().one())
    with engine.begin() as connection:
        tamper(connection, way, first, second, copy)
    try:
        report = look(ground, code, [known])
        assert not report.ok
        if way in ("edit", "delete", "delete and close the gap", "swap"):
            assert report.bad == first
        if way.startswith("cut"):
            assert report.bad == first + 1
    finally:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM core_audit"))
            names = ", ".join(before[0])
            slots = ", ".join(f":{name}" for name in before[0])
            connection.execute(text(f"INSERT INTO core_audit ({names}) VALUES ({slots})"), before)
            connection.execute(text("UPDATE core_audit_head SET seq = :seq, hash = :hash"), head)


def test_signing_anew_with_the_real_key_is_found_by_a_head_kept_elsewhere(ground, chain):
    code, engine = chain
    known = head_of(ground, code)
    with ground.app.app_context():
        key = derive(code, "audit")
    with ground.session(code, write=False) as session:
        from sqlalchemy import select

        from core.work.chain import AuditRow

        table = AuditRow.__table__
        entries = [dict(r._mapping) for r in session.execute(select(table).order_by(table.c.seq))]
    entries[4]["diff"] = json.dumps({"title": "never happened"})
    rows, head = link(key, Head(0, FIRST), entries)
    with engine.begin() as connection:
        for row in rows:
            said = {"diff": row["diff"], "hash": row["hash"], "seq": row["seq"]}
            connection.execute(
                text("UPDATE core_audit SET diff = :diff, hash = :hash WHERE seq = :seq"), said
            )
        connection.execute(text("UPDATE core_audit_head SET hash = :hash"), {"hash": head.hash})
    assert look(ground, code).ok  # nothing inside the database can tell
    report = look(ground, code, [known])
    assert (report.bad, report.reason) == (known.seq, "signed anew")


def test_another_governorates_key_does_not_verify(ground, chain):
    from core.data.scope import Scope
    from core.data.session import Binding
    from core.governorates.engines import open_engine
    from core.governorates.present import bound

    _, engine = chain
    same = open_engine(engine.url.render_as_string(hide_password=False))
    with ground.app.app_context(), bound(Binding("EG-SHR", same), Scope.of_system()) as session:
        assert verify(session).bad == 1
    same.dispose()


@pytest.mark.parametrize("text_", ["", "12", "x:" + "0" * 64, "12:abc"])
def test_what_is_no_head_is_refused(text_):
    with pytest.raises(ValueError, match="head"):
        Head.parse(text_)


def test_the_command_prints_heads_and_names_the_bad_row(ground, chain, tmp_path):
    code, engine = chain
    runner = CliRunner()

    def run(*words):
        with ground.app.app_context():
            return runner.invoke(audit_commands, words, catch_exceptions=False)

    printed = run("head", "--governorate", code)
    kept = tmp_path / "heads.txt"
    kept.write_text(printed.output)
    assert printed.output.startswith(f"{code} {LENGTH}"[:5])
    sound = run("verify", "--governorate", code, "--heads", str(kept))
    assert (sound.exit_code, "sound" in sound.output) == (0, True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE core_audit SET op = 'x' WHERE seq = 9"))
    broken = run("verify")
    assert broken.exit_code == 1
    assert f"{code}: row 9 is changed" in broken.output
