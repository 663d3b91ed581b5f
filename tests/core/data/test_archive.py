"""A table written from one database is, byte by byte, the table written from the other, and comes back whole."""

import io
import string
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (  # fmt: skip
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from core.data.archive import (
    Damaged,
    digest,
    loading,
    read_table,
    snapshot,
    write_table,
)
from core.data.cells import cell_of
from core.data.columns import Json, UtcDateTime
from core.errors import Refused
from core.governorates.engines import open_engine
from core.governorates.provision import drop_database

metadata = MetaData()
KINDS = Table(
    "kinds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("big", BigInteger),
    Column("words", Text),
    Column("name", String(200)),
    Column("yes", Boolean),
    Column("real", Float),
    Column("money", Numeric(18, 4, asdecimal=False)),
    Column("day", Date),
    Column("moment", UtcDateTime),
    Column("sealed", LargeBinary),
    Column("more", Json),
)
NAMED = Table("named", metadata, Column("key", String(80), primary_key=True), Column("n", Integer))
NODE = Table(
    "node",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("after_id", Integer, ForeignKey("node.id")),
    Column("leaf_id", Integer, ForeignKey("leaf.id", use_alter=True, name="fk_node_leaf")),
)
LEAF = Table(
    "leaf",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("node_id", Integer, ForeignKey("node.id")),
)
LETTERS = string.printable + "\x01\x1f\x7f" + "قنا ـ شكوى إلى المحافظة ٠١٢٣٤٥٦٧٨٩ ۴ ﷲ\u200f\u2028"
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00") | st.sampled_from(LETTERS)
)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
moments = st.datetimes(timezones=st.just(UTC))
rows = st.fixed_dictionaries({
    "big": st.none() | st.integers(-(2**63), 2**63 - 1),
    "words": st.none() | words,
    "name": st.none() | words.map(lambda text: text[:50]),
    "yes": st.none() | st.booleans(),
    "real": st.none() | st.floats(allow_nan=False),
    "money": st.none() | st.integers(-(10**9), 10**9).map(lambda n: n / 100),
    "day": st.none() | st.dates(date(1800, 1, 1)),
    "moment": st.none() | moments,
    "sealed": st.none() | st.binary(max_size=60),
    "more": st.none() | documents,
})  # fmt: skip


@pytest.fixture(scope="module")
def open_database(ground, tmp_path_factory):
    """Open an empty database of either kind with the tables above; it is gone after the module."""
    opened = []

    def open_one(backend):
        url = ground._empty(backend)
        engine = open_engine(url)
        metadata.create_all(engine)
        opened.append((engine, url))
        return engine

    yield open_one
    for engine, url in opened:
        engine.dispose()
        drop_database(url, ground.postgres_url)


@pytest.fixture(scope="module")
def pair(open_database):
    return open_database("sqlite"), open_database("postgres")


def fill(engine, table, values):
    with engine.begin() as connection:
        connection.execute(table.delete())
        connection.execute(insert(table), values)


def written(engine, name):
    file = io.BytesIO()
    with snapshot(engine) as connection:
        return write_table(connection, name, file), file


@pytest.mark.postgres
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(rows, min_size=1, max_size=5))
def test_equal_rows_have_equal_bytes_on_both_databases(pair, values):
    values = [{"id": number, **row} for number, row in enumerate(values, 1)]
    for engine in pair:
        fill(engine, KINDS, values)
    (first, one), (second, two) = (written(engine, "kinds") for engine in pair)
    assert one.getvalue() == two.getvalue()
    assert first == second
    assert first.rows == len(values)


def copy(source, target, names):
    """All of `names` from one database to another, as a restore does it."""
    files = [(written(source, name)) for name in names]
    with target.begin() as connection, loading(connection, names):
        for expected, file in files:
            read_table(connection, file, expected)
    return [expected for expected, _file in files]


PAST = datetime(2026, 10, 29, 21, 59, 59, 999999, tzinfo=UTC)
FULL = {"id": 7, "big": -(2**63), "words": "قنا\n\x01\u2028", "name": "", "yes": False, "real": 0.1, "money": 12.5,
        "day": date(2024, 2, 29), "moment": PAST, "sealed": b"\x00\xff", "more": {"b": [1, None], "a": "٣"}}  # fmt: skip
EMPTY = dict.fromkeys(FULL) | {"id": 9}


@pytest.mark.postgres
@pytest.mark.parametrize("source", ["sqlite", "postgres"])
@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_table_comes_back_as_it_was_in_either_database(open_database, source, target):
    old, new = open_database(source), open_database(target)
    fill(old, KINDS, [FULL, EMPTY])
    expected = copy(old, new, ["kinds"])
    with new.connect() as connection:
        assert digest(connection, ["kinds"]) == expected
        found = connection.execute(select(KINDS).order_by("id")).mappings().all()
    assert [dict(row) for row in found] == [FULL, EMPTY]


