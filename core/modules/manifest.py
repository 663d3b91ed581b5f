"""`plugin.toml`: what a plugin says about itself, read without importing a line of its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core import __version__
from core.language import N_
from core.modules.problem import Unusable

FILE = "plugin.toml"
ID = re.compile(r"[a-z][a-z0-9_]{2,30}")
RESERVED = frozenset({"core", "admin", "static", "api"})
LANGUAGES = ("ar", "en")


@dataclass(frozen=True)
class Manifest:
    """One plugin's `plugin.toml`; the field names are the file's keys.

    `host` is a version specifier such as `>=0.1,<0.2`; `depends` are ids installed before,
    `after` a soft order among those present; `auto_install` marks a bridge that comes by itself
    once all `depends` are installed; `python` lists extra requirements, checked and never installed;
    `personal_data` lists `Model.field`; `seed` and `demo` list files relative to the plugin's folder.
    """

    id: str
    version: str
    host: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    depends: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    auto_install: bool = False
    category: str = ""
    icon: str = ""
    python: tuple[str, ...] = ()
    personal_data: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    demo: tuple[str, ...] = ()


KNOWN = {field.name: field for field in fields(Manifest)}


def read_manifest(folder: Path) -> Manifest:
    """Read and verify `folder/plugin.toml`; raise `Unusable` with a sentence naming what is wrong."""
    try:
        data = tomllib.loads((folder / FILE).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unusable(N_("plugin.toml cannot be read: %(detail)s"), detail=error) from error
    manifest = _build(data)
    _verify_id(manifest)
    _verify_versions(manifest)
    _verify_files(manifest, folder)
    return manifest


def _build(data: dict[str, Any]) -> Manifest:
    for key in data:
        if key not in KNOWN:
            near = get_close_matches(key, KNOWN, n=1, cutoff=0.0)[0]
            raise Unusable(
                N_("plugin.toml has the unknown key '%(key)s'; did you mean '%(near)s'?"), key=key, near=near
            )
    for name, field in KNOWN.items():
        if field.default is MISSING and name not in data:
            raise Unusable(N_("plugin.toml lacks the key '%(key)s'."), key=name)
    return Manifest(**{key: _typed(key, value) for key, value in data.items()})


def _typed(key: str, value: Any) -> Any:
    """Return the value in its field's shape, or refuse it: TOML knows text, booleans, arrays and tables."""
    kind = str(KNOWN[key].type)
    if kind.startswith("Mapping"):
        if (
            isinstance(value, dict)
            and set(value) == set(LANGUAGES)
            and all(_is_text(text) for text in value.values())
        ):
            return value
        raise Unusable(N_("plugin.toml: '%(key)s' must be a table with the texts 'ar' and 'en'."), key=key)
    if kind.startswith("tuple"):
        if isinstance(value, list) and all(_is_text(item) for item in value):
            return tuple(value)
        raise Unusable(N_("plugin.toml: '%(key)s' must be a list of texts."), key=key)
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and _is_text(value):
        return value
    raise Unusable(N_("plugin.toml: '%(key)s' has the wrong kind of value."), key=key)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _verify_id(manifest: Manifest) -> None:
    for name in (manifest.id, *manifest.depends, *manifest.after):
        if not ID.fullmatch(name) or name in RESERVED:
            raise Unusable(N_("plugin.toml: '%(id)s' is not a possible module id."), id=name)


def _verify_versions(manifest: Manifest) -> None:
    try:
        Version(manifest.version)
        fits = SpecifierSet(manifest.host).contains(__version__, prereleases=True)
    except (InvalidVersion, InvalidSpecifier) as error:
        raise Unusable(N_("plugin.toml: %(detail)s"), detail=error) from error
    if not fits:
        raise Unusable(
            N_("It is made for Diwan %(wanted)s; this is Diwan %(here)s."),
            wanted=manifest.host,
            here=__version__,
        )


def _verify_files(manifest: Manifest, folder: Path) -> None:
    for name in (*manifest.seed, *manifest.demo):
        if not (folder / name).resolve().is_relative_to(folder.resolve()) or not (folder / name).is_file():
            raise Unusable(N_("plugin.toml names the file '%(file)s', which is not there."), file=name)
