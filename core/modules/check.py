"""Checking a plugin in a process of its own, and remembering the verdict by the digest of its files.

Run by hand as `diwan module check ID`; at start only plugins whose files, whose dependencies' files or
whose host changed since their last check are checked again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.config import Settings
from core.language import N_
from core.modules.discovery import ROOT, Discovery, digest
from core.modules.order import dependencies
from core.modules.problem import Problem

PATIENCE = 120
"""Seconds a check may take before the plugin counts as hanging."""
HANGS = N_("Its check did not end within %(seconds)s seconds.")


def examine(
    found: Discovery, names: Iterable[str], broken: Collection[str], settings: Settings
) -> dict[str, Problem]:
    """Return the problems of those plugins that do not pass; unchanged ones are answered from memory.

    Plugins that need a `broken` one, or one that turns out so, are left out: they are blocked anyway.
    """
    problems: dict[str, Problem] = {}
    waiting = list(names)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        while waiting:
            needs = {name: set(dependencies(found.manifests, name)) for name in waiting}
            waiting = [name for name in waiting if not needs[name] & (set(broken) | set(problems))]
            ready = [name for name in waiting if not needs[name] & set(waiting)]
            verdicts = pool.map(lambda name: verdict(found, name, settings), ready)
            problems |= {name: problem for name, problem in zip(ready, verdicts, strict=True) if problem}
            waiting = [name for name in waiting if name not in ready]
    return problems


def verdict(found: Discovery, plugin: str, settings: Settings) -> Problem | None:
    """Return what is wrong with a plugin, from memory or by a new check; None if it is sound."""
    try:
        record = json.loads(_record(settings.data_dir, plugin).read_text("utf-8"))
        if record["digest"] == digest(found, plugin):
            return Problem.from_json(record["problem"]) if record["problem"] else None
    except (OSError, ValueError, KeyError):
        pass  # never checked, or an unreadable record: check now
    return check(found, plugin, settings)


def check(found: Discovery, plugin: str, settings: Settings) -> Problem | None:
    """Check a plugin in a fresh process, remember the verdict and return it."""
    try:
        problem = _run(plugin, settings.plugin_path)
    except subprocess.TimeoutExpired:  # not remembered: perhaps the machine was only busy
        return Problem(HANGS, {"seconds": str(PATIENCE)})
    remember(settings.data_dir, found, plugin, problem)
    return problem


def examine_aside(plugin: str, extra: Sequence[Path]) -> Problem | None:
    """Check a plugin that lies in one of the `extra` folders for the time being; nothing is remembered."""
    try:
        return _run(plugin, extra)
    except subprocess.TimeoutExpired:
        return Problem(HANGS, {"seconds": str(PATIENCE)})


def remember(data_dir: Path, found: Discovery, plugin: str, problem: Problem | None) -> None:
    """Write a verdict down, whole or not at all: several processes may start at once."""
    path = _record(data_dir, plugin)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"digest": digest(found, plugin), "problem": problem.to_json() if problem else None}
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False)
    Path(file.name).replace(path)


def _record(data_dir: Path, plugin: str) -> Path:
    return data_dir / "modules" / f"{plugin}.json"


def _run(plugin: str, extra: Sequence[Path]) -> Problem | None:
    """Inspect in a new process and read its answer; that it dies or hangs is an answer, too."""
    with tempfile.TemporaryDirectory(prefix="diwan-check-") as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "core.modules.inspection", plugin, folder, *map(str, extra)]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
        done = subprocess.run(  # noqa: S603
            command, env=environ, timeout=PATIENCE, capture_output=True, text=True, errors="replace"
        )
        if not answer.exists():
            values = {"status": str(done.returncode)}
            return Problem(
                N_("The process that checked it died with status %(status)s."), values, done.stderr
            )
        data = json.loads(answer.read_text("utf-8"))
        return Problem.from_json(data) if data else None
