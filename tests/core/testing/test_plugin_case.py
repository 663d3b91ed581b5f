"""A sound module, spoilt in one place, fails the inherited test of that place and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from click.testing import CliRunner

from core.operation.scaffold.command import new

ROOT = Path(__file__).parents[3]
SOUND = "soundone"
HOOK = "\n\n@hookimpl\ndef "
PAGE = """

from flask import Blueprint
from sqlalchemy import select
from core import db, public, right, unscoped
from core.data.scope import scope_in

pages = Blueprint("{id}_all", __name__, url_prefix="/{id}")
KEPT = {{}}


@pages.get("/all")
@right("{id}.lamp", "read")
def index():
{body}


@hookimpl
def diwan_blueprints():
    return [pages]
"""
UNSCOPED = """    with unscoped("a mutant") as session:
        return " ".join(session.scalars(select(Lamp.code)))"""
KEPT = """    roles = scope_in(db.session()).roles
    if roles not in KEPT:
        KEPT[roles] = " ".join(db.session.scalars(select(Lamp.code)))
    return KEPT[roles]"""
BACKSTAGE = """diwan_start(app):
    from core import public

    def page():
        return "always open"

    app.add_url_rule("/{id}-open", "open_{id}", public(page))
"""


def added(text):
    return lambda source, name: source + text.replace("{id}", name)


def page(body):
    return lambda source, name: source + PAGE.format(id=name, body=body)


def changed(old, new):
    def change(source, name):
        found = old.replace("{id}", name)
        assert found in source, found
        return source.replace(found, new.replace("{id}", name))

    return change


def both(*changes):
    def change(source, name):
        for one in changes:
            source = one(source, name)
        return source

    return change


DOORS = "test_nobody_finds_what_is_of_another_unit_or_confidential"
MUTANTS = {
    "untold": ({"__init__.py": changed("return [Lamp]", "return []")}, "test_its_models_are_told_to_the_host"),
    "indiscreet": (
        {"models.py": changed('    __personal__ = ("owner",)\n', ""),
         "plugin.toml": changed('personal_data = ["Lamp.owner"]\n', "")},
        "test_what_it_keeps_about_people_is_declared"),
    "talkative": ({"models.py": added("\nprint('good morning')\n")}, "test_importing_it_does_nothing"),
    "shut": ({"views.py": added("\n    def list_where(self):\n        from core import NotAllowed\n"
                                "        raise NotAllowed('no')\n")},
             "test_each_role_enters_what_it_was_granted_and_nothing_else"),
    "leaking": ({"__init__.py": page(UNSCOPED)}, DOORS),
    "generous": ({"models.py": added("\n    @classmethod\n    def also_visible(cls, scope):\n"
                                     "        from sqlalchemy import true\n        return true()\n")},
                 f"{DOORS} test_nobody_sees_more_through_the_models "
                 "test_who_may_read_opens_the_records_of_their_reach_alone"),
    "mixing": ({"__init__.py": page(KEPT)}, "test_nothing_passes_from_one_governorate_to_another"),
    "backstage": ({"__init__.py": added(HOOK + BACKSTAGE)}, "test_its_addresses_are_gone_where_it_is_disabled"),
    "slovenly": (
        {"plugin.toml": changed('ar = "أعمدة الإنارة"', 'ar = "Lamps"'),
         "__init__.py": both(added("\n\ndef diwan_tiles():\n    return []\n"),
                             added(HOOK + "diwan_demo(session, governorate):\n    pass\n")),
         "models.py": changed('Index(None, "unit_id", "id")', 'Index(None, "id", "unit_id"), Index(None, "code")'),
         "access.csv": added("AUD,{id}.ghost,1,0,0,0,1\n"),
         "migrations/0001_initial.py": changed('op.drop_table("{id}_lamp")', "pass"),
         "locales/ar/LC_MESSAGES/messages.po": changed('msgstr "معطل"', 'msgstr ""')},
        "test_its_title_and_summary_are_arabic_and_english test_its_hooks_are_marked test_its_demo_loads "
        "test_its_lists_find_the_rows_of_a_unit_by_an_index test_its_models_equal_its_migrations "
        "test_its_rights_are_of_known_models_and_roles test_its_migrations_go_down_and_up_again "
        "test_its_strings_are_translated"),
    "burdensome": (
        {"access.csv": lambda source, name: source.replace(".lamp,1,", ".lamp,0,"),
         "__init__.py": both(added(HOOK + "diwan_exporting(session, folder):\n    raise OSError('full')\n"),
                             added(HOOK + "diwan_start(app):\n"
                                   "    from core.governorates.present import registry\n"
                                   "    with app.app_context():\n        registry().all()\n")),
         "models.py": both(added("\nimport ballast\n"), added("\nopen('/dev/null', 'w').close()\n")),
         "locales/ar/LC_MESSAGES/messages.po": changed('msgstr "معطل"', 'msgstr "Faulty"')},
        "test_its_rights_leave_out_no_screen test_uninstalled_it_leaves_nothing_and_comes_back_whole "
        "test_starting_with_it_asks_no_database test_starting_with_it_stays_cheap test_importing_it_does_nothing "
        "test_its_strings_are_translated"),
    "hiding": ({"views.py": added("\n    def find(self, key):\n        from core.errors import NotFound\n"
                                  "        raise NotFound('no')\n")},
               "test_who_may_read_opens_the_records_of_their_reach_alone"),
}  # fmt: skip
"""Name -> (file -> what is done to it, the tests that must fail). What keeps a module from loading at all, such
as two heads or a table of another's name, fails every test with its reason; see test_broken_plugins.py."""
BROKEN = "unloadable"


