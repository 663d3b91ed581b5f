"""Which heading of a file feeds which column of an importer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from flask_babel import lazy_gettext as _

from core.data.search import fold
from core.errors import Refused
from core.exchange.spec import Column


def map_headings(
    columns: Sequence[Column], headings: Sequence[str], wanted: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Column name -> heading. What `wanted` says comes first, then names and further headings, folded.

    One heading may feed several columns. Raises Refused for a required column that nothing feeds, and
    for a column or heading in `wanted` that is not there.
    """
    there = {_plain(heading): heading for heading in headings}
    found = {}
    for column in columns:
        names = (column.name, *column.headings)
        heading = next((there[_plain(name)] for name in names if _plain(name) in there), None)
        if heading is not None:
            found[column.name] = heading
    for name, heading in (wanted or {}).items():
        if name not in {column.name for column in columns}:
            raise Refused(_("There is no column “%(name)s”.%(hint)s", name=name, hint=_near(name, columns)))
        if _plain(heading) not in there:
            raise Refused(_("The file has no heading “%(name)s”.", name=heading))
        found[name] = there[_plain(heading)]
    missing = [c.name for c in columns if c.required and c.name not in found and c.default is None]
    if missing:
        raise Refused(
            _("The file has no column for: %(names)s. Name one by --map %(first)s=HEADING.",
              names=", ".join(missing), first=missing[0])
        )  # fmt: skip
    return found


def read_pairs(words: Sequence[str]) -> dict[str, str]:
    """`COLUMN=VALUE` words and `.json` files of such pairs, later ones winning; raises Refused."""
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            pairs[name.strip()] = value.strip()
        else:
            pairs |= _read_file(Path(word))
    return pairs


def _read_file(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise Refused(_("“%(word)s” is neither COLUMN=VALUE nor a JSON file.", word=path)) from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused(_("%(file)s must be one object of texts.", file=path.name))
    return found


def _plain(heading: str) -> str:
    return fold(heading).replace("_", " ").strip(" :*")


def _near(name: str, columns: Sequence[Column]) -> str:
    near = get_close_matches(name, [column.name for column in columns], n=1)
    return f" ({near[0]}?)" if near else ""
