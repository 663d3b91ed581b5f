"""Each wall taken away in turn: the probes must notice, or their silence would prove nothing."""

import inspect
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import func, select, true
from trust.composer import Composer
from trust.world import ABROAD, HERE

from core.app import Diwan
from core.data import guard, visibility
from core.data.base import db
from core.data.scope import Scope
from core.data.sealed import blind_index
from core.data.session import GovernorateSession
from core.data.visibility import cleared
from core.errors import NotAllowed
from plugins.complaints.models import Applicant, Complaint

ENOUGH = 10


@pytest.fixture
def instead(monkeypatch):
    """Put `made` in the place of what `owner` calls `name`; a wall that no probe came to was not taken away."""
    used = {}

    def substitute_for(owner, name, made):
        kept = isinstance(inspect.getattr_static(owner, name), property)
        where = f"{getattr(owner, '__name__', owner)}.{name}"
        used[where] = 0

        def substitute(*args, **more):
            used[where] += 1
            return made(*args, **more)

        monkeypatch.setattr(owner, name, property(substitute) if kept else substitute)

    yield substitute_for
    assert all(used.values()), (
        f"the probes never came to {[name for name, times in used.items() if not times]}"
    )


@pytest.fixture
def staff(world):
    return [world.people["CLK"]]


@pytest.fixture
def quick(world, found):
    """A part of the quick set is enough to notice."""
    return Composer(world, found, full=False, cells=("other",))


@contextmanager
def signed_in_anew(world, people):
    """Everybody signs in while the wall is away."""
    passes = {code: dict(holding.passes) for code, holding in world.holdings.items()}
    try:
        for code, holding in world.holdings.items():
            holding.passes.update({p.role: world.sign_in(code, p.username) for p in people})
        world.share_sign_ins()
        yield
    finally:
        for code, holding in world.holdings.items():
            holding.passes.update(passes[code])


def test_the_guard_switched_off(quick, prober, staff, instead):
    """Criteria that let everything pass."""
    for module in (guard, visibility):
        instead(module, "criteria", lambda model, scope: true())
    tally = prober.run(quick.hidden(staff))
    assert len(tally.of("C")) >= ENOUGH, tally.report()
    assert len({finding.probe.door.endpoint for finding in tally.of("C")}) >= 3


def test_a_role_that_counts_everywhere(world, found, prober, instead):
    """Confidential records opened in one unit because of a role that is held in another."""
    instead(Scope, "opening", lambda scope: scope)
    composer = Composer(world, found, full=False, cells=("own_secret",))
    tally = prober.run(composer.hidden([world.people["MIX"]]))
    assert tally.of("C"), tally.report()
    shown = {finding.detail for finding in tally.of("C")}
    assert all("_secret-" in detail or "KN" in detail for detail in shown), shown


def test_a_role_that_counts_for_every_module(world, quick, prober, instead):
    """Complaints of the whole governorate, because minutes of hearings are approved in all of it."""
    instead(Scope, "within", lambda scope, module: scope)
    tally = prober.run(quick.hidden([world.people["FAR"]]))
    shown = tally.of("C")
    assert len(shown) >= ENOUGH, tally.report()
    assert {finding.detail.partition(f"{HERE}-")[2].partition(".")[0] for finding in shown} >= {"complaints"}


def test_a_list_without_criteria(quick, prober, staff, instead):
    """A Core select that claims to be cleared, as a careless list would."""
    from admin import listing

    instead(listing, "select_visible", lambda model, *columns: cleared(select(*columns)))
    tally = prober.run(quick.hidden(staff))
    assert tally.of("C"), "the list showed everything and nobody noticed"
    assert {finding.probe.door.endpoint.partition(".")[2] for finding in tally.of("C")} == {"index"}


def test_one_signing_key_for_all(world, quick, prober, staff, instead):
    """The sign-ins are the same rows in both governorates: only the key keeps the cookie out."""
    instead(Diwan, "secret_key", lambda app: "one key for all" * 3)
    with signed_in_anew(world, staff):
        tally = prober.run(quick.abroad(staff))
    shown = [finding for finding in tally.of("C") if f"CANARY-{ABROAD}" in finding.detail]
    assert shown, tally.report()
    assert {finding.probe.carry for finding in shown} == {HERE}


