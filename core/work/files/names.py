"""What a file is called: as its sender called it, without tricks, and with the ending of what it is."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

from core.work.files.kinds import BY_ENDING, Kind

LONGEST_STEM, MOST_BYTES = 80, 180
"""Signs, and bytes in UTF-8: with its ending a name fits every file system."""
_FORBIDDEN = re.compile(r'[:*?"<>|%]')
_SPACES = re.compile(r"\s+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)
_ENDING = re.compile(r"[a-z0-9]{1,12}")
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: controls, what turns text round or is not seen (trust.md 3, row 28)."""


def plain_name(typed: str) -> str:
    """The last part of a path, in visible signs that every system allows in a name; may be empty."""
    text = unicodedata.normalize("NFC", typed.replace("\\", "/")[-1000:])
    text = "".join(" " if sign in "\t\n" else sign for sign in text if not _is_hidden(sign))
    text = _FORBIDDEN.sub("_", text.rpartition("/")[2])
    return _SPACES.sub(" ", text).strip(" .")


def _is_hidden(sign: str) -> bool:
    return sign not in "\t\n" and unicodedata.category(sign) in INVISIBLE


def ending_of(name: str) -> str:
    """What stands after the last dot, in small letters; empty where that is no ending."""
    stem, dot, ending = name.rpartition(".")
    ending = ending.lower()
    return ending if dot and stem and _ENDING.fullmatch(ending) else ""


def name_for(plain: str, kind: Kind) -> str:
    """The name under which a file of `kind` is kept, shown and given back; its ending tells the truth."""
    ending = ending_of(plain)
    stem = plain[: -len(ending) - 1] if ending in BY_ENDING else plain
    stem = stem[:LONGEST_STEM].encode()[:MOST_BYTES].decode("utf-8", "ignore").strip(" .")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem or _('file')}.{ending if ending in kind.endings else kind.endings[0]}"
