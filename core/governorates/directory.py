"""Egypt's 27 and Yemen's 22 governorates, as data to add from (ISO 3166-2)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from core.errors import NotFound
from core.governorates.registry import Governorate


@cache
def directory() -> dict[str, dict[str, str]]:
    """Rows of `directory.csv` by code."""
    text = files("core.governorates").joinpath("directory.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def entry(code: str, url: str, host: str | None = None) -> Governorate:
    """The governorate `code` at database `url`; raises NotFound for a code that is none."""
    row = directory().get(code)
    if row is None:
        raise NotFound(f"{code} is not a governorate of Egypt or Yemen (ISO 3166-2, for example EG-KN)")
    fields = ("code", "country", "name_ar", "name_en", "timezone", "phone_region")
    return Governorate(**{f: row[f] for f in fields}, host=host.lower() if host else None, url=url)
