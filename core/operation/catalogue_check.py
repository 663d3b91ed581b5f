"""What is wrong with the catalogues, in sentences; an empty list lets `make check` pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from core.language import LANGUAGES
from core.operation.catalogue_files import PLURALS, Key, filled, forms, key, messages, read
from core.operation.catalogues import ROOT, Source, extract, sources, wordings

PLACE = re.compile(r"%\((\w+)\)[-+ #0-9.]*[sdifr]|%(?!%)[sdi]")
ARABIC, WORD = re.compile("[\u0621-\u064a]"), re.compile(r"[a-z]{3}")
COUNTS = {"num", "count"}
WORDED = {"ar": frozenset({0, 1, 2}), "en": frozenset({0})}
"""Forms that may say the number in words ("one day", "يومان") and so leave it out."""


def find_faults(root: Path = ROOT) -> list[str]:
    """Every fault of every catalogue under `root`."""
    faults: list[str] = []
    catalogues: dict[str, list[tuple[str, Catalog]]] = {language: [] for language in LANGUAGES}
    for source in sources(root):
        for language, found in catalogues.items():
            found.append((source.name, read(source.po(language), language)))
            faults += faults_of(source, language)
    for language, po in wordings(root):
        faults += _faults(f"{po.parts[-4]}/{language}", language, read(po, language))
    return faults + [fault for found in catalogues.values() for fault in _two_ways(found)]


def faults_of(source: Source, language: str) -> list[str]:
    """The faults of one catalogue, looked at by itself."""
    name, catalog = f"{source.name}/{language}", read(source.po(language), language)
    wanted = {key(message) for message in messages(extract(source))}
    return [*_stale(name, catalog, wanted), *_faults(name, language, catalog)]


def not_arabic(source: Source) -> list[str]:
    """Messages whose Arabic has no Arabic letter although the English one has words."""
    found = messages(read(source.po("ar"), "ar"))
    texts = [key(one)[0] for one in found if filled(one) and not ARABIC.search("".join(forms(one)))]
    return [f"{source.name}/ar: not Arabic: {text!r}" for text in texts if WORD.search(PLACE.sub("", text))]


def _stale(name: str, catalog: Catalog, wanted: set[Key]) -> Iterator[str]:
    held = {key(message) for message in messages(catalog)}
    for keys, fault in ((wanted - held, "are not in the catalogue"), (held - wanted, "are not in the code")):
        if keys:
            example = min(text for text, _context in keys)
            yield f"{name}: {len(keys)} messages {fault}, such as {example!r}: run diwan i18n update"


def _faults(name: str, language: str, catalog: Catalog) -> Iterator[str]:
    if catalog.plural_forms != f"{PLURALS[language]};":
        yield f"{name}: its Plural-Forms line must be {PLURALS[language]};"
    for message in messages(catalog):
        text = key(message)[0]
        if not filled(message):
            yield f"{name}: not translated: {text!r}"
        elif message.fuzzy:
            yield f"{name}: marked fuzzy: {text!r}"
        elif form := _unlike(message, language):
            yield f"{name}: placeholders of {text!r} differ in {form!r}"


def _unlike(message: Message, language: str) -> str | None:
    """The first translated form whose placeholders are not the message's."""
    english = message.id if isinstance(message.id, tuple | list) else (message.id,)
    every = set().union(*(_places(text) for text in english))
    for number, form in enumerate(forms(message)):
        may_lack = COUNTS if len(english) > 1 and number in WORDED[language] else set()
        if _places(form) - every or every - _places(form) - may_lack:
            return form
    return None


def _places(text: str) -> set[str]:
    return {found[1] or found[0] for found in PLACE.finditer(text)}


def _two_ways(found: list[tuple[str, Catalog]]) -> Iterator[str]:
    """One message worded differently in two catalogues: the last one read would re-word the other's."""
    first: dict[Key, tuple[str, object]] = {}
    for name, catalog in found:
        for message in messages(catalog):
            if not filled(message):
                continue
            owner, words = first.setdefault(key(message), (name, message.string))
            if words != message.string:
                text = key(message)[0]
                both = f"{words!r} in {owner}, {message.string!r} in {name}"
                yield f"{text!r} is worded in two ways, use pgettext in one: {both}"
