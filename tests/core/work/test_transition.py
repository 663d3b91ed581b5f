"""The workflow engine: the only way from one state to another, and what it leaves behind."""

import threading

import pytest
from sqlalchemy import select

from core.data.scope import Grant, Scope
from core.data.visibility import attached
from core.errors import Invalid, NotAllowed, NotFound, NotPossible
from core.work.bulk import transition_many
from core.work.moves import StateChangedOutside, TransitionRow
from core.work.transition import allowed, transition
from core.work.workflow import State, Transition, Workflow

REPLY = {"text": "The pipe was mended.", "outcome": "REMOVED"}


def take(session, id_):
    from plugins.desk.models import Petition

    return session.get(Petition, id_)


def walk(ground, office, id_, *steps):
    """Move a petition by (scope, action, data) and commit each step."""
    for scope, action, data in steps:
        with ground.session(office.code, scope) as session:
            transition(take(session, id_), action, data)
            session.commit()


@pytest.fixture
def heard(ground):
    """What the sample module heard; empty at the start."""
    from plugins.desk import heard

    heard.clear()
    return heard


def test_a_petition_travels_and_every_step_names_actor_unit_and_duty(ground, office, petitions, heard):
    (id_,) = petitions("a burst pipe")
    walk(
        ground,
        office,
        id_,
        (office.examiner, "take", None),
        (office.focal, "reply", REPLY),
        (office.reviewer, "approve", None),
        (Scope.of_system(), "close", None),
    )
    with ground.session(office.code) as session:
        petition = take(session, id_)
        rows = session.scalars(attached(TransitionRow, petition).order_by(TransitionRow.id)).all()
        assert (petition.state, petition.reply) == ("closed", "The pipe was mended.")
        assert [(r.action, r.source, r.target) for r in rows] == [
            ("take", "registered", "examining"),
            ("reply", "examining", "review"),
            ("approve", "review", "answered"),
            ("close", "answered", "closed"),
        ]
        people = [office.ids["examiner"], office.ids["focal"], office.ids["reviewer"], None]
        assert [r.actor_id for r in rows] == people
        assert [r.unit_id for r in rows] == [office.unit, office.unit, office.unit, None]
        assert [r.post_id for r in rows] == [None] * 4
        assert [r.duty for r in rows] == [None, "reply", "approve", None]
        assert [r.origin for r in rows] == ["user", "user", "user", "system"]
        assert rows[1].data == REPLY
    assert heard[:2] == [(id_, "registered", "examining"), (id_, "examining", "review")]


@pytest.mark.parametrize(
    ("who", "action", "data", "error"),
    [
        ("focal", "take", None, NotAllowed),
        ("examiner", "fly", None, NotFound),
        ("focal", "reply", REPLY, NotPossible),
        ("examiner", "close", None, NotAllowed),
        ("examiner", "remark", {"reason": "none"}, NotPossible),
    ],
)
def test_what_the_table_does_not_permit_is_refused_with_a_sentence(
    ground, office, petitions, who, action, data, error
):
    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, getattr(office, who)) as session:
        with pytest.raises(error) as refused:
            transition(take(session, id_), action, data)
        assert str(refused.value)
        session.commit()
        assert take(session, id_).state == "registered"
        assert session.scalars(attached(TransitionRow, take(session, id_))).all() == []


def test_the_form_checks_the_data_whoever_brings_them(ground, office, petitions):
    (id_,) = petitions("a burst pipe")
    walk(ground, office, id_, (office.examiner, "take", None))
    with ground.session(office.code, office.focal) as session:
        with pytest.raises(Invalid) as refused:
            transition(take(session, id_), "reply", {"outcome": "NONSENSE"})
        assert set(refused.value.errors) == {"text", "outcome"}
        assert refused.value.status == 422


def test_one_person_may_not_combine_separate_duties_on_one_record(ground, office, petitions):
    mine, other = petitions("a burst pipe", "a dark street")
    walk(ground, office, mine, (office.both, "take", None), (office.both, "reply", REPLY))
    walk(ground, office, other, (office.both, "take", None), (office.focal, "reply", REPLY))
    with ground.session(office.code, office.both) as session:
        with pytest.raises(NotAllowed):
            transition(take(session, mine), "approve")
        assert "approve" not in [step.action for step in allowed(take(session, mine))]
        assert "approve" in [step.action for step in allowed(take(session, other))]
        transition(take(session, other), "approve")
        session.commit()
    walk(ground, office, mine, (office.reviewer, "approve", None))


def test_buttons_are_what_role_state_and_pure_guards_permit(ground, office, petitions):
    free, stuck = petitions("free", "stuck")
    with ground.session(office.code, office.examiner) as session:
        assert [step.action for step in allowed(take(session, free))] == ["take", "remark"]
        assert [step.action for step in allowed(take(session, stuck))] == ["remark"]
        assert allowed(take(session, free), office.reviewer) == []


def test_a_module_may_object_and_one_that_cannot_answer_counts_as_objecting(ground, office, petitions):
    held, crashing = petitions("held", "crash")
    for id_, sentence in (
        (held, "A module objects."),
        (crashing, "Module “Sample desk” could not check this"),
    ):
        with ground.session(office.code, office.examiner) as session:
            with pytest.raises(NotPossible, match=sentence):
                transition(take(session, id_), "take")
            session.commit()
            assert take(session, id_).state == "registered"


