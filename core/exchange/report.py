"""What became of an import: how many rows came in, and why the others did not, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale

from core.errors import Refused
from core.exchange.reading import Line
from core.language import LANGUAGES


@dataclass(frozen=True)
class Reject:
    """A row that was not taken: the line as it stood and the reason by language."""

    line: Line
    reason: Mapping[str, str]


@dataclass
class Report:
    """What became of a file. After a dry run `imported` counts what would have been."""

    imported: int = 0
    rejects: list[Reject] = field(default_factory=list)
    ignored: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows with anything in them."""
        return self.imported + len(self.rejects)


def say(refusal: Refused, headings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The sentence in every language; of single cells, each with the heading it stands under.

    `headings` are those of the file by column name, where the refusal names columns.
    """
    own = headings or {}
    said: dict[str, str] = {}
    errors: dict[str, list[Any]] = getattr(refusal, "errors", {})
    for language in LANGUAGES:
        with force_locale(language):
            cells = [
                f"{own.get(name, name)}: {' '.join(map(str, faults))}" for name, faults in errors.items()
            ]
            said[language] = "; ".join(cells) or str(refusal.sentence)
    return said
