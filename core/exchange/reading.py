"""From a file to a table: headings, and rows of cells with their line numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import lazy_gettext as _

from core.data.signs import appearance
from core.errors import Refused
from core.exchange.encoding import decode
from core.exchange.workbook import read_workbook

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes; a register of 100,000 rows is about 15 MB of CSV, and half of that as a spreadsheet."""
GUARDED = ("=", "+", "-", "@")
csv.field_size_limit(1024 * 1024)


@dataclass(frozen=True)
class Line:
    """A row as it stood: `number` counts lines of text, rows of a sheet or objects of a list, from 1.

    `surplus` tells that it has more cells than there are headings.
    """

    number: int
    cells: Mapping[str, Any]
    surplus: bool = False


@dataclass(frozen=True)
class Table:
    """What a file holds, whatever its format."""

    headings: tuple[str, ...]
    lines: list[Line]


def read_table(path: Path) -> Table:
    """The table in a .csv, .tsv, .txt, .xlsx, .json or .xml file; raises Refused with the reason.

    JSON is a list of objects, or one object holding a single such list; XML is Open311's shape,
    a root of equal elements with text inside.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Refused(_("A file must end in one of: %(endings)s.", endings=" ".join(READERS)))
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Refused(_("The file is larger than %(limit)s MB: split it.", limit=LARGEST_FILE // 2**20))
        data = path.read_bytes()
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be read: %(reason)s", file=path.name, reason=error.strerror)
        ) from error
    table = reader(data)
    if not table.lines:
        raise Refused(_("There are no rows in %(file)s.", file=path.name))
    return table


def _read_csv(data: bytes) -> Table:
    if data.startswith(b"PK\x03\x04"):
        raise Refused(_("This is a spreadsheet under a text file's name: name it .xlsx."))
    lines = list(StringIO(decode(data), newline=""))
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)  # an open quote would swallow the rest
    try:
        return _table((reader.line_num, [_released(cell) for cell in row]) for row in reader)
    except csv.Error as error:
        raise Refused(
            _(
                "Line %(line)s cannot be read: a quotation mark is not closed, or a cell is far too long.",
                line=reader.line_num,
            )
        ) from error


def _released(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet program from taking a cell for a formula."""
    guarded = cell[:1] == "'" and (cell[1:2] in ("\t", "\r") or appearance(cell[1:]).startswith(GUARDED))
    return cell[1:] if guarded else cell


def _read_xlsx(data: bytes) -> Table:
    return _table(enumerate(read_workbook(data), start=1))


def _table(rows: Iterable[tuple[int, list[Any]]]) -> Table:
    """The first row with anything in it names the columns; empty rows are passed over."""
    filled = ((number, row) for number, row in rows if any(cell not in ("", None) for cell in row))
    _number, names = next(filled, (0, []))
    headings = tuple(str(name).strip() for name in names)
    named = [name for name in headings if name]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise Refused(_("Two columns are headed “%(name)s”.", name=twice))
    return Table(tuple(named), [_line(number, headings, row) for number, row in filled])


def _line(number: int, headings: tuple[str, ...], row: list[Any]) -> Line:
    cells = {name: cell for name, cell in zip(headings, row, strict=False) if name}
    return Line(number, cells, any(cell not in ("", None) for cell in row[len(headings) :]))


def _read_json(data: bytes) -> Table:
    try:
        found = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        raise Refused(_("This is not sound JSON: look at line %(line)s.", line=error.lineno)) from error
    except (ValueError, RecursionError) as error:
        raise Refused(_("This is not JSON that can be read.")) from error
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Refused(_("JSON must be a list of objects."))
    return _objects([{name: _flat(cell) for name, cell in row.items()} for row in found])


def _read_xml(data: bytes) -> Table:
    try:
        root = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise Refused(_("This is not sound XML: look at line %(line)s.", line=error.position[0])) from error
    except DefusedXmlException as error:
        raise Refused(_("XML with a document type or entities of its own is not accepted.")) from error
    except (ValueError, LookupError) as error:
        raise Refused(_("This is not XML that can be read.")) from error
    return _objects([{cell.tag: (cell.text or "").strip() for cell in row} for row in root])


def _objects(rows: list[dict[str, Any]]) -> Table:
    headings = dict.fromkeys(name for row in rows for name in row)
    return Table(tuple(headings), [Line(number, row) for number, row in enumerate(rows, start=1)])


def _flat(cell: Any) -> Any:
    """Lists of words as one text; anything deeper as the JSON it is."""
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        return ";".join(cell)
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else cell


READERS: dict[str, Callable[[bytes], Table]] = {
    ".csv": _read_csv, ".tsv": _read_csv, ".txt": _read_csv,
    ".xlsx": _read_xlsx, ".json": _read_json, ".xml": _read_xml,
}  # fmt: skip
