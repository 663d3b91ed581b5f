"""Which plugins a hook reaches, and what one that raises costs the others."""

import logging
from dataclasses import replace

import pytest
from flask import g
from sqlalchemy import event, func, select

from core.data.base import db
from core.data.scope import Scope
from core.errors import Unavailable
from core.governorates.present import engines, governorate_context, registry
from core.hooks import hookimpl
from core.modules.dispatch import BootFailure
from core.modules.lifecycle import disable, enable, install


@pytest.fixture
def lit(place):
    """A governorate where `lumen` and the raising module are enabled."""
    for plugin in ("lumen", "raising_in_hook"):
        install(place, plugin)
        enable(place, plugin)
    return place


def test_a_hook_reaches_only_what_is_enabled_here(workshop, host, place):
    install(place, "lumen")
    with workshop.session(place):
        assert host.call("diwan_tiles", scope=None) == ([], [])
    enable(place, "lumen")
    with workshop.session(place):
        assert host.call("diwan_tiles", scope=None) == (["one lamp"], [])
    disable(place, "lumen")
    with workshop.session(place):
        assert host.call("diwan_tiles", scope=None) == ([], [])


def test_one_that_raises_loses_its_own_work_only_and_is_named(workshop, host, lit, caplog, lumen):
    with workshop.session(lit) as session, caplog.at_level(logging.ERROR):
        session.add(lumen.Lamp(street="the caller's own"))
        results, failures = host.call("diwan_tiles", scope=None)
        session.commit()
    assert results == ["one lamp"]
    assert [(failure.plugin, str(failure.error)) for failure in failures] == [
        ("raising_in_hook", "no tile today")
    ]
    assert "raising_in_hook failed in hook diwan_tiles in governorate EG-KN" in caplog.text
    with workshop.session(lit) as session:
        assert set(session.scalars(select(lumen.Lamp.street))) == {"Corniche", "the caller's own"}


def test_outside_a_governorate_nothing_is_enabled(workshop, host):
    with workshop.app.app_context():
        assert not host.enabled("lumen")
        assert host.enabled("admin")
        assert host.call("diwan_tiles", scope=None) == ([], [])


def test_an_inner_session_knows_what_is_enabled_too(workshop, host, lit):
    from core.governorates.present import bound

    with workshop.session(lit), bound(g.binding, Scope.of_system()):
        assert host.enabled("lumen")
        assert not host.enabled("nowhere")


def test_unchanged_modules_cost_one_select(workshop, host, lit):
    statements = []
    with workshop.session(lit):
        pass
    engine = engines().get(lit, registry().get(lit).url)

    def note(connection, cursor, statement, *_):
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with governorate_context(workshop.app, lit) as session:
        host.refresh(session)
        assert host.enabled("lumen")
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) == 2, "one by the context, one by our own refresh"


def test_a_module_works_only_where_what_it_needs_works(workshop, host, lit, monkeypatch):
    """An upgrade of the code may bring a need that this governorate has not enabled yet."""
    module = host.modules["raising_in_hook"]
    monkeypatch.setattr(module, "manifest", replace(module.manifest, depends=("lumen", "posts")))
    monkeypatch.setattr(host, "_states", {})
    with workshop.session(lit):
        assert host.enabled("lumen")
        assert not host.enabled("raising_in_hook")


def test_another_process_is_noticed_at_the_next_refresh(workshop, host, lit):
    with workshop.session(lit):
        assert host.enabled("lumen")
    with engines().get(lit, registry().get(lit).url).begin() as connection:
        connection.exec_driver_sql("UPDATE core_plugin SET state = 'disabled'")
        connection.exec_driver_sql("UPDATE core_setting SET value = 'new' WHERE key = 'module_serial'")
    with workshop.session(lit):
        assert not host.enabled("lumen")


def test_tables_that_are_not_those_of_the_code_put_the_governorate_under_maintenance(workshop, lit):
    with engines().get(lit, registry().get(lit).url).begin() as connection:
        connection.exec_driver_sql("UPDATE diwan_version_lumen SET version_num = 'lumen_0000'")
        connection.exec_driver_sql("UPDATE core_setting SET value = 'x' WHERE key = 'module_serial'")
    with pytest.raises(Unavailable, match="being upgraded"), workshop.session(lit):
        pass
    assert workshop.app.test_client().get(f"/{lit}/lumen/").status_code == 503


def test_a_database_of_another_governorate_is_not_served(workshop, lit):
    with engines().get(lit, registry().get(lit).url).begin() as connection:
        connection.exec_driver_sql("UPDATE core_setting SET value = 'EG-C' WHERE key = 'governorate'")
        connection.exec_driver_sql("UPDATE core_setting SET value = 'x' WHERE key = 'module_serial'")
    with pytest.raises(Unavailable, match="not its own"), workshop.session(lit):
        pass


def test_endpoints_belong_to_the_longest_id(host, monkeypatch):
    from core.data.labels import OWNERS

    monkeypatch.setitem(host.modules, "lumen_map", host.modules["lumen"])
    OWNERS.add("lumen_map")
    try:
        assert host.plugin_of("lumen.index") == "lumen"
        assert host.plugin_of("lumen_lamp.record") == "lumen"
        assert host.plugin_of("lumen_map.index") == "lumen_map"
        assert host.plugin_of("lumen_map_layer.index") == "lumen_map"
        assert host.plugin_of("security.login") is None
        assert host.plugin_of("admin.index") is None
    finally:
        OWNERS.discard("lumen_map")


def test_a_page_answers_404_unless_its_module_is_enabled(workshop, place):
    client = workshop.app.test_client()
    address = f"/{place}/lumen/"
    assert client.get(address).status_code == 404
    install(place, "lumen")
    assert client.get(address).status_code == 404
    enable(place, "lumen")
    assert client.get(address).json == {"lumen": 1}
    disable(place, "lumen")
    assert client.get(address).status_code == 404


def test_a_boot_hook_that_raises_blames_its_plugin(host):
    class Lazy:
        @hookimpl
        def diwan_jobs(self):
            raise RuntimeError("not today")

    host.plugins.register(Lazy(), "lazy")
    try:
        with pytest.raises(
            BootFailure, match="lazy: It fails while the host starts: RuntimeError: not today"
        ):
            host.call_boot("diwan_jobs")
    finally:
        host.plugins.unregister(name="lazy")


def test_boot_hooks_answer_with_the_plugin_that_each_item_is_of(host):
    (pair,) = [pair for pair in host.call_boot("diwan_blueprints") if pair[0] == "lumen"]
    assert pair[1].name == "lumen"


def test_the_caller_keeps_its_work_when_a_hook_flushes_nonsense(workshop, host, lit, lumen):
    class Careless:
        @hookimpl
        def diwan_tiles(self):
            db.session.add(lumen.Lamp(street=None))
            db.session.flush()

    host.plugins.register(Careless(), "careless")
    try:
        with workshop.session(lit) as session:
            g.modules = g.modules | {"careless"}
            session.add(lumen.Lamp(street="kept"))
            _results, failures = host.call("diwan_tiles", scope=None)
            assert {failure.plugin for failure in failures} == {"careless", "raising_in_hook"}
            session.commit()
            assert session.scalar(select(func.count(lumen.Lamp.id)).where(lumen.Lamp.street == "kept")) == 1
    finally:
        host.plugins.unregister(name="careless")


def test_a_module_brings_a_channel(workshop):
    from core.messages.channels import Outgoing, channel_named

    with workshop.app.app_context():
        proof = channel_named("blink").send(Outgoing("0100", "", "SOS", "key", "EG-KN"))
    assert proof == "blinked 3 signs"
