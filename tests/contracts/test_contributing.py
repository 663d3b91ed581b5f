"""CONTRIBUTING.md walks a newcomer to a running module of their own: every block of it is run, in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.operation.catalogue_files import key, messages, read, write

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASK = """
from core.app import create_app
client = create_app().test_client()
print(client.get("/EG-KN/admin/lamps/lamp/").status_code, client.get("/YE-AD/admin/lamps/lamp/").status_code)
"""


def blocks():
    """(language, file or nothing, text) of every fenced block."""
    return BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))


class Newcomer:
    """Somebody at a shell in an empty folder; the environment is this run's own, for nothing is downloaded."""

    def __init__(self, folder):
        self.folder, self.checkout = folder, folder / "diwan"
        plain = {name: value for name, value in os.environ.items() if not name.startswith("DIWAN_")}
        tests = {name: value for name, value in os.environ.items() if name.startswith("DIWAN_TEST")}
        self.environ = plain | tests | {"SOURCE": str(ROOT), "PYTHONPATH": str(self.checkout)}

    def run(self, *words):
        """Run a program where the newcomer is; the test fails with what it said."""
        here = self.checkout if self.checkout.exists() else self.folder
        done = subprocess.run(words, cwd=here, env=self.environ, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def do(self, language, name, text):
        """What a reader does with a block."""
        if language == "sh":
            self.run("bash", "-euo", "pipefail", "-c", text)
            if (self.checkout / "Makefile").exists() and not (self.checkout / ".venv").exists():
                self.furnish()
        elif language == "diff":
            (self.folder / "change.diff").write_text(text, "utf-8")
            self.run("git", "apply", str(self.folder / "change.diff"))
        elif language == "po":
            self.translate(self.checkout / name, text)
        else:
            (self.checkout / name).write_text(text, "utf-8")

    def furnish(self):
        """The clone takes over this run's environment, so that `make` finds nothing to install in it."""
        (self.checkout / ".venv").symlink_to(sys.prefix)
        for name in ("setup.cfg", *(path.relative_to(ROOT) for path in (ROOT / ".ci/lock").glob("*.txt"))):
            os.utime(self.checkout / name, (0, 0))

    def translate(self, po, text):
        """Fill in the words of a block where they are still missing."""
        words = dict(re.findall(r'msgid "(.*)"\nmsgstr "(.*)"', text))
        catalog = read(po, "ar")
        for message in messages(catalog):
            assert message.string or key(message)[0] in words, (
                f"CONTRIBUTING.md does not translate {message.id}"
            )
            message.string = words.get(key(message)[0], message.string)
        write(catalog, po)


def test_every_block_is_one_that_can_be_run():
    found = blocks()
    assert found[0][0] == "sh"
    assert "git clone" in found[0][2]
    assert {language for language, _name, _text in found} == {"sh", "python", "diff", "po"}
    assert all(name for language, name, _text in found if language in ("python", "po"))


@pytest.mark.slow
def test_a_newcomer_comes_to_a_running_module(tmp_path):
    newcomer = Newcomer(tmp_path)
    for block in blocks():
        newcomer.do(*block)
    answers = newcomer.run(sys.executable, "-c", ASK).strip().splitlines()[-1]
    assert answers == "302 404", "to the login page where it is enabled, nothing where it is not"
