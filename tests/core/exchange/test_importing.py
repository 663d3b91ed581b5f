"""An import takes what it can, says why not, and never takes anything twice."""

from contextlib import contextmanager

import pytest
from flask import g
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from core.data.labels import model_by_label
from core.data.scope import Scope
from core.data.visibility import attached, select_visible
from core.errors import Invalid, Refused
from core.exchange import Column, ImportSpec, digits, moment
from core.exchange.importing import Import
from core.exchange.reading import Line, Table, _released, read_table
from core.exchange.rejects import neutral, write_rejects
from core.governorates.present import present
from core.people.units import root_unit
from core.work.chain import AuditRow
from core.work.history import History
from core.work.moves import TransitionRow


@pytest.fixture
def desk(ground, backend):
    """A governorate with the sample module `desk`, whose petitions have states and numbers."""
    with ground.governorate("EG-KN", backend=backend, modules=("desk",)) as code:
        with ground.session(code) as session:
            root_unit(session, present())
            session.commit()
        yield code


def unit_id(session):
    return root_unit(session, present()).id


def build(row, unit):
    if row["title"] == "خارج الاختصاص":
        raise Invalid("It is none of ours.")
    record = model_by_label("desk.petition")(unit_id=unit, title=row["title"], received_at=row["received_at"])
    record.phone = row["phone"]
    return record, History("closed", row.file, {"received_at": row["received_at"]}, "REMOVED")


SPEC = ImportSpec(
    "desk.petition",
    (
        Column("title", required=True, headings=("الموضوع",), longest=100),
        Column("received_at", required=True, parse=moment, headings=("تاريخ الورود",)),
        Column("phone", parse=digits, headings=("الهاتف",)),
    ),
    build,
    prepare=unit_id,
    key=("title",),
)


def table(*rows):
    headings = ("الموضوع", "تاريخ الورود", "الهاتف")
    lines = [Line(n, dict(zip(headings, row, strict=True))) for n, row in enumerate(rows, 2)]
    return Table(headings, lines)


def bring(ground, code, rows, **options):
    with ground.session(code, Scope.of_system("import")):
        return Import(SPEC, rows, "register.csv", **options).run()


def count(ground, code):
    with ground.session(code, write=False) as session:
        petition = model_by_label("desk.petition")
        return session.execute(select_visible(petition, func.count(petition.id))).scalar_one()


GOOD = [("انقطاع المياه", "2023-01-02", "01000000001"), ("حفرة", "٣/٤/٢٠٢٣", "")]


def test_history_enters_by_one_transition_that_names_its_source_and_nobody(ground, desk):
    report = bring(ground, desk, table(*GOOD))
    assert (report.read, report.imported, report.rejects) == (2, 2, [])
    with ground.session(desk) as session:
        petition = session.scalars(
            select(model_by_label("desk.petition")).filter_by(title="انقطاع المياه")
        ).one()
        assert (petition.state, petition.number, petition.phone) == ("closed", "2023/000001", "01000000001")
        moves = list(session.scalars(attached(TransitionRow, petition)))
        assert [(m.action, m.target, m.actor_id, m.origin) for m in moves] == [
            ("imported", "closed", None, "import")
        ]
        assert moves[0].data["source"] == "register.csv"
        assert moves[0].data["outcome"] == "REMOVED"
        assert moves[0].data["dates"]["received_at"].startswith("2023-01-01T22:00")


def test_every_record_leaves_its_row_in_the_audit(ground, desk):
    bring(ground, desk, table(*GOOD))
    with ground.session(desk) as session:
        entered = session.execute(
            select(AuditRow.op, func.count()).where(AuditRow.model == "desk.petition").group_by(AuditRow.op)
        ).all()
        assert entered == [("create", 2)]


