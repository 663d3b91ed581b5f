"""`diwan module ...` and `diwan upgrade`: progress line by line, and one that fails stops no other."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.governorates.directory import entry
from core.governorates.present import engines, registry
from core.modules.commands import module, upgrade
from core.modules.lifecycle import install
from core.modules.models import InstalledModule


@pytest.fixture
def run(workshop, place):
    """Run a command as `diwan` does, inside the application."""
    runner = CliRunner()
    return lambda command, *words: runner.invoke(command, words)


def test_the_list_names_versions_states_and_reasons(run, place):
    install(place, "lumen")
    lines = run(module, "list", "--governorate", place).output.splitlines()
    assert "lumen                    0.1.0      installed" in lines
    (broken,) = [line for line in lines if line.startswith("two_heads ")]
    assert "broken" in broken
    assert "more than one head" in broken


def test_a_module_is_taken_through_its_life(run, place):
    for step, outcome in (("install", "installed"), ("enable", "enabled"), ("upgrade", "up to date")):
        result = run(module, step, "lumen", "--governorate", place)
        assert (result.output, result.exit_code) == (f"{place} lumen: {outcome}\n", 0)
    assert run(module, "disable", "lumen", "--governorate", place).output == f"{place} lumen: disabled\n"


def test_a_check_says_fit_or_why_not(run):
    sound = run(module, "check", "lumen")
    assert (sound.output, sound.exit_code) == ("lumen: fit\n", 0)
    broken = run(module, "check", "syntax_error", "unknown_key", "nowhere")
    assert broken.exit_code == 1
    assert "syntax_error: Its code has a syntax error in __init__.py, line 1." in broken.output
    assert "unknown_key: plugin.toml has the unknown key 'dependz'" in broken.output
    assert "nowhere: There is no such module." in broken.output


def test_upgrading_all_goes_on_past_one_that_is_away_and_one_that_fails(
    workshop, run, place, backend, tmp_path
):
    with workshop.governorate("EG-SHR", backend=backend) as other:
        for code in (place, other):
            install(code, "lumen")
        with workshop.session(place) as session:  # as if an older version had been installed there
            session.scalars(select(InstalledModule)).one().version = "0.0.1"
            session.commit()
        with engines().get(other, registry().get(other).url).begin() as connection:
            connection.exec_driver_sql("UPDATE diwan_version_lumen SET version_num = 'lumen_9999'")
        registry().add(entry("EG-ALX", f"sqlite:///{tmp_path}/away/away.sqlite"))
        try:
            result = run(upgrade, "--all")
        finally:
            registry().remove("EG-ALX")
    lines = result.output.splitlines()
    assert lines[0] == f"[1/3] EG-ALX core: FAILED: the file {tmp_path}/away/away.sqlite is missing"
    assert lines[1:3] == ["[2/3] EG-KN core: up to date", "[2/3] EG-KN lumen: upgraded"]
    assert lines[3] == "[3/3] EG-SHR core: up to date"
    assert "EG-SHR lumen: FAILED: The database is at 'lumen_9999'" in lines[4]
    assert "left as they were: EG-ALX, EG-SHR" in lines[5]
    assert result.exit_code == 1


def test_upgrading_wants_to_be_told_where(run):
    assert run(upgrade).exit_code == 2
    assert run(upgrade, "--all", "--governorate", "EG-KN").exit_code == 2
