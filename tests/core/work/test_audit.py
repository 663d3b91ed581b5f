"""The audit: one row per changed row, in the same transaction, without what is personal."""

import json
import threading
from contextlib import suppress

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from core.data.scope import Scope
from core.work import audit
from core.work.chain import AuditRow, verify
from core.work.refusals import Unaudited
from core.work.transition import transition
from core.work.unscoped import unscoped


def rows(session, **where):
    found = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [r for r in found if all(getattr(r, name) == value for name, value in where.items())]


def test_each_changed_row_has_one_entry_with_old_and_new(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, office.examiner) as session:
        petition = session.get(Petition, id_)
        petition.title = "a burst water pipe"
        session.commit()
        session.delete(petition)
        session.commit()
        entries = rows(session, model="desk.petition", record_id=str(id_))
        assert [e.op for e in entries] == ["create", "update", "delete"]
        assert [e.actor_id for e in entries] == [None, office.ids["examiner"], office.ids["examiner"]]
        assert json.loads(entries[0].diff)["title"] == "a burst pipe"
        assert json.loads(entries[1].diff) == {"title": ["a burst pipe", "a burst water pipe"]}
        assert json.loads(entries[2].diff)["title"] == "a burst water pipe"
        assert entries[1].unit_id == office.unit


def test_old_values_are_known_even_when_the_row_was_not_loaded_before(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("before")
    with ground.session(office.code) as session:
        petition = session.get(Petition, id_)
        session.expire(petition)
        petition.title = "after"
        session.commit()
        assert json.loads(rows(session, op="update", model="desk.petition")[0].diff) == {
            "title": ["before", "after"]
        }


def test_a_state_change_has_exactly_one_entry_under_the_one_who_made_it(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code) as session:
        transition(session.get(Petition, id_), "take", scope=office.examiner)
        session.commit()
        changes = [
            e for e in rows(session, model="desk.petition", op="update") if "state" in json.loads(e.diff)
        ]
        assert [(e.actor_id, json.loads(e.diff)) for e in changes] == [
            (office.ids["examiner"], {"state": ["registered", "examining"]})
        ]


def test_what_is_personal_is_entered_as_a_keyed_digest(ground, office, petitions):
    from plugins.desk.models import Petition

    phone = "+201012345678"
    first, second = petitions("a", "b", phone=phone)
    with ground.session(office.code, office.focal) as session:
        transition(session.get(Petition, first), "take", scope=office.examiner)
        transition(session.get(Petition, first), "reply", {"text": "Call Zaynab", "outcome": "REMOVED"})
        session.commit()
        everything = "\n".join(e.diff for e in rows(session))
        assert phone not in everything
        assert "Zaynab" not in "\n".join(e.diff for e in rows(session, model="core.transition"))
        created = [
            rows(session, op="create", model="desk.petition", record_id=str(i)) for i in (first, second)
        ]
        digests = [json.loads(entry.diff)["phone_index"] for (entry,) in created]
        assert all(d.startswith("hmac:") for d in digests)
        assert digests[0] != digests[1]  # equal numbers do not show as equal


def test_what_was_rolled_back_was_not_done(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code) as session:
        session.get(Petition, id_).title = "rolled back"
        session.flush()
        session.rollback()
        petition = session.get(Petition, id_)
        petition.title = "kept"
        with session.begin_nested() as savepoint:
            petition.reply = "undone with the savepoint"
            session.flush()
            savepoint.rollback()
        with session.begin_nested():
            session.add(Petition(title="kept too", unit_id=office.unit))
        with suppress(ZeroDivisionError), session.begin_nested():
            petition.reply = "undone by an exception"
            session.flush()
            with session.begin_nested():
                session.add(Petition(title="undone within", unit_id=office.unit))
            1 / 0  # noqa: B018
        session.commit()
        entries = rows(session, model="desk.petition")[1:]
        assert [(e.op, json.loads(e.diff).get("title")) for e in entries] == [
            ("update", ["a burst pipe", "kept"]),
            ("create", "kept too"),
        ]
        assert verify(session).ok


def test_the_last_flush_of_a_commit_is_entered_too(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code) as session:
        session.get(Petition, id_).title = "never flushed by hand"
        session.commit()
        assert len(rows(session, model="desk.petition", op="update")) == 1


def test_removed_members_of_a_list_and_orphans_are_entered(ground, office):
    from core.people.places import Place
    from core.people.units import Unit
    from core.people.users import Membership, Role, User

    with ground.session(office.code) as session:
        unit = session.get(Unit, office.unit)
        place = Place(code="P", kind="markaz", name_ar="قوص")
        unit.areas.append(place)
        user = session.get(User, office.ids["focal"])
        role = session.scalar(select(Role)) or Role(code="X", name_ar="دور")
        user.memberships.append(Membership(unit=unit, role=role))
        session.commit()
        user.memberships.clear()
        unit.areas.clear()
        session.commit()
        lists = [json.loads(e.diff)["areas"] for e in rows(session, model="core.unit", op="update")]
        assert lists == [[[], [str(place.id)]], [[str(place.id)], []]]
        assert [e.op for e in rows(session, model="core.membership")] == ["create", "delete"]


def test_bulk_statements_that_leave_no_trace_are_refused(ground, office, petitions):
    from plugins.desk.models import Petition

    petitions("a burst pipe")
    with ground.session(office.code) as session:
        for statement in (
            update(Petition).values(title="x"),
            delete(Petition),
            update(Petition.__table__).values(title="x"),
            insert(Petition).values(title="x", unit_id=office.unit),
        ):
            with pytest.raises(Exception, match=r"trace|select_visible"):
                session.execute(statement)
        with pytest.raises(Unaudited):
            session.query(Petition).update({"title": "x"})


def test_the_audit_itself_can_only_grow(ground, office, petitions):
    petitions("a burst pipe")
    with ground.session(office.code) as session:
        for statement in (update(AuditRow).values(op="x"), delete(AuditRow), insert(AuditRow).values(op="x")):
            with pytest.raises(Unaudited):
                session.execute(statement)
        rows(session)[0].op = "x"
        with pytest.raises(Unaudited):
            session.flush()
        session.rollback()
        engine = session.get_bind()
    for statement in ("UPDATE core_audit SET op = 'x'", "DELETE FROM core_audit"):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added"):
            connection.execute(text(statement))


def test_a_view_is_entered_at_once_and_unscoped_work_whatever_becomes_of_it(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, office.examiner, write=False) as session:
        audit.record("view", session.get(Petition, id_))
        session.rollback()
        with unscoped("a test looks around") as inner:
            inner.rollback()
    with ground.session(office.code) as session:
        view, look = rows(session)[-2:]
        assert (view.op, view.model, view.record_id, view.actor_id) == (
            "view",
            "desk.petition",
            str(id_),
            office.ids["examiner"],
        )
        assert (look.op, look.actor_id) == ("unscoped", office.ids["examiner"])
        assert json.loads(look.diff) == {"reason": "a test looks around"}


def test_writers_at_the_same_time_make_one_sound_chain(ground, office, petitions):
    from plugins.desk.models import Petition

    ids, errors = petitions(*"abcd"), []

    def write(mine):
        try:
            for n in range(12):
                with ground.session(office.code, Scope.of_system()) as session:
                    session.get(Petition, ids[(mine + n) % 4]).reply = f"{mine}-{n}"
                    session.add(Petition(title="new", unit_id=office.unit))
                    session.flush()
                    session.rollback() if n % 5 == 4 else session.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with ground.session(office.code) as session:
        assert verify(session).ok
        created = rows(session, model="desk.petition", op="create")
        assert len(created) == len(session.scalars(select(Petition)).all())
    from sqlalchemy.orm.exc import StaleDataError

    assert [e for e in errors if not isinstance(e, StaleDataError)] == []
