"""P1: no probe reaches a row that its person does not see, inside a governorate or in another one.

Each probe fills an address, its query keys or its form with ids of a hidden cell. The controls show
that the probes reach what they aim at: owners see their own rows by the same requests.
"""

from random import Random
from time import monotonic

import pytest
from trust.cells import CITIZEN
from trust.composer import Composer
from trust.survey import survey

HALF = {"sqlite": 0, "postgres": 1}
ENOUGH = 10_000
"""Probes of the full set on each of the two databases."""
WORKING = 0.95
"""Share of the pages with records on which somebody must be shown a row of their own."""
COUNTED = {"admin_account.first_admin", "complaints_open311.create_request"}
"""Doors that count wrong keys, by an address, before anybody is known."""
FEW = ("CLK", "FOC", "AUD", "ADM", "MIX", "TWO", "FAR", "citizen")
"""Who tries on the second database, and at doors that ask everybody alike: one for each kind of reach."""


@pytest.fixture
def people(world, backend):
    """Everybody on one database, a few on the other: the rules are the same text on both."""
    return list(world.people.values()) if backend == "sqlite" else some(world)


def some(world):
    return [world.people[role] for role in FEW]


def test_hidden_rows_stay_hidden_and_untouched(people, quick, prober):
    tally = prober.run(quick.hidden(people))
    assert not tally.findings, tally.report()
    assert tally.probes > 300


def test_what_people_do_with_their_own_rows_works_and_leaves_traces(people, quick, prober):
    tally = prober.run(quick.own(people))
    assert not tally.findings, tally.report()
    assert len(tally.changes) >= 10, f"the forms that were sent in changed hardly anything: {tally.changes}"


def test_owners_see_their_rows_where_strangers_see_none(found):
    check_owners_see(found)


def check_owners_see(found):
    """The positive control: without it the probes might all fail for another reason."""
    pages = {door.endpoint for door in found.doors if door.shows_records and found.read[door.endpoint]}
    shown = {endpoint for endpoint in pages if found.shown[endpoint]}
    assert len(pages) >= 5
    assert len(shown) / len(pages) >= WORKING, f"nobody sees a row of theirs on {sorted(pages - shown)}"


def test_a_pass_of_one_governorate_is_worth_nothing_in_another(world, quick, prober):
    tally = prober.run(quick.abroad(some(world)))
    assert not tally.findings, tally.report()
    assert set(tally.changes) <= COUNTED, "more than attempts were counted"


def test_doors_of_disabled_modules_are_not_there(world, quick, prober):
    for probe, _ in quick.shut(some(world)):
        if probe.door.plugin:
            assert prober.make(probe).status_code == 404, probe
    assert not prober.tally.findings, prober.tally.report()


def test_pages_that_remain_name_no_disabled_module(world, quick, prober):
    for probe, _ in quick.shut(some(world)):
        if (
            probe.door.plugin is None
            and probe.door.method == "GET"
            and probe.door.endpoint != "core_module.index"
        ):
            text = prober.make(probe).get_data(as_text=True).replace(probe.path, "")
            assert not [module for module in world.modules if f"/{module}/" in text], probe
    assert not prober.tally.findings, prober.tally.report()


@pytest.mark.slow
def test_every_probe_of_the_full_set_is_refused(world, backend, full, prober, record_property, capsys):
    """Each probe is made on one of the two databases, by lot; the controls hold on both."""
    check_owners_see(survey(world))
    prober.put_back()
    everybody, began = list(world.people.values()), monotonic()
    assert CITIZEN in everybody
    for probes in (full.hidden, full.own, full.abroad, full.shut):
        pairs = list(probes(everybody))
        Random(1807).shuffle(pairs)
        prober.run(pairs[HALF[backend] :: len(HALF)])
    record_property("probes", prober.tally.probes)
    with capsys.disabled():
        print(f"\nP1 on {backend}: {prober.tally.probes} probes in {monotonic() - began:.0f} s")
    assert not prober.tally.findings, prober.tally.report()
    assert prober.tally.probes >= ENOUGH, "with the other database at least 20,000"
    assert len(+prober.tally.changes) >= 20, f"hardly any form did anything: {prober.tally.changes}"


def test_everybody_sees_what_the_slow_rule_says(world, found, prober):
    """Every cell's record by its own address: shown exactly to those whom the rule names."""
    complaint = next(door for door in found.doors if door.endpoint == "complaints_complaint.record")
    for probe, expected in Composer(world, found, full=True).each_cell(complaint):
        answer = prober.make(probe)
        assert (answer.status_code == 200) is expected, f"{probe}: {answer.status}"
