"""Identity numbers at rest: unreadable, bound to their row, found again by exact number."""

import pytest
from flask import g

from core.data.sealed import Sealed, SealedRow, blind_index
from core.data.session import Binding

NUMBER = "29001012701234"


class Row(SealedRow):
    __tablename__ = "sample_row"
    number_sealed = number_index = row_key = None
    number = Sealed()


@pytest.fixture
def in_qena(app):
    with app.app_context():
        g.binding = Binding("EG-KN", engine=None)
        yield


def test_a_number_comes_back_but_is_not_stored(in_qena):
    row = Row()
    row.number = NUMBER
    assert row.number == NUMBER
    assert NUMBER.encode() not in row.number_sealed
    assert NUMBER not in row.number_index


def test_the_same_number_is_sealed_differently_each_time_but_found_by_one_index(in_qena):
    one, two = Row(), Row()
    one.number, two.number = NUMBER, "٢٩٠٠١٠١٢٧٠١٢٣٤"
    assert one.number_sealed != two.number_sealed
    assert one.number_index == two.number_index == blind_index("number", NUMBER)


def test_a_number_copied_to_another_row_does_not_open(in_qena):
    one, two = Row(), Row()
    one.number, two.number = NUMBER, NUMBER
    two.number_sealed = one.number_sealed
    with pytest.raises(ValueError, match="does not belong"):
        _ = two.number


def test_a_changed_byte_does_not_open(in_qena):
    row = Row()
    row.number = NUMBER
    row.number_sealed = row.number_sealed[:-1] + bytes([row.number_sealed[-1] ^ 1])
    with pytest.raises(ValueError, match="does not belong"):
        _ = row.number


def test_another_governorate_has_another_key(app):
    with app.app_context():
        g.binding = Binding("EG-KN", engine=None)
        row = Row()
        row.number = NUMBER
        index = row.number_index
        g.binding = Binding("EG-C", engine=None)
        assert blind_index("number", NUMBER) != index
        with pytest.raises(ValueError, match="does not belong"):
            _ = row.number


def test_nothing_is_sealed_as_nothing(in_qena):
    row = Row()
    row.number = ""
    assert row.number_sealed is None
    assert row.number_index is None
