"""`diwan init` prepares what is missing, goes on where it was interrupted, and spares what is real."""

import pytest
from sqlalchemy import func, select

from core.governorates.present import engines, registry
from core.governorates.setting import Setting
from core.modules.models import ENABLED, InstalledModule
from core.modules.problem import Problem
from core.operation import setup
from core.people.demo import load_people
from core.people.sign_in import DEMO
from core.people.users import User


@pytest.fixture
def told(app, monkeypatch):
    """A plan of two small governorates, and the list of modules that were asked for demo records."""
    monkeypatch.setattr(setup, "read_plan", lambda: [("EG-KN", ["ledger", "desk"]), ("EG-C", [])])
    told = []
    host = app.extensions["diwan"]
    call = host.call_plugin

    def listen(plugin, name, **arguments):
        if name == "diwan_demo":
            told.append((arguments["governorate"].code, plugin))
        return call(plugin, name, **arguments)

    monkeypatch.setattr(host, "call_plugin", listen)
    yield told
    from core.operation.birth import remove

    with app.app_context():
        for governorate in registry().all():
            remove(governorate.code, drop=True)


def test_a_new_installation_says_what_comes_next(diwan):
    result = diwan("init")
    assert result.exit_code == 0
    assert "no governorate yet" in result.output
    assert "diwan governorate add EG-KN" in result.output


def test_the_demo_is_built_once_and_found_whole_the_second_time(diwan, ground, told):
    first = diwan("init", "--demo")
    assert first.exit_code == 0, first.output
    assert "EG-KN: demo data written (ledger, desk)" in first.output
    assert told == [("EG-KN", "ledger"), ("EG-KN", "desk")]
    with ground.session("EG-KN") as session:
        assert {row.id: row.state for row in session.scalars(select(InstalledModule))} == {
            "ledger": ENABLED,
            "desk": ENABLED,
        }
        users = session.scalar(select(func.count()).select_from(User))
        assert users > 10
    with ground.session("EG-C") as session:
        assert session.scalars(select(InstalledModule)).all() == []

    second = diwan("init", "--demo")
    assert "written" not in second.output
    assert second.output.endswith("EG-C, EG-KN\n")
    assert len(told) == 2
    with ground.session("EG-KN") as session:
        assert session.scalar(select(func.count()).select_from(User)) == users


def test_an_interrupted_demo_goes_on(diwan, ground, told, monkeypatch):
    def interrupted(code, module):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup, "_tell", interrupted)
        assert diwan("init", "--demo").exit_code == 1
    with ground.app.app_context():
        file = ground.folder / "governorates/EG-KN.sqlite"
        assert file.exists()
        registry().remove("EG-KN")  # as if it had ended between making the database and entering it
    assert diwan("init", "--demo").exit_code == 0
    assert told == [("EG-KN", "ledger"), ("EG-KN", "desk")]


def test_a_demo_that_fails_in_a_module_leaves_nothing_of_that_module(diwan, ground, told, monkeypatch):
    host = ground.app.extensions["diwan"]

    def fails(plugin, name, session=None, **arguments):
        if name == "diwan_demo":
            session.add(Setting(key="half", value="done"))
            session.flush()
            raise RuntimeError("no more words")

    with monkeypatch.context() as patch:
        patch.setattr(host, "call_plugin", fails)
        failed = diwan("init", "--demo")
        assert failed.exit_code == 1
        assert "RuntimeError no more words" in failed.output
    with ground.session("EG-KN") as session:
        assert session.get(Setting, "half") is None
        assert session.get(Setting, "demo:ledger") is None
    assert diwan("init", "--demo").exit_code == 0


def test_no_demo_among_real_people(diwan, ground, told):
    with ground.app.app_context():
        setup.add("EG-KN")
    with ground.session("EG-KN") as session:
        load_people(session, "EG-KN")
        session.delete(session.get(Setting, DEMO))
        session.commit()
    refused = diwan("init", "--demo")
    assert refused.exit_code == 1
    assert "EG-KN: it has real people" in refused.output
    assert told == []


def test_one_broken_module_and_one_damaged_governorate_are_named_and_the_rest_is_built(
    diwan, app, ground, told, monkeypatch
):
    assert diwan("init", "--demo").exit_code == 0
    desk = app.extensions["diwan"].modules["desk"]
    monkeypatch.setattr(desk, "state", "broken")
    monkeypatch.setattr(desk, "problem", Problem("It is torn."))
    monkeypatch.setattr(
        setup, "read_plan", lambda: [("EG-C", []), ("EG-KN", ["ledger", "desk"]), ("YE-AD", ["ledger"])]
    )
    file = ground.folder / "governorates/EG-C.sqlite"
    with app.app_context():
        engines().dispose()
    file.unlink()

    again = diwan("init", "--demo")
    assert again.exit_code == 1
    lines = again.output.splitlines()
    assert lines[0] == f"EG-C: the file {file} is missing"
    assert lines[1] == "EG-KN desk: It is torn."
    assert lines[2] == "YE-AD: demo data written (ledger)"
    assert lines[-1] == "Error: not all is in order: 2 faults, named above"
    assert not file.exists(), "what is missing is not made anew, empty"


def test_no_demo_in_production(diwan, app, monkeypatch, told):
    from dataclasses import replace

    monkeypatch.setitem(app.config, "DIWAN", replace(app.config["DIWAN"], env="production"))
    assert "no demo in production" in diwan("init", "--demo").output
    with app.app_context():
        assert registry().all() == []


def test_the_plan_names_modules_and_governorates_that_exist(app):
    from core.people.demo import FOLDER

    plan = dict(setup.read_plan())
    assert set(plan) == {"EG-KN", "EG-SHR", "YE-AD", "EG-C"}
    assert plan["EG-C"] == [], "Cairo is there with no module on"
    assert all((FOLDER / code).is_dir() for code in plan)
    assert {name for names in plan.values() for name in names} <= set(app.extensions["diwan"].modules)
