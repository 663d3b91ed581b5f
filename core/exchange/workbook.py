"""Spreadsheets (.xlsx), looked at from outside before they are opened: they are zip files from strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from flask_babel import lazy_gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Refused

LARGEST_CONTENT, WORST_RATIO, MOST_PARTS = 200 * 1024 * 1024, 200, 2000
"""Bytes when unpacked, how many times smaller a part may be packed, and parts; beyond it is a bomb."""
HARMLESS = 1024 * 1024
"""Bytes; so small a part may be packed as tightly as it likes."""
LARGEST_AREA = 20_000_000
"""Cells."""
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")


def read_workbook(data: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet that holds any: text, numbers, booleans and dates, empty cells as ''."""
    _inspect(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                return iter(rows)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(_("This spreadsheet is damaged and cannot be read.")) from error
    return iter(())


def _inspect(data: bytes) -> None:
    """Refuse a bomb: by declared sizes, by unpacking (a false declaration is an error), by far-off cells."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            bomb = any(p.file_size > max(HARMLESS, WORST_RATIO * p.compress_size) for p in parts)
            bomb = bomb or len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > LARGEST_CONTENT
            bomb = bomb or any(_area(archive.read(part)) > LARGEST_AREA for part in parts)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ZlibError) as error:
        raise Refused(
            _("This is not a sound spreadsheet (.xlsx): save it anew and bring it again.")
        ) from error
    if bomb:
        raise Refused(_("This spreadsheet unpacks to far more than a register holds; it was not opened."))


def _area(part: bytes) -> int:
    """Cells between A1 and the farthest one: the reader makes room for all of them, however empty."""
    row = column = 0
    for found in _CELL.finditer(part):
        row, column = max(row, int(found[2])), max(column, _column(found[1]))
    return row * column


@cache
def _column(letters: bytes) -> int:
    """A = 1, Z = 26, AA = 27."""
    return sum((letter - 64) * 26**power for power, letter in enumerate(reversed(letters)))