def test_every_session_on_one_database(world, quick, prober, staff, instead):
    """get_bind stuck: whatever governorate is asked, HERE answers.

    Each database says whose it is, and that wall would hold alone: it is taken away as well.
    """
    with world.app.app_context():
        from core.data.session import Binding
        from core.governorates.present import engines, registry

        stuck = Binding(HERE, engines().get(HERE, registry().get(HERE).url))
    bind = GovernorateSession.get_bind

    def stay(session, *args, **more):
        bind(session, *args, **more)
        return stuck.writing if session.info.get("write") else stuck.engine

    instead(GovernorateSession, "get_bind", stay)
    probes = [replace(probe, carry=ABROAD, known=True) for probe, _ in quick.abroad(staff)]
    assert {prober.send(probe).status_code for probe in probes if probe.door.plugin} == {503}
    instead(type(world.app.extensions["diwan"]), "_read_enabled", lambda *args: frozenset(world.modules))
    with signed_in_anew(world, staff):
        tally = prober.run((probe, None) for probe in probes)
    shown = [finding for finding in tally.of("C") if f"CANARY-{HERE}" in finding.detail]
    assert len(shown) >= ENOUGH, tally.report()


def test_rights_that_are_not_asked(world, quick, prober, instead):
    import core.gate

    instead(core.gate, "may", lambda *args, **more: True)
    tally = prober.run(quick.own([world.people["AUD"], world.people["CLK"]]))
    opened = tally.of("R")
    assert [finding for finding in opened if finding.detail.startswith("open without the right")], (
        "doors stood open to roles without the right"
    )


def test_requests_without_csrf_tokens(world, found, prober, instead):
    from trust.test_requests import expected, without_tokens

    instead(CSRFProtect, "protect", lambda self, **more: None)
    answers = [(probe, prober.make(probe).status_code) for probe in without_tokens(world, found)]
    passed = [probe for probe, status in answers if status not in expected(probe)]
    assert len({probe.door.endpoint for probe in passed}) >= ENOUGH, passed
    assert +prober.tally.changes, "nothing was written without a token"
    assert not prober.tally.of("5"), "a page that fails is not one that lets pass"


def test_writes_that_leave_no_trace(world, quick, prober, instead):
    from core.work import audit

    instead(audit, "_enter", lambda *args, **more: None)
    tally = prober.run(quick.own([world.people["CLK"], world.people["EXM"]]))
    assert tally.of("A"), "rows changed without audit and nobody noticed"


def test_an_answer_that_tells_hidden_from_missing(quick, prober, staff, instead):
    """A hidden row answered with "forbidden" instead of "not found"."""
    get = GovernorateSession.get

    def tell(session, entity, ident, **options):
        row = get(session, entity, ident, **options)
        if row is None and isinstance(ident, int) and ident % 1000 < 900:
            raise NotAllowed("forbidden")
        return row

    instead(GovernorateSession, "get", tell)
    tally = prober.run(quick.hidden(staff))
    assert [finding for finding in tally.of("E") if finding.detail.startswith("403, but 404")], tally.report()
    assert not tally.of("C"), "it tells that there is a row, and shows nothing of it"


def test_an_answer_that_knows_strangers_by_their_numbers(quick, prober, staff, instead):
    """The counter, asked for the holder of an identity number, looks beyond the clerk's own unit."""
    from plugins.complaints import counter

    def look(digits, scope):
        held = select(Applicant.complaint_id).where(
            Applicant.identity_index == blind_index("identity", digits)
        )
        found = select(func.count(Complaint.id)).where(Complaint.id.in_(held))
        return counter.Citizen(db.session.scalar(cleared(found)), [])

    instead(counter, "_complaints_of", look)
    tally = prober.run(quick.hidden(staff))
    assert {finding.probe.door.endpoint for finding in tally.of("E")} == {"complaints_complaint.create"}


def test_a_mutant_that_takes_nothing_away_is_told_of(instead):
    """The wall must be there, and probes must come to it."""
    with pytest.raises(AttributeError):
        instead(guard, "_no_such_wall", lambda: None)
