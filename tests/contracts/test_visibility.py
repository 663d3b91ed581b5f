"""Every known way to reach a row, tried at a hidden one: of another unit, and confidential.

The forms are those that were measured to leak behind loader criteria alone. A probe answers the
titles it got to see (or changed); it may also be refused. Each readable form must show the own
row, else it would prove nothing.
"""

import pytest
from sqlalchemy import func, insert, select, text, union_all, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.data.base import db
from core.data.scope import Scope
from core.data.visibility import criteria, select_visible
from core.errors import Hidden, NoScope, Unscoped
from core.people.units import Unit
from core.work.unscoped import unscoped

REFUSALS = (Unscoped, Hidden, NoScope)


@pytest.fixture
def models(ledger):
    from core.data.labels import model_by_label

    return model_by_label("ledger.case"), model_by_label("ledger.line")


@pytest.fixture(params=["other unit", "confidential"])
def world(ground, ledger, models, request):
    """An own case and a hidden one, each with a line; the scope of somebody of the own unit."""
    Case, Line = models
    with ground.session(ledger) as session:
        root = Unit(code="DIWAN", kind="diwan", name_ar="الديوان", name_en="Diwan")
        own, other = (Unit(code=c, kind="directorate", name_ar=c, name_en=c, parent=root) for c in "AB")
        session.add_all([root, own, other])
        session.flush()
        secret = request.param == "confidential"
        cases = [
            Case(title="own", unit_id=own.id, confidentiality=0),
            Case(title="hidden", unit_id=own.id if secret else other.id, confidentiality=int(secret)),
        ]
        session.add_all(cases)
        session.flush()
        session.add_all(Line(case_id=case.id, text=case.title) for case in cases)
        session.commit()
        ids = {case.title: case.id for case in cases}
        own_unit, other_unit = own.id, other.id
    scope = Scope(actor_id=None, roles=frozenset({"CLK"}), unit_ids=(own_unit,), unit_id=own_unit)
    return {"code": ledger, "ids": ids, "scope": scope, "own_unit": own_unit, "other_unit": other_unit}


def titles(rows):
    return {row if isinstance(row, str) else row.title for row in rows}


READS = {
    "entity": lambda s, C, L, i: titles(s.scalars(select(C))),
    "legacy query": lambda s, C, L, i: titles(s.query(C)),
    "columns": lambda s, C, L, i: titles(s.scalars(select(C.title))),
    "filtered by id": lambda s, C, L, i: titles(s.scalars(select(C).where(C.id.in_(i.values())))),
    "alias": lambda s, C, L, i: titles(s.scalars(select(a := aliased(C)).order_by(a.id))),
    "subquery": lambda s, C, L, i: titles(s.scalars(select(select(C.title).subquery()))),
    "subquery in": lambda s, C, L, i: titles(s.scalars(select(L.text).where(L.case_id.in_(select(C.id))))),
    "cte": lambda s, C, L, i: titles(s.scalars(select(select(C.title).cte()))),
    "union": lambda s, C, L, i: titles(s.scalars(union_all(select(C.title), select(C.title)))),
    "join by relationship": lambda s, C, L, i: titles(s.scalars(select(C.title).join(C.lines))),
    "join by on": lambda s, C, L, i: titles(s.scalars(select(C.title).join(L, L.case_id == C.id))),
    "outer join": lambda s, C, L, i: titles(
        t for t in s.scalars(select(C.title).select_from(Unit).outerjoin(C, C.unit_id == Unit.id)) if t
    ),
    "any": lambda s, C, L, i: titles(s.scalars(select(C.title).where(C.lines.any()))),
    "has": lambda s, C, L, i: titles(s.scalars(select(L.text).where(L.case.has()))),
    "exists": lambda s, C, L, i: (
        titles(s.scalars(select(Unit.code).where(select(C.id).where(C.title == "hidden").exists())))
        and {"hidden"}
    ),
    "child": lambda s, C, L, i: titles(s.scalars(select(L.text))),
    "child aliased": lambda s, C, L, i: titles(s.scalars(select(aliased(L).text))),
    "joined load": lambda s, C, L, i: {
        line.text for c in s.scalars(select(C).options(joinedload(C.lines))).unique() for line in c.lines
    },
    "selectin load": lambda s, C, L, i: {
        line.text for c in s.scalars(select(C).options(selectinload(C.lines))) for line in c.lines
    },
    "lazy load": lambda s, C, L, i: {line.text for c in s.scalars(select(C)) for line in c.lines},
    "get": lambda s, C, L, i: titles(filter(None, [s.get(C, key) for key in i.values()])),
    "get twice": lambda s, C, L, i: titles(filter(None, [s.get(C, k) for k in (*i.values(), *i.values())])),
    "yield per": lambda s, C, L, i: titles(s.scalars(select(C).execution_options(yield_per=1))),
    "list by Core": lambda s, C, L, i: titles(s.scalars(select_visible(C, C.title))),
    "list of children": lambda s, C, L, i: titles(s.scalars(select_visible(L, L.text))),
    "list joined to units": lambda s, C, L, i: titles(
        s.scalars(select_visible(C, C.title).join(Unit, Unit.id == C.unit_id))
    ),
}
CANNOT_SHOW_OWN = {"exists"}


