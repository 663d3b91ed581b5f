"""Notes, imported history, and the timeline that tells all of it to staff and to citizens."""

from datetime import UTC, datetime, timedelta

import pytest

from core.data.scope import Scope
from core.data.time import freeze
from core.data.visibility import attached
from core.errors import Invalid, NotAllowed
from core.messages.outbox import SENT, queue
from core.work.history import History, import_history
from core.work.moves import TransitionRow
from core.work.notes import Note, add_note
from core.work.timeline import timeline
from core.work.transition import transition

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


def take(session, id_):
    from plugins.desk.models import Petition

    return session.get(Petition, id_)


@pytest.fixture
def told(ground, office, petitions):
    """A petition to which a bit of everything has happened."""
    (id_,) = petitions("a burst pipe")
    steps = [
        (office.examiner, lambda p: transition(p, "take")),
        (office.examiner, lambda p: add_note(p, "Ask the water company first.")),
        (office.focal, lambda p: transition(p, "reply", {"text": "Mended.", "outcome": "REMOVED"})),
        (office.reviewer, lambda p: transition(p, "approve")),
        (office.reviewer, lambda p: add_note(p, "You will be called.", "public")),
        (office.reviewer, lambda p: queue("sms", "+201012345678", "Answered", "Your text", p, "answered 1")),
    ]
    for minute, (scope, step) in enumerate(steps):
        with freeze(START + timedelta(minutes=minute)), ground.session(office.code, scope) as session:
            step(take(session, id_))
            session.commit()
    with ground.session(office.code) as session:
        from core.messages.outbox import Message

        message = session.scalars(attached(Message, take(session, id_))).one()
        message.state, message.sent_at = SENT, START + timedelta(hours=1)
        session.commit()
    return id_


def test_staff_read_everything_in_order_with_names(ground, office, told):
    with ground.session(office.code, office.examiner) as session:
        story = timeline(take(session, told))
    assert [(e.kind, e.title, e.text) for e in story] == [
        ("moved", "Take", ""),
        ("note", "Internal note", "Ask the water company first."),
        ("moved", "Reply", "Mended."),
        ("moved", "Approve", ""),
        ("note", "Note, also for the citizen", "You will be called."),
        ("message", "Message sent", "Answered"),
    ]
    assert story[0].who == "examiner · مديرية 1"
    assert story[0].at == START


def test_the_citizen_reads_what_is_public_and_no_name(ground, office, told):
    with ground.session(office.code) as session:
        story = timeline(take(session, told), "public")
    assert [(e.kind, e.title, e.text) for e in story] == [
        ("moved", "Take", ""),
        ("moved", "Approve", ""),
        ("note", "Note", "You will be called."),
        ("message", "Message sent", ""),
    ]
    assert {e.who for e in story} == {"مديرية 1", ""}


@pytest.mark.parametrize(
    ("body", "visibility", "field"),
    [("  ", "internal", "body"), ("x" * 10_001, "internal", "body"), ("x", "everybody", "visibility")],
)
def test_a_note_that_says_nothing_or_too_much_is_refused(ground, office, petitions, body, visibility, field):
    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, office.examiner) as session:
        with pytest.raises(Invalid) as refused:
            add_note(take(session, id_), body, visibility)
        assert set(refused.value.errors) == {field}
        assert session.scalars(attached(Note, take(session, id_))).all() == []


def test_imported_history_enters_by_one_system_transition_without_invented_actors(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code, Scope.of_system("import")) as session:
        dates = {"received": "2023-02-01", "executed": datetime(2023, 3, 1, tzinfo=UTC)}
        pairs = [
            (
                Petition(title=f"old {n}", unit_id=office.unit, received_at=datetime(2023, 2, 1, tzinfo=UTC)),
                History("closed", "register 2023", dates, "REMOVED"),
            )
            for n in range(3)
        ]
        assert import_history(pairs) == 3
        session.commit()
        petition = pairs[0][0]
        assert (petition.state, petition.number) == ("closed", "2023/000001")
        (row,) = session.scalars(attached(TransitionRow, petition)).all()
        assert (row.action, row.source, row.target, row.actor_id, row.origin) == (
            "imported",
            "",
            "closed",
            None,
            "import",
        )
        assert row.data == {
            "source": "register 2023",
            "dates": {"received": "2023-02-01", "executed": "2023-03-01T00:00:00+00:00"},
            "outcome": "REMOVED",
        }
        assert [e.title for e in timeline(petition, "public")] == ["Taken over from register 2023"]


def test_only_an_import_enters_records_with_a_past_and_only_in_states_that_exist(ground, office):
    from plugins.desk.models import Petition

    pair = [(Petition(title="old", unit_id=office.unit), History("closed", "a file"))]
    with ground.session(office.code, office.examiner), pytest.raises(NotAllowed):
        import_history(pair)
    with ground.session(office.code) as session:
        with pytest.raises(Invalid):
            import_history([(Petition(title="old", unit_id=office.unit), History("nowhere", "a file"))])
        assert not session.new
