"""A unit's path names it and all above it, whoever inserts or moves it."""

from threading import Thread

import pytest
from click.testing import CliRunner
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.data.scope import Scope
from core.errors import Refused
from core.governorates.present import governorate_context, present
from core.operation.birth import remove
from core.operation.governorates import governorate as commands
from core.people.bilingual import name_column
from core.people.categories import Category
from core.people.places import Place, root_place
from core.people.tree import below
from core.people.units import Unit, competent_units, root_unit

from .conftest import node


def unit(session, code):
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def codes_below(session, code):
    return set(session.scalars(select(Unit.code).where(below(Unit, unit(session, code).path))))


def test_a_new_node_hangs_below_its_parent_given_as_object_or_as_id(ground, office):
    with ground.session(office.code) as session:
        water = unit(session, "WATER")
        session.add(node(Unit, "BY-OBJECT", water))
        late = node(Unit, "BY-ID")
        late.parent_id = water.id
        session.add(late)
        session.commit()
        assert late.path == f"{water.path}{late.id}/"
        assert codes_below(session, "WATER") == {"WATER", "WATER-KOUS", "BY-OBJECT", "BY-ID"}
        assert late.ancestor_ids == (office.units["DIWAN"], water.id, late.id)
        assert (len(late.ancestor_ids), water.contains(late), late.contains(water)) == (3, True, False)


def test_moving_a_node_takes_all_below_it_along(ground, office):
    with ground.session(office.code) as session:
        branch = unit(session, "WATER-KOUS")  # held by the session while its parent moves
        unit(session, "WATER").parent = unit(session, "HEALTH")
        session.commit()
        assert branch.ancestor_ids == tuple(
            office.units[c] for c in ("DIWAN", "HEALTH", "WATER", "WATER-KOUS")
        )
    with ground.session(office.code) as session:
        assert codes_below(session, "HEALTH") == {"HEALTH", "WATER", "WATER-KOUS"}


def test_a_node_can_become_a_root(ground, office):
    with ground.session(office.code) as session:
        unit(session, "WATER").parent = None
        session.commit()
        assert unit(session, "WATER-KOUS").ancestor_ids == (office.units["WATER"], office.units["WATER-KOUS"])


@pytest.mark.parametrize("target", ["WATER", "WATER-KOUS"])
def test_a_node_below_itself_is_refused_and_nothing_moves(ground, office, target):
    with ground.session(office.code) as session:
        unit(session, "WATER").parent_id = office.units[target]
        with pytest.raises(Refused):
            session.commit()
        session.rollback()
        assert unit(session, "WATER").ancestor_ids == (office.units["DIWAN"], office.units["WATER"])


def test_ids_that_begin_alike_are_not_confused(ground, office):
    """/1/4/ is no prefix of /1/40/, and an underscore in a pattern is not a joker."""
    with ground.session(office.code) as session:
        session.add_all([node(Unit, f"N{number}", unit(session, "DIWAN")) for number in range(60)])
        session.commit()
        for code in ("WATER", "N4", "N5"):
            assert all(
                str(unit(session, code).id) in found.path.split("/")
                for found in session.scalars(select(Unit).where(below(Unit, unit(session, code).path)))
            )


def test_a_child_inserted_while_its_parent_moves_ends_below_it(ground, office):
    def insert():
        with ground.session(office.code) as session:
            child = node(Unit, "LATE")
            child.parent_id = office.units["WATER"]
            session.add(child)
            session.commit()

    with ground.session(office.code) as session:
        unit(session, "WATER").parent_id = office.units["HEALTH"]
        session.flush()
        thread = Thread(target=insert)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        session.commit()
        thread.join(10)
    with ground.session(office.code) as session:
        assert unit(session, "LATE").ancestor_ids[:3] == unit(session, "WATER").ancestor_ids
        assert len(unit(session, "WATER").ancestor_ids) == 3


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=12))
def test_any_sequence_of_moves_keeps_every_path_true(ground, office, moves):
    """The path always equals what walking up the parents gives."""
    with ground.session(office.code) as session:
        nodes = [node(Place, f"P{number}") for number in range(10)]
        session.add_all(nodes)
        session.flush()
        for moved, target in moves:
            try:
                with session.begin_nested():
                    nodes[moved].parent_id = None if target < 0 else nodes[target].id
                    session.flush()
            except Refused:
                session.refresh(nodes[moved])
        session.expire_all()
        parents = dict(list(session.execute(select(Place.id, Place.parent_id))))
        for place in session.scalars(select(Place)):
            walked, above = [place.id], parents[place.id]
            while above is not None:
                walked.insert(0, above)
                above = parents[above]
            assert list(place.ancestor_ids) == walked


def test_names_follow_the_language_in_objects_and_in_columns(ground, office):
    with ground.session(office.code) as session:
        session.add(Category(list="complaints", code="X", name_ar="عربي فقط"))
        water, only = unit(session, "WATER"), session.scalars(select(Category)).one()
        for language, name in (("ar", "ع WATER"), ("en", "WATER")):
            with force_locale(language):
                assert (
                    water.name == name == session.scalar(select(name_column(Unit)).where(Unit.id == water.id))
                )
                assert only.name == "عربي فقط" == session.scalar(select(name_column(Category)))


def test_a_complaint_about_water_in_a_village_goes_to_the_branch_that_serves_it(ground, office):
    with ground.session(office.code) as session:
        village = session.get(Place, office.places["VILLAGE"])
        found = {unit.code: serves for unit, serves in competent_units(session, "WCO", village).items()}
        assert list(found.items()) == [("WATER-KOUS", True), ("WATER", False)]
        assert [u.code for u in competent_units(session, "WCO")] == ["WATER", "WATER-KOUS"]
        assert competent_units(session, "NONE", village) == {}


def test_a_governorate_without_units_gets_a_diwan(ground, governorate):
    with ground.session(governorate) as session:
        from core.governorates.present import present

        made = root_unit(session, present())
        assert (made.kind, made.path) == ("diwan", f"/{made.id}/")
        assert root_unit(session, present()) is made


def test_the_map_begins_with_the_governorate_and_is_begun_once(ground, governorate):
    with ground.session(governorate) as session:
        made = root_place(session, present())
        session.commit()
        assert (made.code, made.kind, made.name_en) == ("EG-KN", "governorate", "Qena Governorate")
        assert root_place(session, present()) is made


def test_the_command_that_adds_a_governorate_gives_it_a_place_and_a_unit(app, ground):
    with app.app_context():
        try:
            done = CliRunner().invoke(commands, ["add", "YE-IB"])
            assert done.exit_code == 0, done.output
            with governorate_context(app, "YE-IB", Scope.of_system()) as session:
                assert session.scalars(select(Place.code)).all() == ["YE-IB"]
                assert session.scalars(select(Unit.code)).all() == ["DIWAN"]
        finally:
            remove("YE-IB", drop=True)