def test_the_same_file_again_imports_nothing(ground, desk):
    bring(ground, desk, table(*GOOD))
    again = bring(ground, desk, table(*GOOD))
    assert again.imported == 0
    assert [reject.reason["en"] for reject in again.rejects] == [
        "It is there already, as انقطاع المياه.",
        "It is there already, as حفرة.",
    ]
    assert count(ground, desk) == 2


def test_a_row_that_stands_twice_in_one_file_is_taken_once(ground, desk):
    report = bring(ground, desk, table(GOOD[0], GOOD[1], GOOD[0]))
    assert report.imported == 2
    assert [reject.line.number for reject in report.rejects] == [4]


def test_a_dry_run_counts_and_writes_nothing(ground, desk):
    report = bring(ground, desk, table(*GOOD, ("x", "never", "")), dry=True)
    assert (report.imported, len(report.rejects)) == (2, 1)
    assert count(ground, desk) == 0
    assert bring(ground, desk, table(*GOOD)).imported == 2
    with ground.session(desk) as session:
        numbers = session.scalars(select(model_by_label("desk.petition").number)).all()
        assert sorted(numbers) == ["2023/000001", "2023/000002"], "the dry run has used up no number"


def test_faulty_rows_are_refused_with_a_reason_in_both_languages_and_the_rest_goes_in(ground, desk):
    rows = table(
        GOOD[0],
        ("", "2023-01-02", ""),
        ("رقم", "2023-01-02", 1000000001.0),
        ("تاريخ", "12/9/1444", ""),
        ("خارج الاختصاص", "2023-01-02", ""),
        ("ط" * 101, "2023-01-02", ""),
    )
    report = bring(ground, desk, rows)
    assert report.imported == 1
    assert [(r.line.number, r.reason["en"]) for r in report.rejects] == [
        (3, "الموضوع: is missing"),
        (4, "الهاتف: is a number cell, which loses leading zeros: format the column as text"),
        (5, "تاريخ الورود: is a year that cannot be; Hijri dates must be converted first"),
        (6, "It is none of ours."),
        (7, "الموضوع: is longer than 100 characters"),
    ]
    assert all(reject.reason["ar"] for reject in report.rejects)


def test_a_row_that_only_the_database_refuses_takes_no_other_with_it(ground, desk, monkeypatch):
    petition = model_by_label("desk.petition")

    def numbered(row, unit):
        record, history = build(row, unit)
        record.row_key = "the same" if row["phone"] else None
        return record, history

    spec = ImportSpec(SPEC.label, SPEC.columns, numbered, SPEC.prepare, SPEC.key)
    rows = table(("أولى", "2023-01-02", "1"), ("ثانية", "2023-01-02", "2"), ("ثالثة", "2023-01-02", ""))
    with ground.session(desk, Scope.of_system("import")) as session:
        report = Import(spec, rows, "register.csv").run()
        assert report.imported == 2
        assert [reject.line.number for reject in report.rejects] == [3]
        assert "a code or number is in use already" in report.rejects[0].reason["en"]
        assert session.execute(select_visible(petition, func.count(petition.id))).scalar_one() == 2


def test_headings_are_met_folded_or_as_told(ground, desk):
    with ground.session(desk, Scope.of_system("import")):
        g.language = "en"
        rows = Table(("Subject", "تَاريخ الوُرود"), [Line(2, {"Subject": "x", "تَاريخ الوُرود": "2023-01-02"})])
        with pytest.raises(Refused, match="no column for: title"):
            Import(SPEC, rows, "f").run()
        with pytest.raises(Refused, match="no heading “Nothing”"):
            Import(SPEC, rows, "f", {"title": "Nothing"}).run()
        with pytest.raises(Refused, match=r"no column “titel”. \(title\?\)"):
            Import(SPEC, rows, "f", {"titel": "Subject"}).run()
        assert Import(SPEC, rows, "f", {"title": "subject"}).run().imported == 1