def test_a_listener_that_fails_loses_only_its_own_changes(ground, office, petitions, heard):
    (id_,) = petitions("deaf")
    walk(ground, office, id_, (office.examiner, "take", None))
    with ground.session(office.code) as session:
        petition = take(session, id_)
        assert (petition.state, petition.title) == ("examining", "deaf")
    assert heard == [(id_, "registered", "examining")]


def test_an_effect_that_refuses_leaves_nothing(ground, office, petitions):
    (id_,) = petitions("late refusal")
    walk(ground, office, id_, (office.examiner, "take", None))
    with ground.session(office.code, office.focal) as session:
        petition = take(session, id_)
        with pytest.raises(NotPossible, match="effect"):
            transition(petition, "reply", REPLY)
        petition.title = "saved all the same"
        session.commit()
    with ground.session(office.code) as session:
        petition = take(session, id_)
        assert (petition.state, petition.reply, petition.title) == ("examining", None, "saved all the same")
        assert len(session.scalars(attached(TransitionRow, petition)).all()) == 1


def test_a_step_may_keep_the_state_or_compute_it(ground, office, petitions, heard):
    (id_,) = petitions("a burst pipe")
    walk(
        ground,
        office,
        id_,
        (office.examiner, "remark", {"reason": "seen"}),
        (office.examiner, "take", None),
        (office.examiner, "put_back", None),
    )
    with ground.session(office.code) as session:
        rows = session.scalars(attached(TransitionRow, take(session, id_)).order_by(TransitionRow.id)).all()
        assert [r.target for r in rows] == ["registered", "examining", "registered"]
    assert len(heard) == 2


def test_a_state_set_by_hand_is_refused_at_flush(ground, office, petitions):
    from plugins.desk.models import Petition

    (id_,) = petitions("a burst pipe")
    with ground.session(office.code) as session:
        take(session, id_).state = "closed"
        with pytest.raises(StateChangedOutside):
            session.flush()
    with ground.session(office.code) as session:
        session.add(Petition(title="born closed", unit_id=office.unit, state="closed"))
        with pytest.raises(StateChangedOutside):
            session.commit()
    with ground.session(office.code, office.examiner) as session:
        petition = take(session, id_)
        transition(petition, "take")
        petition.state = "closed"
        with pytest.raises(StateChangedOutside):
            session.commit()


def test_a_new_record_begins_in_the_initial_state(ground, office, petitions):
    (id_,) = petitions("a burst pipe")
    with ground.session(office.code) as session:
        assert take(session, id_).state == "registered"


def test_of_two_people_who_move_at_once_the_second_is_told(ground, office, petitions, backend):
    (id_,) = petitions("a burst pipe")
    together, outcomes = threading.Barrier(2), []

    def move(scope):
        if backend == "sqlite":  # a writer there waits for the other before it reads
            together.wait(10)
        with ground.session(office.code, scope) as session:
            petition = take(session, id_)
            if backend == "postgres":  # both have read the old state
                together.wait(10)
            try:
                transition(petition, "take")
                session.commit()
                outcomes.append("done")
            except NotPossible:
                outcomes.append("refused")

    threads = [threading.Thread(target=move, args=(scope,)) for scope in (office.examiner, office.both)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "refused"]
    with ground.session(office.code) as session:
        assert len(session.scalars(attached(TransitionRow, take(session, id_))).all()) == 1


def test_nobody_reads_transitions_except_through_their_record(ground, office, petitions):
    (id_,) = petitions("a burst pipe")
    walk(ground, office, id_, (office.examiner, "take", None))
    with ground.session(office.code, office.examiner) as session:
        assert session.scalars(select(TransitionRow)).all() == []
        assert len(session.scalars(attached(TransitionRow, take(session, id_))).all()) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"states": [State("a", "A"), State("a", "A")]}, "states declared twice"),
        ({"initial": "z"}, "unknown states"),
        ({"transitions": [Transition("go", ("a",), "z", "Go", ())]}, "unknown states"),
        ({"transitions": [Transition("go", ("a",), "a", "Go", ())] * 2}, "actions declared twice"),
        ({"separate": [{"nobody"}]}, "nobody does"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_when_loaded(changes, why):
    sound = {"model": "x.y", "states": [State("a", "A")], "transitions": []}
    with pytest.raises(ValueError, match=why):
        Workflow(**sound | changes)


def test_a_role_moves_only_what_it_reaches_itself(ground, office, petitions):
    """Examiner in the first unit and focal point in the second: two memberships, not four."""
    here, there = office.unit, office.other
    mixed = Scope(
        actor_id=office.ids["both"],
        roles=frozenset({"EXM", "FOC"}),
        unit_ids=(here, there),
        unit_id=here,
        grants=(Grant("EXM", unit_ids=(here,)), Grant("FOC", unit_ids=(there,))),
    )
    (id_,) = petitions("a burst pipe")
    with ground.session(office.code, mixed) as session:
        petition = take(session, id_)
        assert "take" in {step.action for step in allowed(petition)}
        transition(petition, "take")
        assert "reply" not in {step.action for step in allowed(petition)}
        with pytest.raises(NotAllowed):
            transition(petition, "reply", REPLY)
        result = transition_many(type(petition), [id_], "reply", REPLY)
        assert list(result.refused) == [id_]
