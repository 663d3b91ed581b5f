"""A governorate with the sample module `desk`, two units and four clerks who do different things."""

from types import SimpleNamespace

import pytest

from core.data.scope import Scope


@pytest.fixture
def desk(ground, backend):
    """The code of a fresh governorate with the module `desk` enabled."""
    with ground.governorate("EG-KN", backend=backend, modules=("desk",)) as code:
        yield code


@pytest.fixture
def office(ground, desk):
    """Scopes of the people of the desk: examiner, focal point, reviewer, and one who is both of these."""
    from core.people.units import Unit
    from core.people.users import User

    with ground.session(desk) as session:
        units = [Unit(code=f"U{n}", kind="directorate", name_ar=f"مديرية {n}") for n in (1, 2)]
        people = [User(username=name, name_ar=name) for name in ("examiner", "focal", "reviewer", "both")]
        session.add_all([*units, *people])
        session.commit()
        ids = {user.username: user.id for user in people}
        first, second = (unit.id for unit in units)
    roles = {"examiner": {"EXM"}, "focal": {"FOC"}, "reviewer": {"REV"}, "both": {"EXM", "FOC", "REV"}}
    scopes = {
        name: Scope(actor_id=ids[name], roles=frozenset(held), whole=True, level=1, unit_id=first)
        for name, held in roles.items()
    }
    return SimpleNamespace(code=desk, unit=first, other=second, ids=ids, **scopes)


@pytest.fixture
def petitions(ground, office):
    """Add petitions with the given titles; returns their ids."""

    def add(*titles, **values):
        from plugins.desk.models import Petition

        with ground.session(office.code) as session:
            rows = [Petition(title=title, unit_id=office.unit, **values) for title in titles]
            session.add_all(rows)
            session.commit()
            return [row.id for row in rows]

    return add
