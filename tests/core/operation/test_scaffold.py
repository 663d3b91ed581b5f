"""A module of one's own from one line: it passes everything at once, or nothing is written and why is said."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from core.errors import Refused
from core.modules.commands import module
from core.modules.discovery import discover
from core.operation.catalogue_check import faults_of
from core.operation.catalogue_files import read
from core.operation.catalogues import Source
from core.operation.scaffold.line import read_line
from core.operation.scaffold.words import complete

ROOT = Path(__file__).parents[3]
LAMP = "Lamp: code, place, installed_on=date, faulty=bool"
EVERYTHING = (
    'WaterPump "مضخة مياه|مضخات المياه": name "اسم المحطة", code, owner, notes=note?, wattage=int?, '
    'price=decimal, started_on=date?, seen_at=datetime? "آخر معاينة", '
    'working=bool, place, spare=place? "موقع البديل"، order "رقم الأمر"'
)


def run(ground, plugin, model, folder):
    """Run `diwan module new` into `folder`."""
    with ground.app.app_context():
        return CliRunner().invoke(module, ["new", plugin, "--model", model, "--into", str(folder)])


@pytest.fixture
def write(ground, tmp_path):
    """Run it into a folder of the test's own."""
    return lambda plugin, model: run(ground, plugin, model, tmp_path)


def python(folder, *words):
    """Run Python with this Diwan and the modules of `folder`; its output, or the test fails with it."""
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith("DIWAN_") or "TEST" in key
    }
    environ |= {
        "DIWAN_PLUGIN_PATH": str(folder),
        "PYTHONPATH": str(ROOT),
        "DIWAN_DATA_DIR": str(folder / "var"),
    }
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_module_of_one_line_passes_at_once(write, tmp_path):
    """Six files of about a hundred lines, and the tests that every module inherits."""
    told = write("streetlight", LAMP)
    assert told.exit_code == 0, told.exception
    words = (
        "-m",
        "pytest",
        "-p",
        "core.testing.fixtures",
        "-p",
        "no:hypothesispytest",
    )  # nothing here uses it
    outcome = python(tmp_path, *words, "-q", "tests")
    assert "failed" not in outcome
    assert "passed" in outcome
    files = [Path(line) for line in told.output.splitlines() if line.startswith(str(tmp_path))]
    assert len(files) == 6
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= 110


