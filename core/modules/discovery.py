"""Finding plugins: the bundled folder, further folders, and installed packages. Nothing is imported here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from core.language import N_
from core.modules.manifest import FILE, Manifest, read_manifest
from core.modules.order import dependencies
from core.modules.problem import Problem, Unusable

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "plugins"
GROUP = "diwan.plugins"
UNCOUNTED = frozenset({"__pycache__", "node_modules", "locales"})


@dataclass
class Discovery:
    """What was found, by id (or by folder name where the manifest gives none)."""

    manifests: dict[str, Manifest] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def discover(extra: Sequence[Path] = ()) -> Discovery:
    """Read every manifest of the bundled plugins, the `extra` folders and the entry points, in that order."""
    found = Discovery()
    for folder, package in _places(extra):
        _add(found, folder, package)
    return found


def digest(found: Discovery, plugin: str) -> str:
    """Return a SHA-256 of the plugin's files, of those it depends on, and of the host's own code."""
    sums = hashlib.sha256(_host_digest().encode())
    for name in (*dependencies(found.manifests, plugin), plugin):
        sums.update(_digest(found.folders[name]).encode())
    return sums.hexdigest()


@cache
def _host_digest() -> str:
    return _digest(ROOT / "core", "*.py") + _digest(ROOT / "admin", "*.py")


def _digest(folder: Path, pattern: str = "*") -> str:
    """Names, sizes and contents; caches, catalogues and folders of other tools do not count."""
    sums = hashlib.sha256()
    for file in _files(folder, pattern):
        content = file.read_bytes()
        sums.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return sums.hexdigest()


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.is_dir() and entry.name not in UNCOUNTED:
            yield from _files(entry, pattern)
        elif entry.is_file() and entry.match(pattern):
            yield entry


def _places(extra: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield folder and import name of each candidate; `extra` folders join the package `plugins`."""
    for root in (BUNDLED, *extra):
        for file in sorted(root.glob(f"*/{FILE}")):
            yield file.parent, f"plugins.{file.parent.name}"
    for entry in sorted(entry_points(group=GROUP)):
        yield _folder_of(entry.value), entry.value


def _folder_of(package: str) -> Path:
    """Return a package's folder without running it: the finder of a top-level name only looks at the disk."""
    top, *below = package.split(".")
    spec = find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0] if places else top).joinpath(*below)


def _add(found: Discovery, folder: Path, package: str) -> None:
    name = folder.name
    try:
        manifest = read_manifest(folder)
        if package == f"plugins.{name}" and manifest.id != name:
            raise Unusable(N_("Its folder must bear its id '%(id)s'."), id=manifest.id)
        name = manifest.id
        if name in found.folders:
            raise Unusable(N_("Another module in %(folder)s has the same id."), folder=found.folders[name])
    except Unusable as error:
        name = name if name not in found.folders else f"{name} ({folder})"
        found.folders[name] = folder
        found.problems[name] = error.problem
        return
    found.manifests[name] = manifest
    found.folders[name] = folder
    found.packages[name] = package