@pytest.mark.parametrize("name", READS)
def test_reading_shows_the_own_row_and_never_the_hidden_one(ground, world, models, name):
    with ground.session(world["code"], world["scope"]) as session:
        seen = READS[name](session, *models, world["ids"])
    assert "hidden" not in seen
    if name not in CANNOT_SHOW_OWN:
        assert "own" in seen


COUNTS = {
    "count of key": lambda s, C, L: s.scalar(select(func.count(C.id))),
    "count of entity": lambda s, C, L: s.scalar(select(func.count()).select_from(C)),
    "legacy count": lambda s, C, L: s.query(C).count(),
    "count of list": lambda s, C, L: s.scalar(select_visible(C, func.count(C.id))),
    "count of children": lambda s, C, L: s.scalar(select(func.count()).select_from(L)),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counting_counts_only_what_is_seen(ground, world, models, name):
    with ground.session(world["code"], world["scope"]) as session:
        assert COUNTS[name](session, *models) == 1


REFUSED = {
    "text": lambda s, C, L, i, w: s.execute(text("SELECT title FROM ledger_case")),
    "text columns": lambda s, C, L, i, w: s.execute(text("SELECT title FROM ledger_case").columns(C.title)),
    "from statement": lambda s, C, L, i, w: s.scalars(
        select(C).from_statement(text("SELECT * FROM ledger_case"))
    ).all(),
    "from Core": lambda s, C, L, i, w: s.scalars(select(C).from_statement(select(C.__table__))).all(),
    "Core select": lambda s, C, L, i, w: s.execute(select(C.__table__)),
    "Core count": lambda s, C, L, i, w: s.execute(select(func.count()).select_from(C.__table__)),
    "bare exists": lambda s, C, L, i, w: s.execute(select(C.__table__.c.id).exists().select()),
    "Core update": lambda s, C, L, i, w: s.execute(update(C.__table__).values(title="x")),
    "Core insert": lambda s, C, L, i, w: s.execute(
        insert(C.__table__).values(title="x", unit_id=w["other_unit"])
    ),
    "ORM insert": lambda s, C, L, i, w: s.execute(insert(C).values(title="x", unit_id=w["other_unit"])),
    "update by keys": lambda s, C, L, i, w: s.execute(update(C), [{"id": i["hidden"], "title": "x"}]),
    "bulk update": lambda s, C, L, i, w: s.bulk_update_mappings(C, [{"id": i["hidden"], "title": "x"}]),
    "bulk insert": lambda s, C, L, i, w: s.bulk_insert_mappings(
        C, [{"title": "x", "unit_id": w["other_unit"]}]
    ),
    "bulk save": lambda s, C, L, i, w: s.bulk_save_objects([C(title="x", unit_id=w["other_unit"])]),
    "connection": lambda s, C, L, i, w: s.connection(),
    "add into a hidden unit or level": lambda s, C, L, i, w: (
        s.add(L(case_id=i["hidden"], text="x")),
        s.flush(),
    ),
    "key to a hidden row": lambda s, C, L, i, w: (
        setattr(s.get(C, i["own"]), "follows_id", i["hidden"]),
        s.flush(),
    ),
    "child moved to a hidden parent": lambda s, C, L, i, w: (
        setattr(s.scalars(select(L)).first(), "case_id", i["hidden"]),
        s.flush(),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ways_around_are_refused(ground, world, models, name):
    with ground.session(world["code"], world["scope"]) as session, pytest.raises(REFUSALS):
        REFUSED[name](session, *models, world["ids"], world)
    assert stored(ground, world, models) == {"own", "hidden"}


def test_a_record_cannot_be_put_into_another_unit(ground, world, models):
    Case, _ = models
    for change in ("new", "move"):
        with ground.session(world["code"], world["scope"]) as session:
            if change == "new":
                session.add(Case(title="x", unit_id=world["other_unit"]))
            else:
                session.get(Case, world["ids"]["own"]).unit_id = world["other_unit"]
            with pytest.raises(Hidden):
                session.flush()


def test_a_unit_set_by_its_relationship_is_checked_before_it_is_written(ground, world, models):
    Case, _ = models
    with ground.session(world["code"], world["scope"]) as session:
        session.get(Case, world["ids"]["own"]).unit = session.get(Unit, world["other_unit"])
        with pytest.raises(Hidden):
            session.flush()
    with ground.session(world["code"], world["scope"]) as session:
        session.add(Case(title="x", unit=session.get(Unit, world["other_unit"])))
        with pytest.raises(Hidden):
            session.flush()
    with ground.session(world["code"], world["scope"]) as session:
        session.add(case := Case(title="x", unit=session.get(Unit, world["own_unit"])))
        session.flush()
        assert case.unit_id == world["own_unit"]


def test_every_model_says_who_sees_it(app):
    from core.data.base import Base
    from core.data.visibility import Governed, Shared

    silent = [m.class_ for m in Base.registry.mappers if not issubclass(m.class_, (Governed, Shared))]
    assert silent == []


def test_bulk_statements_touch_only_what_is_seen(ground, world, models):
    Case, _ = models
    with ground.session(world["code"], world["scope"]) as session:
        shown = select(Case.id).where(Case.title == "hidden")
        assert session.scalars(shown).all() == []
    assert stored(ground, world, models) == {"own", "hidden"}


def test_without_a_scope_nothing_is_answered(ground, world, models):
    from core.governorates.present import governorate_context

    Case, Line = models
    for statement in (select(Case), select(Line.text), select(func.count(Case.id)), select_visible):
        with governorate_context(ground.app, world["code"]) as session, pytest.raises(NoScope):
            session.execute(statement(Case, Case.id) if statement is select_visible else statement)


def test_the_unit_is_filled_from_the_scope(ground, world, models):
    Case, _ = models
    with ground.session(world["code"], world["scope"]) as session:
        session.add(case := Case(title="new"))
        session.flush()
        assert case.unit_id == world["own_unit"]


def test_scopes_may_alternate_in_one_process(ground, world, models):
    """The statement cache must not carry one person's criteria over to the next."""
    Case, _ = models
    other = Scope(unit_ids=(world["other_unit"],), unit_id=world["other_unit"])
    for _ in range(50):
        for scope, hidden in ((world["scope"], "hidden"), (other, "own"), (Scope.of_public(), "own")):
            with ground.session(world["code"], scope) as session:
                assert hidden not in titles(session.scalars(select(Case)))


def test_a_list_equals_an_orm_read_in_the_same_scope(ground, world, models):
    Case, _ = models
    auditor = Scope(whole=True)
    for scope in (world["scope"], auditor, Scope.of_system(), Scope.of_public()):
        with ground.session(world["code"], scope) as session:
            listed = set(session.scalars(select_visible(Case, Case.id)))
            assert listed == set(session.scalars(select(Case.id)))


def test_places_served_bring_records_within_reach(ground, world, models):
    from core.people.places import Place

    Case, _ = models
    with ground.session(world["code"]) as session:
        markaz = Place(code="Q", kind="markaz", name_ar="قوص", name_en="Qus")
        village = Place(code="Q-H", kind="village", name_ar="حجازة", name_en="Hijaza", parent=markaz)
        session.add_all([markaz, village])
        session.flush()
        session.get(Case, world["ids"]["hidden"]).place_id = village.id
        session.get(Case, world["ids"]["hidden"]).confidentiality = 0
        session.commit()
        path = markaz.path
    with ground.session(world["code"], Scope(place_paths=(path,))) as session:
        assert titles(session.scalars(select(Case))) == {"hidden"}


def test_unscoped_work_sees_all_and_is_audited(ground, world, models):
    Case, _ = models
    from core.work.chain import AuditRow

    with ground.session(world["code"], world["scope"]):
        with unscoped("a test looks at everything") as session:
            assert titles(session.scalars(select(Case))) == {"own", "hidden"}
            session.commit()
        assert titles(db.session.scalars(select(Case))) == {"own"}
    with ground.session(world["code"]) as session:
        assert (
            session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.op == "unscoped")) == 1
        )


def test_unscoped_work_commits_nothing_that_was_only_flushed(ground, world, models):
    Case, _ = models
    with ground.session(world["code"]) as session:
        session.add(Case(title="half a step", unit_id=world["own_unit"]))
        session.flush()
        with pytest.raises(Unscoped, match="uncommitted work"), unscoped("a listener looks around"):
            pass
        session.rollback()
        assert "half a step" not in titles(session.scalars(select(Case)))


def test_the_probes_would_notice_a_missing_guard(ground, world, models, monkeypatch):
    """Mutant: criteria that let everything pass must make most reads leak."""
    from sqlalchemy import true

    from core.data import guard, visibility

    monkeypatch.setattr(guard, "criteria", lambda model, scope: true())
    monkeypatch.setattr(visibility, "criteria", lambda model, scope: true())
    leaks = 0
    for probe in READS.values():
        with ground.session(world["code"], world["scope"]) as session:
            leaks += "hidden" in probe(session, *models, world["ids"])
    assert leaks >= len(READS) - 2


def stored(ground, world, models):
    with ground.session(world["code"]) as session:
        return titles(session.scalars(select_visible(models[0], models[0].title)))


def test_criteria_of_the_system_are_no_condition(models):
    assert str(criteria(models[0], Scope.of_system())) == "true"