def test_the_next_row_takes_the_next_number(open_database, backend):
    old, new = open_database(backend), open_database(backend)
    fill(old, KINDS, [FULL, EMPTY])
    copy(old, new, ["kinds"])
    with new.begin() as connection:
        assert connection.execute(insert(KINDS).values(words="next")).inserted_primary_key == (10,)


@pytest.mark.parametrize("backend", ["postgres"])
def test_numbers_that_are_given_already_are_not_given_again(open_database, backend):
    """Rows return to a database in use: another's number, not yet committed, stays its own."""
    old, new = open_database(backend), open_database(backend)
    fill(old, KINDS, [EMPTY | {"id": 0}])
    with new.connect() as others, others.begin():
        last = [others.scalar(insert(KINDS).returning(KINDS.c.id), {"words": "new"}) for n in range(12)][-1]
        copy(old, new, ["kinds"])
    with new.begin() as connection:
        assert connection.execute(insert(KINDS).values(words="next")).inserted_primary_key[0] > last


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.from_regex(r"-?\d{1,60}\.\d{1,60}", fullmatch=True)
)
def test_no_digit_of_a_number_is_lost_and_equal_numbers_are_written_alike(number):
    write = cell_of(Numeric()).write
    written = write(str(number))
    assert Decimal(written) == Decimal(number)
    assert "E" not in written.upper()
    assert written in ("0", write(f"{Decimal(number):f}" + ("0" if "." in f"{Decimal(number):f}" else ".00")))


def test_rows_that_point_at_each_other_come_in_any_order(open_database, backend):
    old, new = open_database(backend), open_database(backend)
    with old.begin() as connection, loading(connection, ["node", "leaf"]):
        connection.execute(
            insert(NODE), [{"id": 1, "after_id": 2, "leaf_id": 5}, {"id": 2, "after_id": 1, "leaf_id": 5}]
        )
        connection.execute(insert(LEAF), [{"id": 5, "node_id": 1}])
    expected = copy(old, new, ["node", "leaf"])
    with new.connect() as connection:
        assert sorted(digest(connection, ["node", "leaf"]), key=str) == sorted(expected, key=str)
    with pytest.raises(IntegrityError), new.begin() as connection:
        connection.execute(insert(LEAF), [{"id": 6, "node_id": 77}])


def test_a_row_that_points_to_nothing_is_refused_and_nothing_stays(open_database, backend):
    new = open_database(backend)
    with pytest.raises(IntegrityError), new.begin() as connection, loading(connection, ["leaf"]):
        connection.execute(insert(LEAF), [{"id": 6, "node_id": 77}])
    with new.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(LEAF)) == 0


@pytest.mark.postgres
def test_names_stand_in_one_order_on_both_databases(pair):
    names = ["B", "a", "b", "Ä", "ء", "آ", "_", "é", "1", "٢", "e\u0301"]
    for engine in pair:
        fill(engine, NAMED, [{"key": name, "n": n} for n, name in enumerate(names)])
    assert written(pair[0], "named")[0] == written(pair[1], "named")[0]


@pytest.mark.parametrize("place", [0, 40, -2])
def test_one_flipped_byte_is_found_before_a_row_is_written(open_database, place):
    old, new = open_database("sqlite"), open_database("sqlite")
    fill(old, NAMED, [{"key": str(n), "n": n} for n in range(50)])
    expected, file = written(old, "named")
    broken = bytearray(file.getvalue())
    broken[place] ^= 1
    with pytest.raises(Damaged), new.begin() as connection:
        read_table(connection, io.BytesIO(bytes(broken)), expected)
    with pytest.raises(Damaged), new.begin() as connection:
        read_table(connection, io.BytesIO(file.getvalue()[:-9]), expected)
    with new.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NAMED)) == 0


def test_a_table_of_other_columns_is_not_filled(open_database, backend):
    old, new = open_database(backend), open_database(backend)
    fill(old, NAMED, [{"key": "a", "n": 1}])
    expected, file = written(old, "named")
    with new.begin() as connection:
        connection.execute(text("ALTER TABLE named ADD COLUMN later INTEGER"))
    with pytest.raises(Refused, match="other columns"), new.begin() as connection:
        read_table(connection, file, expected)


def test_a_snapshot_does_not_see_what_is_written_meanwhile(open_database, backend):
    engine = open_database(backend)
    fill(engine, NAMED, [{"key": "a", "n": 1}])
    with snapshot(engine) as connection:
        before = digest(connection, ["named"])
        with engine.begin() as writer:
            writer.execute(insert(NAMED).values(key="b", n=2))
        assert digest(connection, ["named"]) == before
    assert written(engine, "named")[0].rows == 2
