"""Writing a new module: first all of it aside, checked as Diwan checks every module, then in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.config import Settings
from core.errors import Refused
from core.language import DEFAULT, LANGUAGES
from core.modules import check
from core.modules.discovery import BUNDLED, ROOT, discover
from core.operation.catalogue_files import compile_po, key, messages, read, write
from core.operation.catalogues import Source, update
from core.operation.scaffold.line import Line
from core.operation.scaffold.names import refuse_id, refuse_names
from core.operation.scaffold.texts import texts_of

TEMPLATES = Path(__file__).with_name("templates")
FILES = ("plugin.toml", "__init__.py", "models.py", "views.py", "access.csv")
TEST = "test.py"


@dataclass(frozen=True)
class Place:
    """Where a new module goes: its folder's parent, and the folder of its test."""

    modules: Path
    tests: Path

    @classmethod
    def of(cls, into: Path | None) -> Place:
        """`into`, or this checkout; raises Refused where Diwan is installed without its tests."""
        if into is not None:
            return cls(into.absolute(), into.absolute() / "tests")
        if not (ROOT / "tests").is_dir():
            raise Refused(_("This Diwan is no checkout: say by --into which folder the module goes to."))
        return cls(BUNDLED, ROOT / "tests" / "plugins")

    def of_module(self, plugin: str) -> tuple[Path, Path]:
        """The module's folder and its test."""
        return self.modules / plugin, self.tests / f"test_{plugin}.py"


def refuse_taken(plugin: str, line: Line, place: Place, settings: Settings) -> None:
    """Raise Refused for an id or a name that cannot be, or a file that is there already."""
    known = discover((*settings.plugin_path, place.modules)).folders
    refuse_id(plugin, known)
    refuse_names(plugin, line, known)
    if taken := [path for path in place.of_module(plugin) if path.exists()]:
        raise Refused(_("%(path)s is there already.", path=taken[0]))


def write_module(plugin: str, line: Line, place: Place, settings: Settings) -> list[Path]:
    """Write module `plugin` with the model of `line`, whose Arabic is complete; return the files for people.

    Raises Refused, and then nothing is written, if the module would not pass its check.
    """
    folder, test = place.of_module(plugin)
    with tempfile.TemporaryDirectory(prefix="diwan-new-") as aside:
        made = Path(aside) / plugin
        _write(made, plugin, line, settings.plugin_path)
        _verify(plugin, made, settings)
        place.tests.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder, ignore=shutil.ignore_patterns("__pycache__", TEST))
        shutil.copyfile(made / TEST, test)
    return [*(folder / name for name in FILES), test]


def _write(made: Path, plugin: str, line: Line, beside: Sequence[Path]) -> None:
    """Everything, into the folder `made`: the files, their migration, their catalogues."""
    values = texts_of(plugin, line)
    made.mkdir()
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701 - what is written is no page
    )  # fmt: skip
    jinja.filters["tuple"] = lambda names: repr(tuple(names)).replace("'", '"')
    for name in (*FILES, TEST):
        text = jinja.get_template(f"{name}.jinja").render(values)
        (made / name).write_text(text, "utf-8")
    _run("core.modules.revision", [plugin, "Initial"], (made.parent, *beside))
    _translate(made, plugin, values)
    _format(made)


def _run(module: str, words: list[str], path: Sequence[Path] = ()) -> None:
    """Run a Python module in a process of its own; raises Refused with the end of what it said."""
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        "DIWAN_PLUGIN_PATH": os.pathsep.join(map(str, path)),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *words], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["?"]
        raise Refused(_("The module cannot be written: %(reason)s", reason=said[-1]))


def _translate(made: Path, plugin: str, values: dict[str, Any]) -> None:
    """Both catalogues, whole from the first day."""
    source = Source(plugin, (made,), made / "locales")
    arabic = {(one.english, one.context or None): one.arabic for one in values["worded"]}
    for language in LANGUAGES:
        update(source, language)
        if language == DEFAULT:
            catalog = read(source.po(language), language)
            for message in messages(catalog):
                message.string = arabic[key(message)]
            write(catalog, source.po(language))
        compile_po(source.po(language), language)


def _format(made: Path) -> None:
    """As the rest of the code is, where the development tools are installed."""
    config = ["--config", str(ROOT / "pyproject.toml")] if (ROOT / "pyproject.toml").is_file() else []
    words = [sys.executable, "-m", "ruff", "format", "--quiet", *config, str(made)]
    subprocess.run(words, check=False, capture_output=True)  # noqa: S603


def _verify(plugin: str, made: Path, settings: Settings) -> None:
    """Check the finished module as `diwan module check` does; raises Refused with the reason."""
    extra = (*settings.plugin_path, made.parent)
    problem = discover(extra).problems.get(plugin) or check.examine_aside(plugin, extra)
    if problem:
        raise Refused(_("The module cannot be written: %(reason)s", reason=problem))
