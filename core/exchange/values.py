"""From a cell to a value. Each function takes what a file gave and raises Invalid with a lazy sentence.

Cells are text (CSV, JSON, XML), or numbers, dates and booleans (spreadsheets, JSON). Both digit
sets are accepted; invisible marks and no-break spaces, common in copied Arabic text, are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import force_locale, get_locale
from flask_babel import lazy_gettext as _

from core.data.search import fold, latin_digits
from core.data.signs import visible
from core.data.time import now
from core.errors import Invalid
from core.governorates.present import present
from core.language import LANGUAGES

_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
EARLIEST = 1800
"""Years before are Hijri years or mistakes."""


def text(cell: Any) -> str:
    """Text without invisible marks and outer spaces; lines stay. Empty for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    words = visible(str(cell)).replace("\xa0", " ").replace("\r\n", "\n").strip()
    if "\x00" in words:
        raise Invalid(_("holds a character that cannot be stored"))
    return words


def digits(cell: Any) -> str:
    """Digits, as text: an identity number, a phone, a reference. A number cell has lost its leading zeros."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise Invalid(_("is a number cell, which loses leading zeros: format the column as text"))
    return re.sub(r"[\s()-]", "", latin_digits(text(cell)))


def whole(cell: Any) -> int | None:
    """A whole number, or None."""
    words = latin_digits(text(cell))
    if not words:
        return None
    if not re.fullmatch(r"[+-]?\d{1,15}", words):
        raise Invalid(_("is not a whole number"))
    return int(words)


def flag(cell: Any) -> bool:
    """Yes or no; empty is no."""
    if isinstance(cell, bool):
        return cell
    words = fold(text(cell))
    if words in {"1", "yes", "true", "y", "نعم", "صح"}:
        return True
    if words in {"", "0", "no", "false", "n", "لا", "خطا"}:
        return False
    raise Invalid(_("is neither yes nor no"))


def choice(words: Mapping[str, str], labels: Mapping[str, Any] | None = None) -> Callable[[Any], str]:
    """A parser of codes: `words` maps every accepted spelling to its code; empty stays empty.

    `labels` are the (lazy) words of the codes, accepted too in every language; a refusal lists them
    in the reader's.
    """
    labels = labels or {}
    folded = {fold(word): code for word, code in words.items()}
    codes = dict.fromkeys(folded.values())

    def parse(cell: Any) -> str:
        word = fold(text(cell))
        if not word or word in folded:
            return folded.get(word, "")
        if (code := _labelled(word, labels)) is not None:
            return code
        raise Invalid(_("is none of: %(words)s", words=Listed([labels.get(code, code) for code in codes])))

    return parse


def _labelled(word: str, labels: Mapping[str, Any]) -> str | None:
    """The code whose label is `word` in one of our languages."""
    for language in LANGUAGES if labels else ():
        with force_locale(language):
            for code, label in labels.items():
                if fold(str(label)) == word:
                    return code
    return None


@dataclass(frozen=True)
class Listed:
    """Words one after the other, put into a language only when the sentence around them is."""

    words: Sequence[Any]

    def __str__(self) -> str:
        return _comma().join(map(str, self.words))


def _comma() -> str:
    return "، " if str(get_locale()) == "ar" else ", "


def day(cell: Any) -> date | None:
    """A date: a date cell, year first (2023-04-03, 2023/4/3) or day first (3/4/2023) as here; or None."""
    found = _read_time(cell)
    return found.date() if isinstance(found, datetime) else found


def moment(cell: Any) -> datetime | None:
    """An aware moment in UTC. Without an offset it is on the governorate's clock, a mere day at midnight."""
    found = _read_time(cell)
    if found is None:
        return None
    if not isinstance(found, datetime):
        found = datetime.combine(found, time())
    return (found if found.tzinfo else found.replace(tzinfo=present().zone)).astimezone(UTC)


def past(cell: Any) -> datetime | None:
    """A moment that has come: a register tells what was, so a date still ahead is a slip of the pen."""
    found = moment(cell)
    if found and found > now():
        raise Invalid(_("is a date still ahead"))
    return found


def _read_time(cell: Any) -> date | datetime | None:
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, int | float):
        raise Invalid(_("is a number, not a date: format the column as date"))
    words = latin_digits(text(cell))
    if not words:
        return None
    if matched := _YEAR_FIRST.fullmatch(words):
        words = _iso(matched[1], matched[2], matched[3], matched[4])
    elif matched := _DAY_FIRST.fullmatch(words):
        words = _iso(matched[3], matched[2], matched[1], matched[4])
    try:
        found = (
            date.fromisoformat(words) if len(words) == len("2023-04-03") else datetime.fromisoformat(words)
        )
    except ValueError:
        raise Invalid(_("is not a date such as 2023-04-03 or 3/4/2023")) from None
    return _plausible(found)


def _iso(year: str, month: str, day_: str, clock: str | None) -> str:
    words = f"{year}-{int(month):02}-{int(day_):02}"
    if not clock:
        return words
    hour, rest = clock.split(":", 1)
    return f"{words}T{hour:0>2}:{rest}"


def _plausible(found: date | datetime) -> date | datetime:
    if not EARLIEST <= found.year <= 2200:
        raise Invalid(_("is a year that cannot be; Hijri dates must be converted first"))
    return found
