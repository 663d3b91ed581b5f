"""What importing a module does, seen in a fresh process: `-m core.testing.probe PLUGIN FOLDER EXTRA...`

Starts Diwan without the module, imports all of the module's code under an audit hook, then starts with it.
To FOLDER/answer.json go `effects` (sentences), `statements` (more than without) and `modules` (foreign ones).
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from core.app import create_app
from core.data.labels import OWNERS
from core.modules.discovery import Discovery, discover
from core.modules.order import dependencies
from core.testing.ground import test_settings

ACTS = (
    "socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.mkdir", "os.remove", "os.rename",
    "os.rmdir", "os.putenv", "shutil.", "sqlite3.connect", "urllib.Request", "signal.",
)  # fmt: skip
"""Python's audit events (the table in its library reference) that an import has no business with."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
APART = ("migrations", "demo")


@contextmanager
def watching(effects: list[str]) -> Iterator[None]:
    """Note what happens inside the block: files, connections, processes, threads, output."""
    on = [True]

    def hear(name: str, arguments: tuple[Any, ...]) -> None:
        opened = name == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if on[0] and (opened or name.startswith(ACTS)):
            effects.append(f"{name} {arguments[0] if arguments else ''!s}")

    threads, said = threading.active_count(), io.StringIO()
    sys.addaudithook(hear)
    with redirect_stdout(said), redirect_stderr(said):
        yield
    on[0] = False
    if threading.active_count() > threads:
        effects.append("a thread was started")
    if said.getvalue():
        effects.append(f"it says {said.getvalue()[:200]!r}")


def import_all(package: str) -> None:
    """Import a module and every part of it but migrations and demonstrations."""
    code = importlib.import_module(package)
    for part in pkgutil.walk_packages(code.__path__, f"{package}."):
        if not set(part.name.split(".")) & set(APART):
            importlib.import_module(part.name)


def start(folder: Path, extra: tuple[Path, ...], only: tuple[str, ...]) -> tuple[Flask, int]:
    """The application with `only` these modules, and how many statements its start took."""
    count = []

    def note(*_: Any) -> None:
        count.append(1)

    event.listen(Engine, "before_cursor_execute", note)
    folder.mkdir()
    app = create_app(test_settings(folder, plugin_path=extra), only=only)
    event.remove(Engine, "before_cursor_execute", note)
    return app, len(count)


def foreign(before: set[str], found: Discovery, plugin: str) -> list[str]:
    """Modules that came since `before` and are neither the host's nor a plugin's."""
    packages = ("core", "admin", "plugins", found.packages[plugin].partition(".")[0])
    return sorted(name for name in set(sys.modules) - before if name.partition(".")[0] not in packages)


def probe(plugin: str, folder: Path, extra: tuple[Path, ...]) -> dict[str, Any]:
    """Look at the import and the start of one module."""
    found = discover(extra)
    needed = dependencies(found.manifests, plugin)
    OWNERS.update(found.manifests)
    app, without = start(folder / "without", extra, needed)
    before, effects = set(sys.modules), list[str]()
    with app.app_context(), watching(effects):  # screens are imported by a hook, inside of one
        import_all(found.packages[plugin])
    modules = foreign(before, found, plugin)
    return {
        "effects": effects,
        "modules": modules,
        "statements": start(folder / "with", extra, (*needed, plugin))[1] - without,
    }


if __name__ == "__main__":
    answer = probe(sys.argv[1], Path(sys.argv[2]), tuple(map(Path, sys.argv[3:])))
    (Path(sys.argv[2]) / "answer.json").write_text(json.dumps(answer), "utf-8")
