"""Texts that name the cell they belong to, and the search for them in whatever an answer holds."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from base64 import urlsafe_b64decode
from dataclasses import dataclass

from core.data.search import latin_digits

WRITTEN = re.compile(r"canary-[a-z0-9_.-]+|kn[0-9a-f]{8}|\d{10,14}", re.IGNORECASE)
GROUPED = re.compile(r"(?<=\d)[ \u00a0-](?=\d)")
"""What stands between the groups of a telephone number."""
SHORTEST = 10


@dataclass(frozen=True)
class Canary:
    """One text in one column of one row. `personal` columns stay masked in confidential records."""

    text: str
    governorate: str
    model: str
    cell: str
    column: str
    row: int
    personal: bool = False


class Cage:
    """All canaries of a run, found again by their text."""

    def __init__(self):
        self._known, self._placed = {}, {}

    def make(self, governorate, model, cell, column, row, length=None, *, personal=False, level=0):
        """A canary that fits into `length` signs, or None where nothing of the kind fits."""
        text = f"CANARY-{governorate}-{model}-{cell}-{level}-{column}-{row}"
        if length is not None and len(text) > length:
            text = "KN" + hashlib.sha256(text.encode()).hexdigest()[:8]
            if length < SHORTEST:
                return None
        return self.keep(Canary(text, governorate, model, cell, column, row, personal))

    def make_digits(self, governorate, model, cell, column, row, prefix, count, check=lambda text: ""):
        """A number of `count` digits after `prefix`, and what `check` adds; it counts as personal."""
        about = (governorate, model, cell, column, row, True)
        for salt in range(100):
            seed = "-".join(map(str, (*about, salt)))
            text = prefix + str(int(hashlib.sha256(seed.encode()).hexdigest(), 16))[:count]
            text += check(text)
            if self._known.get(text.lstrip("+"), Canary(text, *about)) == Canary(text, *about):
                return self.keep(Canary(text, *about))
        raise AssertionError("too few digits for so many rows")

    def keep(self, canary):
        """Remember a canary made elsewhere, and give its text."""
        known = self._known.setdefault(canary.text.casefold().lstrip("+"), canary)
        assert known == canary, f"two canaries read {canary.text}"
        self._placed[canary.governorate, canary.cell, canary.column, canary.row] = canary.text
        return canary.text

    def at(self, governorate, cell, column, row):
        """The text that stands in a column of a cell's row; None where no row has such a column."""
        return self._placed.get((governorate, cell, column, row))

    def find(self, *texts):
        """The canaries that occur in any of the texts, whatever digits and capitals they are written in."""
        found = set()
        for text in map(latin_digits, texts):
            for form in (text, GROUPED.sub("", text)):
                for match in WRITTEN.finditer(form):
                    written = match.group().casefold().strip(".-")
                    found |= {self._known.get(written), self._known.get("20" + written.removeprefix("0"))}
        return sorted(found - {None}, key=lambda canary: canary.text)


def texts_of(response):
    """Everything an answer says: headers, cookies opened, body, and the members of a packed file."""
    yield "\n".join(f"{name}: {value}" for name, value in response.headers)
    for value in response.headers.getlist("Set-Cookie"):
        yield open_cookie(value)
    data = response.get_data()
    yield data.decode("utf-8", "replace")
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield packed.read(name).decode("utf-8", "replace")


def open_cookie(header):
    """What a signed cookie says to whoever holds it, as text; its flashed messages are in there."""
    value = header.partition("=")[2].partition(";")[0]
    payload = value.rsplit(".", 2)[0] if value.count(".") >= 2 else value
    packed, payload = payload.startswith("."), payload.removeprefix(".")
    try:
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return json.dumps(json.loads(zlib.decompress(raw) if packed else raw), ensure_ascii=False)
    except (ValueError, zlib.error):
        return value
