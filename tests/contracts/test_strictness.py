"""A machine without a browser or PostgreSQL: what the run says, and what TEST_STRICT makes of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STORY = """
import pytest

def test_plain(): pass

@pytest.mark.browser
def test_looks(): raise AssertionError("must not run")

def test_stores(postgres_url): raise AssertionError("must not run")
"""


@pytest.fixture
def run_on_bare_machine(tmp_path):
    """Run STORY where neither need is met, with pytest's arguments and TEST_STRICT as given."""
    (tmp_path / "test_story.py").write_text(STORY)
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\nmarkers =\n    browser\n    postgres\n")
    bare = {"CHROMIUM": "/nowhere/chromium", "DIWAN_TEST_POSTGRES": "postgresql+psycopg://x@127.0.0.1:1/x"}

    def run(*arguments: str, strict: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "strictness", *arguments],
            env=os.environ | bare | {"TEST_STRICT": strict, "PYTHONPATH": str(Path(__file__).parents[1])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_a_run_names_what_it_left_out_and_how_to_add_it(run_on_bare_machine, arguments):
    done = run_on_bare_machine(*arguments, strict="0")
    *_, browser, postgres, closing = done.stdout.strip().splitlines()
    assert done.returncode == 0
    assert "1 passed, 2 skipped" in closing
    assert "1 test that needs the browser" in browser
    assert "apt-get install chromium" in browser
    assert "1 test that needs PostgreSQL" in postgres
    assert "DIWAN_TEST_POSTGRES" in postgres


def test_a_strict_run_fails_when_anything_is_left_out(run_on_bare_machine):
    done = run_on_bare_machine(strict="1")
    assert done.returncode == 1
    assert "1 passed, 2 errors" in done.stdout