def spoil(folder, name, changes):
    """A copy of the sound module under another id, with its changes."""
    copytree(folder / SOUND, folder / name, ignore=ignore_patterns("__pycache__"))
    for file in (folder / name).rglob("*"):
        if file.suffix in (".py", ".toml", ".csv"):
            text = file.read_text("utf-8").replace(SOUND, name).replace(SOUND.upper(), name.upper())
            file.write_text(text, "utf-8")
    for file, change in changes.items():
        path = folder / name / file
        path.write_text(change(path.read_text("utf-8"), name), "utf-8")


def case(name):
    return f'\n\nclass Test{name.capitalize()}(PluginCase):\n    plugin = "{name}"\n'


@pytest.fixture(scope="module")
def outcomes(ground, tmp_path_factory):
    """Class -> outcome -> tests, of one run over the sound module and all its mutants, on SQLite."""
    folder = tmp_path_factory.mktemp("mutants")
    line = "Lamp: code, owner, place, faulty=bool"
    with ground.app.app_context():
        told = CliRunner().invoke(new, [SOUND, "--model", line, "--into", str(folder)])
    assert told.exit_code == 0, told.exception
    for name, (changes, _failing) in MUTANTS.items():
        spoil(folder, name, changes)
    spoil(folder, BROKEN, {"plugin.toml": added("colour = 1\n")})
    (folder / "ballast").mkdir()
    for number in range(200):
        (folder / f"ballast/part{number}.py").touch()
    parts = "".join(f"from ballast import part{number}\n" for number in range(200))
    (folder / "ballast/__init__.py").write_text(parts)
    names = (SOUND, *MUTANTS, BROKEN)
    (folder / "tests/test_soundone.py").unlink()
    text = "from core.testing import PluginCase\n" + "".join(map(case, names))
    (folder / "tests/test_mutants.py").write_text(text)
    return read_outcomes(folder)


def read_outcomes(folder):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIWAN_")}
    environ |= {"DIWAN_PLUGIN_PATH": str(folder), "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    words = [
        "-p",
        "core.testing.fixtures",
        "-q",
        "-rA",
        "-m",
        "not postgres",
        "--tb=no",
        "-W",
        "ignore",
        "tests",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=folder, env=environ, capture_output=True, text=True
    )
    found = {}
    for outcome, name, test in re.findall(
        r"^(PASSED|FAILED|ERROR) \S+?::Test(\w+)::(\w+)", done.stdout, re.M
    ):
        found.setdefault(name.lower(), {}).setdefault(outcome, set()).add(test)
    assert found, done.stdout + done.stderr
    return found


@pytest.mark.slow
def test_the_sound_module_passes_all(outcomes):
    assert outcomes[SOUND].keys() == {"PASSED"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_spoilt_module_fails_the_test_of_that_place_and_no_other(outcomes, name):
    found = outcomes[name]
    assert found.get("FAILED", set()) | found.get("ERROR", set()) == set(MUTANTS[name][1].split())


@pytest.mark.slow
def test_a_module_that_cannot_be_loaded_passes_nothing(outcomes):
    assert outcomes[BROKEN].keys() == {"ERROR"}


@pytest.mark.slow
def test_every_inherited_test_has_a_mutant(outcomes):
    """But those of what keeps a module from loading."""
    failing = {test for _changes, tests in MUTANTS.values() for test in tests.split()}
    unloadable = {
        "test_its_manifest_is_valid",
        "test_it_is_fit_alone_with_what_it_needs",
        "test_its_tables_bear_its_id",
        "test_its_migrations_are_one_line",
    }
    assert outcomes[SOUND]["PASSED"] == failing | unloadable