@pytest.fixture(scope="module")
def pumps(ground, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pumps")
    told = run(ground, "pumps", EVERYTHING, folder)
    assert told.exit_code == 0, told.exception
    return folder


def test_every_kind_of_field_is_written_in_the_style_of_the_house(pumps):
    house = pumps / "house"
    for room in ("core", "admin", "plugins"):  # ruff sorts imports by what lies beside
        (house / room).mkdir(parents=True)
    copytree(pumps / "pumps", house / "plugins/pumps")
    copytree(pumps / "tests", house / "tests")
    config = ["--config", str(ROOT / "pyproject.toml"), "."]
    python(house, "-m", "ruff", "check", *config)
    python(house, "-m", "ruff", "format", "--check", *config)


def test_its_words_are_whole_in_both_languages(pumps):
    source = Source("pumps", (pumps / "pumps",), pumps / "pumps/locales")
    assert [fault for language in ("ar", "en") for fault in faults_of(source, language)] == []
    arabic = read(source.po("ar"), "ar")
    assert arabic["Water pumps"].string == "مضخات المياه"
    assert arabic["Code"].string == "الكود", "as Diwan says everywhere"
    assert arabic.get("Name", "pumps").string == "اسم المحطة", "told apart from Diwan's own word by a context"


def test_what_sounds_like_a_person_is_declared(pumps):
    assert discover((pumps,)).manifests["pumps"].personal_data == ("WaterPump.owner",)
    assert '__personal__ = ("owner",)' in (pumps / "pumps/models.py").read_text("utf-8")
    assert 'not_personal = ("WaterPump.name",)' in (pumps / "tests/test_pumps.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("plugin", "line", "reason"),
    [
        ("La", LAMP, "cannot be a module's id"),
        ("core", LAMP, "cannot be a module's id"),
        ("lambda", LAMP, "cannot be a module's id"),
        ("hearings", LAMP, "There is a module “hearings” already"),
        ("poles", "lamp: code", "a capital letter first"),
        ("poles", "Lamp code", "a capital letter first"),
        ("poles", "Lamp:", "is no field"),
        ("poles", "Lamp: code,, place", "is no field"),
        ("poles", "Lamp: Code", "is no field"),
        ("poles", "Lamp: installed_on=dat", "did you mean “date”"),
        ("poles", "Lamp: code, code", "twice"),
        ("poles", "Lamp: place, place_id", "twice"),
        ("poles", "True: code", "meaning already"),
        ("poles", "Exception: code", "meaning already"),
        ("poles", "Scoped: code", "meaning already"),
        ("poles", "Lamp: class", "A field cannot be called “class”"),
        ("poles", "Lamp: metadata", "A field cannot be called “metadata”"),
        ("poles", "Lamp: unit_id=int", "A field cannot be called “unit_id”"),
        ("poles", "Lamp: data", "A field cannot be called “data”"),
        ("poles", "Lamp: sort", "A field cannot be called “sort”"),
        ("poles", "Lamp: date=date", "A field cannot be called “date”"),
        ("poles", "Lamp: gizmo", "What is “gizmo” called in Arabic"),
        ("poles", "Gizmo: code", "What is “Gizmo” called in Arabic"),
        ("poles", 'Lamp "عمود": code', "what one and what many are called"),
        ("poles", 'Lamp: gizmo "gadget"', "is not Arabic"),
        ("poles", 'Lamp: gizmo "أداة %(x)s"', "is not Arabic"),
        ("a_module_with_a_rather_long_id", "LampOfAVeryLongStreet: code", "too long"),
    ],
)
def test_a_refusal_names_what_is_wrong_and_writes_nothing(write, tmp_path, plugin, line, reason):
    told = write(plugin, line)
    assert told.exit_code != 0
    assert isinstance(told.exception, Refused)
    assert reason in str(told.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_would_count_as_anothers_is_refused(write, tmp_path):
    (tmp_path / "pole_things").mkdir()
    (tmp_path / "pole_things/plugin.toml").write_text('id = "pole_things"')
    told = write("pole", 'ThingsLamp "مصباح|المصابيح": code')
    assert "would count as one of the module “pole_things”" in str(told.exception)


def test_a_second_model_is_refused_not_dropped(ground, tmp_path):
    words = ["new", "poles", "--model", LAMP, "--model", "Pole: code", "--into", str(tmp_path)]
    with ground.app.app_context():
        told = CliRunner().invoke(module, words)
    assert isinstance(told.exception, Refused)
    assert "begins with one model" in str(told.exception)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_test_is_never_overwritten(write, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_poles.py").write_text("mine")
    assert "is there already" in str(write("poles", LAMP).exception)
    assert (tmp_path / "tests/test_poles.py").read_text() == "mine"
    assert not (tmp_path / "poles").exists()


def test_a_person_at_a_terminal_is_asked_for_the_arabic():
    asked = []

    def answer(name):
        asked.append(name)
        return "أداة|الأدوات" if name == "Gizmo" else "السن"

    line = complete(read_line("Gizmo: code, cog?"), answer)
    assert asked == ["Gizmo", "cog"]
    assert (line.arabic, [field.arabic for field in line.fields]) == ("أداة|الأدوات", ["الكود", "السن"])


def test_words_may_hold_commas_and_either_comma_divides():
    line = read_line('Lamp: code "رقم، ورمز", place ، faulty=bool?')
    assert [(one.name, one.kind_name, one.empty) for one in line.fields] == [
        ("code", "text", False),
        ("place", "place", False),
        ("faulty", "bool", True),
    ]
    assert line.fields[0].arabic == "رقم، ورمز"
