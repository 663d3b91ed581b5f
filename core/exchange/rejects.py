"""The rows that were not taken, as a file to correct and bring again: the same columns and the reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from core.data.signs import appearance
from core.errors import Refused
from core.exchange.report import Reject

EXTRA = ("السطر", "سبب الرفض", "Reason")
"""Line, and the reason in both languages; an import passes over these columns."""
_FORMULA = re.compile(r"[=@]|[+-](?![\d\s().+-]*$)")
"""What a spreadsheet would run as a formula. A plain number or phone (+20 100 ...) is left alone."""


def write_rejects(path: Path, headings: Sequence[str], rejects: Iterable[Reject]) -> None:
    """Write `rejects` as .xlsx (right-to-left, cells as text) or .csv (UTF-8 with BOM); raises Refused."""
    kept = [heading for heading in headings if heading not in EXTRA]
    rows = [
        [*(_written(reject.line.cells.get(name)) for name in kept),
         str(reject.line.number), reject.reason["ar"], reject.reason["en"]]
        for reject in rejects
    ]  # fmt: skip
    try:
        (_write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv)(path, [[*kept, *EXTRA], *rows])
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise Refused(f"{path} cannot be written: {error}") from error


def neutral(text: str) -> str:
    """`text` as a CSV cell that no spreadsheet takes for a formula; reading drops the apostrophe again.

    The first visible sign decides: programs pass over spaces, marks of direction and wide forms.
    """
    return f"'{text}" if text[:1] in ("\t", "\r") or _FORMULA.match(appearance(text)) else text


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | datetime | time) else str(cell)


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([neutral(cell) for cell in row] for row in rows)


def _write_xlsx(path: Path, rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
