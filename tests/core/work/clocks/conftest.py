"""A governorate with the sample module `desk`, whose petitions have a clock; on both databases."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def desk(ground, backend):
    """A fresh governorate with the module `desk` and one unit."""
    from core.people.units import Unit

    with ground.governorate("EG-KN", backend=backend, modules=("desk",)) as code:
        with ground.session(code) as session:
            unit = Unit(code="U1", kind="directorate", name_ar="مديرية", name_en="Directorate")
            session.add(unit)
            session.commit()
            key = unit.id
        yield SimpleNamespace(code=code, unit=key, session=lambda scope=None: ground.session(code, scope))
