"""Each wall taken away in turn: the probes must notice, or their silence would prove nothing."""

import pytest
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select, true
from trust.composer import Composer
from trust.world import ABROAD, HERE

from core.app import Diwan
from core.data import guard, visibility
from core.data.scope import Scope
from core.data.session import GovernorateSession
from core.data.visibility import cleared

ENOUGH = 10


@pytest.fixture
def staff(world):
    return [world.people["CLK"]]


@pytest.fixture
def quick(world, found):
    """A part of the quick set is enough to notice."""
    return Composer(world, found, full=False, cells=("other",))


def test_the_guard_switched_off(world, quick, prober, staff, monkeypatch):
    """Criteria that let everything pass."""
    for module in (guard, visibility):
        monkeypatch.setattr(module, "criteria", lambda model, scope: true())
    tally = prober.run(quick.hidden(staff))
    assert len(tally.of("C")) >= ENOUGH, tally.report()
    assert len({finding.probe.door.endpoint for finding in tally.of("C")}) >= 3


def test_a_role_that_counts_everywhere(world, found, prober, monkeypatch):
    """Confidential records opened in one unit because of a role that is held in another."""
    monkeypatch.setattr(Scope, "opening", lambda scope: scope)
    composer = Composer(world, found, full=False, cells=("own_secret",))
    tally = prober.run(composer.hidden([world.people["MIX"]]))
    assert tally.of("C"), tally.report()


def test_a_list_without_criteria(world, quick, prober, staff, monkeypatch):
    """A Core select that claims to be cleared, as a careless list would."""
    from admin import listing

    monkeypatch.setattr(listing, "select_visible", lambda model, *columns: cleared(select(*columns)))
    tally = prober.run(quick.hidden(staff))
    assert tally.of("C"), "the list showed everything and nobody noticed"
    assert {finding.probe.door.method for finding in tally.of("C")} == {"GET"}


def test_one_signing_key_for_all(world, quick, prober, staff, monkeypatch):
    """The sign-ins are the same rows in both governorates: only the key keeps the cookie out."""
    monkeypatch.setattr(Diwan, "secret_key", property(lambda app: "one key for all" * 3))
    passes = {code: dict(holding.passes) for code, holding in world.holdings.items()}
    try:
        for code, holding in world.holdings.items():
            holding.passes.update({p.role: world.sign_in(code, p.username) for p in staff})
        world.share_sign_ins()
        tally = prober.run(quick.abroad(staff))
    finally:
        for code, holding in world.holdings.items():
            holding.passes.update(passes[code])
    assert [finding for finding in tally.of("C") if ABROAD in str(finding)], tally.report()


def test_every_session_on_one_database(world, quick, prober, staff, monkeypatch):
    """get_bind stuck: whatever governorate is asked, HERE answers."""
    with world.app.app_context():
        from core.data.session import Binding
        from core.governorates.present import engines, registry

        stuck = Binding(HERE, engines().get(HERE, registry().get(HERE).url))
    bind = GovernorateSession.get_bind

    def stay(session, *args, **more):
        bind(session, *args, **more)
        return stuck.writing if session.info.get("write") else stuck.engine

    monkeypatch.setattr(GovernorateSession, "get_bind", stay)
    tally = prober.run(quick.abroad(staff))
    assert tally.findings, "one database served two governorates and nobody noticed"


def test_rights_that_are_not_asked(world, quick, prober, monkeypatch):
    import core.access

    monkeypatch.setattr(core.access, "may", lambda *args, **more: True)
    tally = prober.run(quick.own([world.people["AUD"], world.people["CLK"]]))
    assert tally.of("R"), "doors stood open to roles without the right"


def test_requests_without_csrf_tokens(world, found, prober, monkeypatch):
    from trust.test_requests import without_tokens

    monkeypatch.setattr(CSRFProtect, "protect", lambda self: None)
    answers = [prober.make(probe).status_code for probe in without_tokens(world, found)]
    assert set(answers) != {400}


def test_writes_that_leave_no_trace(world, quick, prober, monkeypatch):
    from core.work import audit

    monkeypatch.setattr(audit, "_enter", lambda *args, **more: None)
    tally = prober.run(quick.own([world.people["CLK"], world.people["EXM"]]))
    assert tally.of("A"), "rows changed without audit and nobody noticed"


def test_an_answer_that_tells_hidden_from_missing(world, quick, prober, staff, monkeypatch):
    """A hidden row answered with "forbidden" instead of "not found"."""
    from core.data.base import db
    from core.errors import NotAllowed

    get = GovernorateSession.get

    def tell(session, entity, ident, **options):
        row = get(session, entity, ident, **options)
        if row is None and isinstance(ident, int) and ident % 1000 < 900:
            raise NotAllowed("forbidden")
        return row

    monkeypatch.setattr(GovernorateSession, "get", tell)
    assert db is not None
    tally = prober.run(quick.hidden(staff))
    assert tally.of("E"), tally.report()
