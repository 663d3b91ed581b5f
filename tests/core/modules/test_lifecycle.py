"""Install, enable, disable, upgrade in one governorate: together or not at all, each refusal a sentence."""

from dataclasses import replace

import pytest
from sqlalchemy import func, inspect, select

from core.errors import NotFound, Refused
from core.governorates.present import engines, registry
from core.governorates.setting import Setting
from core.modules import upgrades
from core.modules.lifecycle import disable, enable, install, standings
from core.modules.models import InstalledModule
from core.people.access import Access


@pytest.fixture
def look(workshop, place):
    """Read in the governorate with a fresh session: look(select(...))."""

    def read(statement):
        with workshop.session(place) as session:
            return session.scalars(statement).all()

    return read


@pytest.fixture
def state(workshop, place):
    def read(plugin):
        with workshop.session(place) as session:
            return {standing.id: standing.state for standing in standings(session)}[plugin]

    return read


def tables(code):
    return set(inspect(engines().get(code, registry().get(code).url)).get_table_names())


SERIAL = select(Setting.value).where(Setting.key == "module_serial")


def test_a_module_goes_through_its_life(place, state, look, lumen):
    assert state("lumen") == "discovered"
    install(place, "lumen")
    assert state("lumen") == "installed"
    enable(place, "lumen")
    assert state("lumen") == "enabled"
    disable(place, "lumen")
    assert state("lumen") == "disabled"
    assert look(select(lumen.Lamp.street)) == ["Corniche"], "its data stay"


def test_installing_brings_tables_rights_and_first_data(place, look, lumen):
    install(place, "lumen")
    assert {"lumen_lamp", "diwan_version_lumen"} <= tables(place)
    assert look(select(func.count(lumen.Lamp.id))) == [1]
    assert look(select(Access.role_code).where(Access.plugin == "lumen")) == ["ADM"]


def test_each_step_may_be_repeated(place, look, lumen):
    for step in (install, install, enable, enable, disable, disable):
        step(place, "lumen")
    assert look(select(func.count(lumen.Lamp.id))) == [1]


def test_every_change_is_announced_and_no_other(place, look):
    seen = [look(SERIAL)]
    for step in (install, enable, disable):
        step(place, "lumen")
        seen.append(look(SERIAL))
    assert len(set(map(tuple, seen))) == 4
    disable(place, "lumen")
    assert look(SERIAL) == seen[-1]


def test_refusals_are_sentences(place):
    with pytest.raises(NotFound, match="no module 'nowhere'"):
        install(place, "nowhere")
    with pytest.raises(Refused, match=r"“Two heads” cannot be used\. Its migrations have more than one head"):
        install(place, "two_heads")
    with pytest.raises(Refused, match=r"“Needs broken” cannot be used\. It needs the module 'syntax_error'"):
        install(place, "needs_broken")
    with pytest.raises(Refused, match="“Street lamps” is not installed here"):
        enable(place, "lumen")
    with pytest.raises(Refused, match="“Street lamps” is not installed here"):
        disable(place, "lumen")
    with pytest.raises(Refused, match="“Street lamps” is not installed here"):
        upgrades.upgrade_module(place, "lumen")
    with pytest.raises(NotFound, match="no governorate EG-XX in the registry"):
        install("EG-XX", "lumen")


def test_a_refusal_names_modules_as_the_reader_knows_them(place, workshop):
    with workshop.app.test_request_context("/"):
        with pytest.raises(Refused, match="أعمدة الإنارة"):
            install(place, "raising_in_hook")
        with pytest.raises(Refused, match="تطبيق «أعمدة الإنارة» غير مركّب"):
            disable(place, "lumen")
        with pytest.raises(NotFound, match="لا توجد محافظة EG-XX"):
            install("EG-XX", "lumen")


def test_dependencies_are_installed_and_enabled_first_and_disabled_last(place, state):
    with pytest.raises(Refused, match="First install what it needs: Street lamps"):
        install(place, "raising_in_hook")
    install(place, "lumen")
    install(place, "raising_in_hook")
    with pytest.raises(Refused, match="First enable what it needs: Street lamps"):
        enable(place, "raising_in_hook")
    enable(place, "lumen")
    enable(place, "raising_in_hook")
    with pytest.raises(Refused, match="First disable what needs it: Raising in hook"):
        disable(place, "lumen")
    disable(place, "raising_in_hook")
    disable(place, "lumen")
    assert (state("lumen"), state("raising_in_hook")) == ("disabled", "disabled")


def test_a_failing_installation_leaves_nothing(place, state, look, host, monkeypatch, lumen):
    def fail(plugin, name, **arguments):
        arguments["session"].add(lumen.Lamp(street="half-done"))
        arguments["session"].flush()
        raise RuntimeError("no reference data today")

    before = tables(place)
    serial = look(SERIAL)
    monkeypatch.setattr(host, "call_plugin", fail)
    with pytest.raises(RuntimeError, match="no reference data"):
        install(place, "lumen")
    assert tables(place) == before
    assert (look(select(Access.id).where(Access.plugin == "lumen")), look(SERIAL)) == ([], serial)
    assert state("lumen") == "discovered"
    monkeypatch.undo()
    install(place, "lumen")
    assert state("lumen") == "installed"


def test_a_bridge_follows_what_it_joins(place, state, host, monkeypatch):
    bridge = host.modules["raising_in_hook"]
    monkeypatch.setattr(bridge, "manifest", replace(bridge.manifest, auto_install=True))
    install(place, "lumen")
    assert state("raising_in_hook") == "installed"


def test_a_module_whose_code_is_gone_is_missing_and_its_tables_stay(place, state, host, monkeypatch):
    install(place, "lumen")
    enable(place, "lumen")
    monkeypatch.delitem(host.modules, "lumen")
    monkeypatch.setattr(host, "order", tuple(name for name in host.order if name != "lumen"))
    assert state("lumen") == "missing"
    assert "lumen_lamp" in tables(place)
    (step,) = [step for step in upgrades.upgrade_governorate(place) if step.plugin == "lumen"]
    assert step.error == "Its code is missing."


def test_an_older_version_is_outdated_until_upgraded(place, state, look, host, monkeypatch):
    install(place, "lumen")
    module = host.modules["lumen"]
    monkeypatch.setattr(module, "manifest", replace(module.manifest, version="0.2.0"))
    assert state("lumen") == "outdated"
    steps = {step.plugin: step for step in upgrades.upgrade_governorate(place)}
    assert (steps["core"].changed, steps["lumen"].changed) == (False, True)
    assert state("lumen") == "installed"
    assert look(select(InstalledModule.version)) == ["0.2.0"]
    assert not any(step.changed or step.error for step in upgrades.upgrade_governorate(place))


def test_a_version_that_needs_more_waits_for_it(place, host, monkeypatch):
    install(place, "lumen")
    module = host.modules["lumen"]
    monkeypatch.setattr(module, "manifest", replace(module.manifest, version="0.2.0", depends=("posts",)))
    with pytest.raises(Refused, match="First install what it needs: posts"):
        upgrades.upgrade_module(place, "lumen")


def test_who_changed_a_state_is_recorded(workshop, place, look):
    from core.data.scope import Scope
    from core.governorates.present import governorate_context

    with governorate_context(workshop.app, place, Scope(actor_id=7)):
        install(place, "lumen")
    assert look(select(InstalledModule.by)) == [7]


def test_within_a_request_that_already_wrote_the_change_does_not_wait_for_itself(workshop, place, state):
    with workshop.session(place) as session:
        session.add(Setting(key="something", value="else"))
        session.flush()
        install(place, "lumen")
    assert state("lumen") == "installed"
