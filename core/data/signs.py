"""Signs that nobody sees: people paste them along with what they mean, and others hide behind them."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""For use inside a character class: soft hyphen, marks and embeddings of direction, signs without width."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_LEADING = re.compile(rf"\A[\s\x00-\x1f{INVISIBLE}]+")


def visible(text: str) -> str:
    """`text` without its invisible signs."""
    return _INVISIBLE.sub("", text)


def appearance(text: str) -> str:
    """`text` from its first visible sign on, wide and other presentation forms in their plain ones."""
    return _LEADING.sub("", unicodedata.normalize("NFKC", text))
