"""Which encoding a text file is in: UTF-8, Excel's UTF-16, or the Windows-1256 of old Arabic programs."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _

from core.errors import Refused

_ARABIC = re.compile(
    "[\u0621-\u0652\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06d2"
    "،؛؟«»–—’‘“”…\u00a0\u200c\u200d\u200e\u200f]"
)
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SURE = 0.9
"""Share of the non-ASCII signs that must be Arabic: every byte is something in Windows-1256, so reading it
never fails and only its sense can tell."""


def decode(data: bytes) -> str:
    """The text of `data`; raises Refused, naming the line, where it can be read in no sensible way."""
    try:
        return _sound(data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    if _mostly_utf8(data):
        raise Refused(_("The file is damaged: line %(line)s is not UTF-8 as the rest is.", line=line))
    text = data.decode("cp1256", "replace")
    foreign = _FOREIGN.findall(text)
    if len(_ARABIC.findall(text)) < _SURE * len(foreign):
        raise Refused(
            _(
                "The text in line %(line)s is neither UTF-8 nor Windows-1256: save the file as UTF-8.",
                line=line,
            )
        )
    return _sound(text)


def _sound(text: str) -> str:
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(_("This is not a text file: line %(line)s holds a control character.", line=line))
    return text


def _mostly_utf8(data: bytes) -> bool:
    """Whether a file of UTF-8 was cut or patched: its readable signs outnumber the broken ones."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return len(_FOREIGN.findall(text)) - broken > broken
