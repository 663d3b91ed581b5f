"""Numbers: no gap, no duplicate, whoever writes at the same time and whoever gives up."""

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.data.scope import Scope
from core.data.time import freeze
from core.work.numbering import Series


def numbers(session, model):
    return list(session.scalars(select(model.number).order_by(model.id)))


def test_numbers_follow_each_other_within_a_year_and_begin_anew_in_the_next(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session:
        for moment in (datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)):
            with freeze(moment):
                session.add_all([Petition(title=n, unit_id=office.unit) for n in "ab"])
                session.commit()
        assert numbers(session, Petition) == ["2026/000001", "2026/000002", "2027/000001", "2027/000002"]


def test_the_year_is_that_of_the_governorates_own_midnight(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session, freeze(datetime(2026, 12, 31, 22, 30, tzinfo=UTC)):
        session.add(Petition(title="after midnight in Cairo", unit_id=office.unit))
        session.commit()
        assert numbers(session, Petition) == ["2027/000001"]


def test_what_came_last_year_is_numbered_in_last_year(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session, freeze(datetime(2027, 1, 2, tzinfo=UTC)):
        received = datetime(2026, 12, 30, tzinfo=UTC)
        session.add(Petition(title="typed late", unit_id=office.unit, received_at=received))
        session.commit()
        assert numbers(session, Petition) == ["2026/000001"]


def test_each_unit_has_its_own_series_of_letters(ground, office):
    from plugins.desk.models import Letter

    with ground.session(office.code) as session, freeze(datetime(2026, 5, 1, tzinfo=UTC)):
        for unit in (office.unit, office.other, office.unit):
            session.add(Letter(text="…", unit_id=unit))
        session.commit()
        assert sorted(numbers(session, Letter)) == ["U1-2026-1", "U1-2026-2", "U2-2026-1"]


def test_a_number_that_was_given_is_kept(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session:
        session.add(Petition(title="imported", unit_id=office.unit, number="2019/77"))
        session.commit()
        assert numbers(session, Petition) == ["2019/77"]


def test_who_gives_up_gives_the_number_back(ground, office):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session, freeze(datetime(2026, 5, 1, tzinfo=UTC)):
        session.add(Petition(title="given up", unit_id=office.unit))
        session.flush()
        session.rollback()
        with session.begin_nested() as savepoint:
            session.add(Petition(title="given up again", unit_id=office.unit))
            session.flush()
            savepoint.rollback()
        session.add(Petition(title="kept", unit_id=office.unit))
        session.commit()
        assert numbers(session, Petition) == ["2026/000001"]


@pytest.mark.parametrize("series", ["petition", "letter"])
def test_concurrent_writers_leave_no_gap_and_no_duplicate(ground, office, series):
    from plugins.desk.models import Letter, Petition

    writers, each, errors = 6, 8, []

    def write(writer):
        try:
            for n in range(each):
                with ground.session(office.code, Scope.of_system()) as session:
                    if series == "petition":
                        session.add(Petition(title=f"{writer}-{n}", unit_id=office.unit))
                    else:
                        session.add(Letter(text=f"{writer}-{n}", unit_id=(office.unit, office.other)[n % 2]))
                    session.flush()
                    if (writer + n) % 5 == 0:
                        session.rollback()  # the number must come back
                    else:
                        session.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    kept = sum((writer + n) % 5 != 0 for writer in range(writers) for n in range(each))
    with ground.session(office.code) as session:
        if series == "petition":
            given_out = sorted(int(number[-6:]) for number in numbers(session, Petition))
            assert given_out == list(range(1, kept + 1))
        else:
            for unit in "U1", "U2":
                mine = sorted(int(n.split("-")[2]) for n in numbers(session, Letter) if n.startswith(unit))
                assert mine == list(range(1, len(mine) + 1))
            assert len(numbers(session, Letter)) == kept


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["commit", "rollback", "savepoint"])), max_size=8)
)
def test_whatever_batches_succeed_or_fail_the_series_stays_whole(ground, office, batches):
    from plugins.desk.models import Petition

    with ground.session(office.code) as session, freeze(datetime(2026, 5, 1, tzinfo=UTC)):
        for size, end in batches:
            rows = [Petition(title=end, unit_id=office.unit) for _ in range(size)]
            if end == "savepoint":
                with session.begin_nested() as savepoint:
                    session.add_all(rows)
                    session.flush()
                    savepoint.rollback()
                continue
            session.add_all(rows)
            session.flush()
            session.commit() if end == "commit" else session.rollback()
        session.commit()
        given_out = [int(number[-6:]) for number in numbers(session, Petition)]
        assert given_out == list(range(1, len(given_out) + 1))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"format": "{year}"}, "never uses"),
        ({"format": "{n}"}, "needs {year}"),
    ],
)
def test_a_series_that_would_repeat_itself_is_refused_when_declared(wrong, why):
    with pytest.raises(ValueError, match=why):
        Series("x", **wrong)