def test_fixed_values_stand_for_every_row(ground, desk):
    rows = Table(("title",), [Line(2, {"title": "x"}), Line(3, {"title": "y"})])
    report = bring(ground, desk, rows, fixed={"received_at": "2022-12-31"})
    assert report.imported == 2
    with pytest.raises(Refused, match="no column “nothing”"):
        bring(ground, desk, rows, fixed={"nothing": "1"})


def test_a_failure_half_way_keeps_whole_chunks_and_a_second_run_takes_the_rest(ground, desk, monkeypatch):
    monkeypatch.setattr("core.exchange.importing.CHUNK", 2)
    rows = table(*[(f"شكوى {n}", "2023-01-02", "") for n in range(5)])

    def fails(row, unit):
        if row["title"] == "شكوى 3":
            raise SQLAlchemyError("the server went away")
        return build(row, unit)

    with ground.session(desk, Scope.of_system("import")), pytest.raises(SQLAlchemyError):
        Import(ImportSpec(SPEC.label, SPEC.columns, fails, SPEC.prepare, SPEC.key), rows, "f").run()
    assert count(ground, desk) == 2
    assert bring(ground, desk, rows).imported == 3
    assert count(ground, desk) == 5


@pytest.mark.parametrize("name", ["rejected.csv", "rejected.xlsx"])
def test_rejected_rows_are_corrected_in_their_file_and_brought_again(ground, desk, tmp_path, name):
    rows = table(("=1+1", "12/9/1444", "+20 100 000 0001"), ("تاريخ", "غدًا", "٠١٠٠"))
    report = bring(ground, desk, rows)
    path = tmp_path / name
    write_rejects(path, rows.headings, report.rejects)
    again = read_table(path)
    assert again.headings == ("الموضوع", "تاريخ الورود", "الهاتف", "السطر", "سبب الرفض", "Reason")
    assert [line.cells["السطر"] for line in again.lines] == ["2", "3"]
    for line in again.lines:
        line.cells["تاريخ الورود"] = "2023-01-02"
    assert bring(ground, desk, again).imported == 2
    with ground.session(desk) as session:
        found = {(p.title, p.phone) for p in session.scalars(select(model_by_label("desk.petition")))}
        assert found == {("=1+1", "+201000000001"), ("تاريخ", "0100")}


def test_no_spreadsheet_program_runs_what_a_rejected_row_holds(tmp_path):
    assert [neutral(cell) for cell in ("=1+1", "@x", "-2+3 cmd", "+20 100", "-5", "شكوى")] == [
        "'=1+1",
        "'@x",
        "'-2+3 cmd",
        "+20 100",
        "-5",
        "شكوى",
    ]
    hidden = (" =1+1", "\u200f=1+1", "\uff1d1+1", "\ufeff\u200e @x", "\t-2+3 cmd")
    assert [neutral(cell) for cell in hidden] == [f"'{cell}" for cell in hidden], "the first visible sign"
    assert [_released(neutral(cell)) for cell in hidden] == list(hidden), "and reading takes the guard away"
    path = tmp_path / "r.csv"
    write_rejects(path, ("a",), [])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel reads Arabic only with a mark"
    assert path.read_text("utf-8-sig").splitlines() == ["a,السطر,سبب الرفض,Reason"]


def test_a_chunk_costs_few_statements_whatever_its_length(ground, desk):
    """What keeps imports fast: rows, moves and audit rows are written in sets. Timed by `make bench`."""
    spent = {}
    for length in 50, 500:
        rows = table(*[(f"شكوى {length} {n}", "2023-01-02", f"0100000{n:04}") for n in range(length)])
        with statements(ground, desk) as seen:
            assert bring(ground, desk, rows).imported == length
        spent[length] = len(seen)
    assert spent[500] <= spent[50] + 5


@contextmanager
def statements(ground, code):
    """The statements that `code`'s database is asked to run meanwhile."""
    seen = []
    with ground.session(code) as session:
        engine = session.get_bind()

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
