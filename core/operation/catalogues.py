"""Message catalogues: taken from the code, brought up to date, compiled. No application is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from core.errors import Refused
from core.language import CATALOGUES, DEFAULT, LANGUAGES
from core.operation.catalogue_files import compile_po, empty, filled, messages, read, write

ROOT = CATALOGUES.parent
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "_n": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "lazy_npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Source:
    """Code whose messages share one catalogue: `name` in reports, its folders, where the catalogue lies."""

    name: str
    folders: tuple[Path, ...]
    home: Path

    def po(self, language: str) -> Path:
        """The catalogue's file for a language."""
        return self.home / language / "LC_MESSAGES" / "messages.po"


def sources(root: Path = ROOT) -> list[Source]:
    """Core with admin first, then every bundled plugin."""
    found = [Source("core", (root / "core", root / "admin"), root / "locales")]
    for folder in sorted((root / "plugins").glob("*/")):
        if any(folder.glob("*.py")):
            found.append(Source(folder.name, (folder,), folder / "locales"))
    return found


def wordings(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Governorates' own words: language and file of each `locales/<CODE>/<language>`."""
    for path in sorted((root / "locales").glob("*-*/*/LC_MESSAGES/messages.po")):
        yield path.parts[-3], path


def extract(source: Source) -> Catalog:
    """Every message in the source's code, with its files; raises Refused for code that cannot be read."""
    template = empty("en")
    methods, options = _mapping()
    for folder in source.folders:
        if not folder.is_dir():
            continue
        try:
            base = ROOT if folder.is_relative_to(ROOT) else folder.parent
            found = extract_from_dir(folder, methods, options, KEYWORDS, ("Translators:",))
            for name, line, message, comments, context in found:
                place = [((folder / name).relative_to(base).as_posix(), line)]
                template.add(message, None, place, auto_comments=comments, context=context)
        except Exception as error:  # Babel passes on whatever Python's or Jinja's parser raises
            raise Refused(f"messages of {source.name} cannot be extracted: {error}") from error
    return template


def update(source: Source, language: str) -> tuple[int, int, int]:
    """Bring a catalogue in line with the code; returns how many messages it has, are new, were dropped.

    Translations stay; English is filled with the message itself, other languages wait for a translator.
    """
    template, old = extract(source), read(source.po(language), language)
    fresh, new = empty(language), 0
    for message in messages(template):
        known = old.get(message.id, message.context)
        new += known is None
        words = known.string if known is not None and filled(known) else _default(message, language)
        fuzzy = {"fuzzy"} if known is not None and known.fuzzy else set()
        fresh.add(
            message.id, words, message.locations, set(message.flags) | fuzzy,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else (),
            context=message.context,
        )  # fmt: skip
    write(fresh, source.po(language))
    total = len(fresh)
    return total, new, len(old) - (total - new)


def compile_all(root: Path = ROOT) -> int:
    """Compile every catalogue that is newer than its `.mo`; returns how many there were."""
    pos = [(language, source.po(language)) for source in sources(root) for language in LANGUAGES]
    return sum(compile_po(po, language) for language, po in [*pos, *wordings(root)])


def _default(message: Message, language: str) -> Any:
    if language != DEFAULT:
        return message.id
    return "" if isinstance(message.id, str) else ("",) * 6


@cache
def _mapping() -> tuple[list[tuple[str, str]], dict[str, dict[str, str]]]:
    with (CATALOGUES / "babel.cfg").open(encoding="utf-8") as file:
        return parse_mapping_cfg(file)
