"""What a person wrote never reaches the log, whatever the database says of it."""

import logging

import pytest
from sqlalchemy.exc import IntegrityError

from core.people.units import Unit

CANARY = "canary-of-a-citizen"


def test_a_refused_row_is_not_repeated_in_the_log(ground, governorate, caplog):
    with ground.session(governorate) as session:
        for _ in range(2):
            session.add(Unit(code=CANARY, kind="markaz", name_ar=CANARY, name_en=CANARY))
        with pytest.raises(IntegrityError) as refused:
            session.flush()
        logging.getLogger("diwan.errors").error("fault", exc_info=refused.value)
        session.rollback()
    assert "IntegrityError" in caplog.text
    assert "core_unit" in caplog.text, "what was wrong is still said"
    assert CANARY not in caplog.text
    assert CANARY not in str(refused.value.orig)
