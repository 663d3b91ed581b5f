"""What must hold of every figure for every reader, whatever the data: recounted slowly from the records."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.data.scope import CONFIDENTIAL, ORDINARY, Scope
from core.data.time import freeze
from core.figures.catalogue import source_of
from core.figures.evaluation import evaluate, opens_confidential
from core.figures.period import Period
from core.figures.records import Drill, parts_of
from core.work.history import History, import_history
from plugins.complaints.models import Complaint, Referral
from tests.core.figures.kaplan_meier import slow_within

NOON = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TOLD = "complaints.told"
KEYS = ("complaints.cohort", "complaints.flow", "complaints.removed", TOLD)
CODES = ("UTL-WAT-LEK", "UTL-WAT-CUT", "CLN-GAR", "ADM-COR")
DAYS = st.dates(date(2022, 6, 1), date(2024, 6, 30))


@pytest.fixture(scope="module")
def full(reading):
    """The desk with 150 complaints of every kind over two years, some referred to bodies."""
    chance = Random(3)
    with freeze(NOON), reading.session(write=True) as session:
        for _ in range(150):
            session.add_all(referrals_of(*complaint(session, reading, chance)))
        session.commit()
    return reading


def complaint(session, desk, chance):
    received = datetime(2022, 6, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(760 * 1440))
    answered = received + timedelta(hours=chance.randrange(4000)) if chance.random() < 0.7 else None
    body = chance.choice((None, "WCO", "ELE", "TCC"))
    told = answered and chance.random() < 0.8
    record = Complaint(
        unit_id=desk.units[chance.choice(("CSD", "TCC"))],
        body_id=body and desk.units[body],
        place_id=desk.places[chance.choice(("QUS", "QIFT", "VILLAGE"))],
        category_id=desk.categories[chance.choice(CODES)],
        confidentiality=chance.choice((ORDINARY, ORDINARY, ORDINARY, CONFIDENTIAL)),
        subject="x",
        body="x",
        received_at=received,
        answered_at=answered,
        closed_at=answered,
        notified_at=answered + timedelta(minutes=chance.randrange(9000)) if told else None,
        outcome=chance.choice(("REMOVED", "INFORMED")) if answered else None,
    )
    import_history([(record, History("closed" if answered else "referred", "test"))])
    return record, body and desk.units[body], desk.units["DIWAN"]


def referrals_of(record, body, sender):
    if body is not None:
        yield Referral(
            complaint=record, unit_id=body, from_unit_id=sender, due_on=date(2026, 1, 1),
            confidentiality=record.confidentiality, created_by_id=None,
        )  # fmt: skip


def scopes(desk):
    """Readers of any reach: some units, some places, the whole; with and without the two roles."""
    units = st.lists(st.sampled_from(sorted(desk.units.values())), max_size=3).map(tuple)
    places = st.sampled_from([(), ("/1/",), ("/1/2/",), ("/1/3/",)])
    roles = st.sampled_from([frozenset(), frozenset({"FOC"}), frozenset({"CLK", "HED"})])
    level = st.sampled_from([ORDINARY, CONFIDENTIAL])
    return st.builds(Scope, unit_ids=units, place_paths=places, roles=roles, level=level, whole=st.booleans())


def counted(key, period, records):
    """Numerator and denominator as a person would count them on paper."""
    received = [
        r for r in records if period.start <= r.received_at < period.end and r.received_at <= period.until
    ]
    if key == "complaints.flow":
        gone = [
            r for r in records
            if r.answered_at and period.start <= r.answered_at < period.end and r.answered_at <= period.until
        ]  # fmt: skip
        return len(gone), len(received)
    if key == TOLD:
        return sum(wait(r, period)[1] for r in received), len(received)
    done = [r for r in received if r.answered_at and r.answered_at <= period.until]
    if key == "complaints.removed":
        done = [r for r in done if r.outcome == "REMOVED"]
    return len(done), len(received)


def wait(record, period):
    """(begun days, whether it ended): until told, else closed without proof, else the cut-off."""
    ended = record.notified_at is not None and record.notified_at <= period.until
    closed = record.closed_at is not None and record.closed_at <= period.until
    end = record.notified_at if ended else record.closed_at if closed else period.until
    return ceil((end - record.received_at) / timedelta(days=1)), ended


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_totals_parts_and_records_agree_for_every_reader(full, data):
    scope, key = data.draw(scopes(full)), data.draw(st.sampled_from(KEYS))
    first, last = sorted((data.draw(DAYS), data.draw(DAYS)))
    with freeze(NOON), full.ground.session(full.code, scope, write=False) as session:
        cut = data.draw(st.none() | st.integers(1, 700))
        until = (
            None
            if cut is None
            else datetime(first.year, first.month, first.day, 12, tzinfo=UTC) + timedelta(cut)
        )
        period = Period.of_days(first, last, until)
        source = source_of(key)[1]
        answer = evaluate(source, period)
        records = list(session.scalars(select(Complaint)))
        check_line(answer.ordinary, key, [r for r in records if r.confidentiality <= ORDINARY])
        check_records(source, period, answer.ordinary, secret=False, data=data)
        assert (
            (answer.confidential is not None) == opens_confidential(source) == (scope.level == CONFIDENTIAL)
        )
        if answer.confidential is not None:
            check_line(answer.confidential, key, [r for r in records if r.confidentiality > ORDINARY])
            check_records(source, period, answer.confidential, secret=True, data=data)


def check_line(line, key, records):
    """The whole is what a slow recount finds, and each table adds up to it."""
    whole = (line.whole.numerator, line.whole.denominator)
    assert whole == counted(key, line.whole.period, records)
    if key == TOLD:
        check_times(line, records)
    for parts in (line.units, line.strata, line.months):
        assert whole == (
            sum(one.numerator for one in parts.values()),
            sum(one.denominator for one in parts.values()),
        )
    for one in line.months.values():
        if key == "complaints.flow":
            assert (one.numerator, one.denominator) == counted(key, one.period, records)
    if key != "complaints.flow":
        figures = [line.whole, *line.units.values(), *line.strata.values(), *line.months.values()]
        assert all(0 <= one.numerator <= one.denominator for one in figures)


def check_times(line, records):
    """Every part's median and ninth tenth are those of a slow Kaplan-Meier over its records one by one."""
    codes = {one.category_id: one.category.code for one in records}
    units = {key: [r for r in records if (r.body_id or r.unit_id) == key] for key in line.units}
    strata = {key: [r for r in records if codes[r.category_id] == key] for key in line.strata}
    for one, of in (
        (line.whole, records),
        *((line.units[key], of) for key, of in units.items()),
        *((line.strata[key], of) for key, of in strata.items()),
        *((month, records) for month in line.months.values()),
    ):
        seen = one.period
        waits = [
            wait(r, seen)
            for r in of
            if seen.start <= r.received_at < seen.end and r.received_at <= seen.until
        ]
        assert (one.median, one.p90) == (
            slow_within(waits, Fraction(1, 2)),
            slow_within(waits, Fraction(9, 10)),
        )


