"""The set-based form leaves the same rows as the single one, in few statements."""

import json

import pytest
from sqlalchemy import event, select

from core.data.visibility import cleared
from core.errors import Invalid, NotAllowed
from core.work.bulk import transition_many
from core.work.chain import AuditRow
from core.work.moves import TransitionRow
from core.work.transition import transition

TITLES = ["a", "stuck", "held", "b", "late refusal", "c", "crash"]


def left_behind(session, ids):
    """All rows that moving the petitions `ids` left, told relative to the first id."""
    from plugins.desk.models import Petition

    first = min(ids)
    records = [
        (r.id - first, r.state, r.reply)
        for r in session.scalars(select(Petition).order_by("id"))
        if r.id in ids
    ]
    moves = session.scalars(
        cleared(select(TransitionRow).where(TransitionRow.record_id.in_(ids)).order_by("id"))
    )
    names = ("action", "source", "target", "actor_id", "unit_id", "post_id", "duty", "data", "origin")
    moved = sorted((m.record_id - first, [str(getattr(m, n)) for n in names]) for m in moves)
    audit = session.scalars(select(AuditRow).where(AuditRow.op != "create").order_by("seq"))
    changed = sorted(
        (int(a.record_id) - first, a.op, a.actor_id, a.unit_id, sorted(json.loads(a.diff)))
        for a in audit
        if a.model == "desk.petition" and int(a.record_id) in ids
    )
    created = sorted(
        (a.actor_id, a.unit_id, sorted(json.loads(a.diff)))
        for a in session.scalars(select(AuditRow).where(AuditRow.model == "core.transition"))
    )
    return records, moved, changed, created


def heard_by_module(ids):
    from plugins.desk import heard

    return sorted((id_ - min(ids), *rest) for id_, *rest in heard)


def test_many_leave_the_same_rows_as_one_by_one(ground, backend, request):
    stories = {}
    for way in "single", "many":
        office, petitions = request.getfixturevalue("office"), request.getfixturevalue("petitions")
        if way == "many":
            with ground.governorate("EG-SHR", backend=backend, modules=("desk",)) as code:
                stories[way] = tell(ground, copy_office(ground, office, code), way)
        else:
            stories[way] = tell(ground, (office, petitions(*TITLES)), way)
    assert stories["single"] == stories["many"]
    assert stories["many"]["refused"] == {"take": [1, 2, 6], "reply": [1, 2, 4, 6]}


def copy_office(ground, office, code):
    """The same people, units and petitions in a second governorate; ids are equal there."""
    from types import SimpleNamespace

    from plugins.desk.models import Petition

    from core.people.units import Unit
    from core.people.users import User

    with ground.session(code) as session:
        session.add_all([Unit(code=f"U{n}", kind="directorate", name_ar=f"مديرية {n}") for n in (1, 2)])
        session.add_all([User(username=name, name_ar=name) for name in office.ids])
        session.commit()
        rows = [Petition(title=title, unit_id=office.unit) for title in TITLES]
        session.add_all(rows)
        session.commit()
        ids = [row.id for row in rows]
    return SimpleNamespace(**{**vars(office), "code": code}), ids


def tell(ground, place, way):
    from plugins.desk import heard
    from plugins.desk.models import Petition

    office, ids = place
    heard.clear()
    refused = {}
    for scope, action, data in (
        (office.examiner, "take", None),
        (office.focal, "reply", {"text": "Mended.", "outcome": "REMOVED"}),
    ):
        with ground.session(office.code, scope) as session:
            if way == "many":
                result = transition_many("desk.petition", ids, action, data)
                session.commit()
                refused[action] = sorted(id_ - ids[0] for id_ in result.refused)
                assert sorted([*result.done, *result.refused]) == ids
                continue
            refused[action] = []
            for id_ in ids:
                try:
                    transition(session.get(Petition, id_), action, data)
                except Exception:
                    refused[action].append(id_ - ids[0])
            session.commit()
    with ground.session(office.code) as session:
        rows = left_behind(session, ids)
    return {"rows": rows, "heard": heard_by_module(ids), "refused": refused}


def test_many_take_few_statements_however_many_they_are(ground, office, petitions):
    from plugins.desk.models import Petition

    counts = {}
    for size in (5, 400):
        ids = petitions(*["a pipe"] * size)
        with ground.session(office.code, office.examiner) as session:
            statements = []
            session.execute(select(Petition.id).limit(1))
            engine = session.get_bind()
            listener = lambda *args: statements.append(args[2].split()[0])  # noqa: E731, B023
            event.listen(engine, "before_cursor_execute", listener)
            try:
                result = transition_many(Petition, ids, "take")
                session.commit()
            finally:
                event.remove(engine, "before_cursor_execute", listener)
            assert len(result.done) == size
            counts[size] = [s for s in statements if s not in ("SAVEPOINT", "RELEASE")]
    assert counts[5] == counts[400]
    assert len(counts[5]) <= 12


def test_a_wrong_role_or_unsound_data_stop_all(ground, office, petitions):
    ids = petitions("a", "b")
    with ground.session(office.code, office.focal):
        with pytest.raises(NotAllowed):
            transition_many("desk.petition", ids, "take")
        with pytest.raises(Invalid):
            transition_many("desk.petition", ids, "reply", {})


def test_records_out_of_sight_count_as_missing(ground, office, petitions):
    from dataclasses import replace

    ids = petitions("a", "b")
    elsewhere = replace(office.examiner, whole=False, unit_ids=(office.other,), unit_id=office.other)
    with ground.session(office.code, elsewhere):
        hidden = transition_many("desk.petition", ids, "take")
        missing = transition_many("desk.petition", [10**6, 10**6 + 1], "take")
        assert hidden.done == []
        assert [str(s) for s in hidden.refused.values()] == [str(s) for s in missing.refused.values()]
