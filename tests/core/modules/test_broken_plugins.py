"""Every way we know to break a plugin: the host starts, serves, and names each with its reason."""

import os
import subprocess
import sys

import pytest

from core.modules import check
from core.modules.discovery import discover
from core.modules.dispatch import BLOCKED, BROKEN, READY
from core.testing import test_settings

REASONS = {
    "clashing_table": "declares the table 'core_unit', which is another's",
    "cycle_one": "in a circle: cycle_one → cycle_two → cycle_one",
    "cycle_two": "in a circle: cycle_one → cycle_two → cycle_one",
    "dying_at_import": "died with status 7",
    "failing_migration": "Its migrations fail: no such table: nowhere",
    "formless": "Its screen 'LampView' does not say the fields of its form",
    "foreign_prefix": "Its table 'lumen_bulb' must begin with its id",
    "missing_dependency": "needs the module 'nowhere', which is not there",
    "half_personal": "differ on whether 'Caller.phone' is personal",
    "misspelt_hook": "implements 'diwan_tyles', which is no hook of the host",
    "namesake_class": "Two modules have a class 'Post'",
    "needs_broken": "needs the module 'syntax_error', which cannot be used",
    "no_migration": "No migration makes its table 'no_migration_pillar'",
    "raising_at_boot": "RuntimeError: no blueprints today",
    "open_everywhere": "a module's pages belong to a governorate: open_everywhere.index",
    "relationship_to_nothing": "'NoSuchLamp' failed to locate a name",
    "syntax_error": "a syntax error in __init__.py, line 1",
    "two_heads": "more than one head: two_heads_0002, two_heads_0003",
    "undeclared_model": "Its model 'Secret' does not say who sees it",
    "undeclared_route": "routes without declared access: undeclared_route.index",
    "unknown_key": "unknown key 'dependz'; did you mean 'depends'",
    "wrong_argument": "'colour'",
}
SOUND = {"lumen", "raising_in_hook"}
"""A plugin that raises in a hook is sound until the hook is called: see test_dispatch.py."""


def test_every_folder_of_the_collection_is_expected(broken_plugins):
    assert {file.parent.name for file in broken_plugins.glob("*/plugin.toml")} == set(REASONS) | SOUND


@pytest.mark.parametrize("plugin", sorted(REASONS))
def test_each_broken_plugin_is_named_with_its_reason(workshop, host, plugin):
    module = host.modules[plugin]
    assert module.state == (BLOCKED if plugin == "needs_broken" else BROKEN)
    with workshop.app.app_context():
        assert REASONS[plugin] in module.error


def test_the_sound_ones_are_ready(host):
    assert {host.modules[plugin].state for plugin in SOUND} == {READY}
    assert "lumen" in host.order
    assert not set(host.order) & set(REASONS)


def test_nothing_broken_was_imported_into_the_host(host):
    assert not {f"plugins.{plugin}" for plugin in REASONS} & set(sys.modules)
    assert "plugins.lumen" in sys.modules


def test_a_developer_finds_the_traceback(host):
    assert 'raise RuntimeError("no blueprints today")' in host.modules["raising_at_boot"].traceback


def test_the_host_serves(workshop):
    assert workshop.app.test_client().get("/healthz").status_code == 200


def environment(folder, plugin_path, **more):
    settings = {"DIWAN_DATA_DIR": folder, "DIWAN_PLUGIN_PATH": plugin_path, "DIWAN_ENV": "development"} | more
    plain = {key: value for key, value in os.environ.items() if not key.startswith("DIWAN_")}
    return plain | {key: str(value) for key, value in settings.items()}


def start(code, folder, plugin_path, **more):
    """Run Python code that makes an application, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(folder, plugin_path, **more),
        capture_output=True,
        text=True,
        timeout=300,
    )


BOOT = """
from core.app import create_app
app = create_app()
host = app.extensions["diwan"]
print(*(f"{module.id}={module.state}" for module in host.modules.values()))
print(app.test_client().get("/healthz").status_code)
"""


def test_strict_ends_with_status_1_and_names_them(workshop, broken_plugins, tmp_path):
    (tmp_path / "modules").symlink_to(workshop.folder / "modules")  # verdicts that are known already
    done = start(BOOT, tmp_path, broken_plugins, DIWAN_STRICT=1)
    assert done.returncode == 1
    for plugin in ("syntax_error", "needs_broken", "two_heads"):
        assert f"{plugin}: " in done.stderr


def make_plugin(root, name, text):
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(text, "utf-8")
    title = '{ ar = "عنوان", en = "title" }'
    (folder / "plugin.toml").write_text(
        f'id = "{name}"\nversion = "0.1.0"\nhost = ">=0.1"\ntitle = {title}\nsummary = {title}\n', "utf-8"
    )
    return folder


MOODY = """
import sys
spec = sys.modules["__main__"].__spec__
if spec is None or spec.name != "core.modules.inspection":
    raise RuntimeError("only in a good mood while examined")
"""


def test_one_that_passes_its_check_and_fails_all_the_same_is_left_out_by_a_fresh_start(tmp_path):
    plugins = tmp_path / "plugins"
    make_plugin(plugins, "moody", MOODY)
    make_plugin(plugins, "steady", "")
    with (make_plugin(plugins, "needs_moody", "") / "plugin.toml").open("a") as file:
        file.write('depends = ["moody"]\n')
    done = start(BOOT, tmp_path / "var", plugins)
    assert "starting again without it" in done.stderr
    states = dict(pair.split("=") for pair in done.stdout.splitlines()[0].split())
    assert (states["moody"], states["needs_moody"], states["steady"]) == ("broken", "blocked", "ready")
    assert done.stdout.splitlines()[1] == "200"
    assert done.returncode == 0


COUNTING = """
import sys
from core.modules import check
run = check._run
def counted(plugin, extra):
    sys.stdout.write(f"checks {plugin}\\n")  # in one piece: plugins are checked at the same time
    return run(plugin, extra)
check._run = counted
from core.app import create_app
create_app()
"""


def test_a_verdict_holds_until_a_file_changes(tmp_path):
    plugins, data = tmp_path / "plugins", tmp_path / "var"
    folder = make_plugin(plugins, "steady", "")

    def checked():
        done = start(COUNTING, data, plugins)
        assert not done.returncode, done.stderr
        return "checks steady" in done.stdout

    assert checked()
    assert not checked()
    (folder / "more.py").write_text("# changed", "utf-8")
    assert checked()
    (data / "modules" / "steady.json").write_text("half a rec", "utf-8")
    assert checked()


def test_one_that_hangs_is_left_out_but_tried_again_at_the_next_start(tmp_path, monkeypatch):
    make_plugin(tmp_path / "plugins", "sleepy", "import time; time.sleep(600)")
    settings = test_settings(tmp_path / "var", plugin_path=(tmp_path / "plugins",))
    monkeypatch.setattr(check, "PATIENCE", 0.2)
    problem = check.verdict(discover(settings.plugin_path), "sleepy", settings)
    assert "did not end within 0.2 seconds" in str(problem)
    assert not (tmp_path / "var" / "modules").exists()


def test_discovery_alone_says_what_a_manifest_says(broken_plugins):
    assert set(discover((broken_plugins,)).problems) == {"unknown_key"}