def check_records(source, period, line, *, secret, data):
    """Behind each number are exactly so many records, of that unit, class or month."""
    for part in parts_of(source):
        drill = Drill(source, period, part, confidential=secret)
        expected = line.whole.rest if part == "rest" else getattr(line.whole, part)
        assert drill.count() == expected == len(drill.page(1000, 1))
    where = [
        *(({"unit": key}, one) for key, one in line.units.items()),
        *(({"stratum": key}, one) for key, one in line.strata.items()),
        *(({"month": key}, one) for key, one in line.months.items()),
    ]
    narrowed, one = data.draw(st.sampled_from(where))
    for part in ("numerator", "denominator"):
        assert Drill(source, period, part, confidential=secret, **narrowed).count() == getattr(one, part)


def test_pages_hold_every_record_once(full):
    with freeze(NOON), full.ground.session(full.code, Scope.of_system(), write=False):
        drill = Drill(source_of("complaints.flow")[1], Period.of_days(date(2022, 6, 1), date(2024, 12, 31)))
        pages = [drill.page(7, n) for n in range(1, 30)]
        ids = [row.record_id for page in pages for row in page]
        assert len(ids) == len(set(ids)) == drill.count()
        moments = [row.event_date for page in pages for row in page]
        assert moments == sorted(moments, reverse=True)
