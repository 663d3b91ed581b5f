"""An import, from table to records: parse, refuse with reasons, write in chunks, never twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DataError, IntegrityError

from core.data.base import db
from core.errors import Invalid, Refused
from core.exchange.mapping import map_headings
from core.exchange.reading import Line, Table
from core.exchange.report import Reject, Report, say
from core.exchange.spec import ImportSpec, Row
from core.work.history import import_history

CHUNK = 500
"""Rows in one transaction: what is in stays in if a later chunk fails, and a second run takes the rest."""

_TAKEN = _("It cannot be kept: a code or number is in use already, or something that it needs is missing.")
_TOO_LARGE = _("It cannot be kept: a value is too long or too large.")
"""For what the database refuses: its own words are English, and may tell of another's record."""


@dataclass
class Import:
    """One file on its way into the governorate of the present session, which is the system's, writing.

    `fixed` are column values for every row. `progress` is called with the number of rows done.
    """

    spec: ImportSpec
    table: Table
    file: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False
    progress: Callable[[int], None] = lambda done: None
    _seen: set[tuple[Any, ...]] = field(default_factory=set)

    def run(self) -> Report:
        """Take what can be taken, chunk by chunk; a dry run undoes each.

        Raises Refused, with nothing written, where the file's headings do not serve.
        """
        by_name = {column.name: column for column in self.spec.columns}
        if unknown := [name for name in self.fixed if name not in by_name]:
            raise Refused(_("There is no column “%(name)s”.%(hint)s", name=unknown[0], hint=""))
        open_columns = [column for column in self.spec.columns if column.name not in self.fixed]
        self.headings = map_headings(open_columns, self.table.headings, self.wanted)
        report = Report(ignored=tuple(h for h in self.table.headings if h not in self.headings.values()))
        self.context = self.spec.prepare(db.session())
        lines = self.table.lines
        for start in range(0, len(lines), CHUNK):
            self._take(lines[start : start + CHUNK], report)
            self.progress(min(start + CHUNK, len(lines)))
        report.rejects.sort(key=lambda reject: reject.line.number)
        return report

    def _take(self, lines: Sequence[Line], report: Report) -> None:
        rows = self._fresh(list(self._parsed(lines, report)), report)
        built = list(self._built(rows, report))
        try:
            self._write([made for _line, _row, made in built])
            report.imported += len(built)
        except (Refused, IntegrityError, DataError):
            db.session.rollback()
            for line, row, _made in built:  # one by one, to learn which row it was
                self._take_one(line, row, report)

    def _parsed(self, lines: Sequence[Line], report: Report) -> Iterator[tuple[Line, Row]]:
        for line in lines:
            try:
                yield line, self._parse(line)
            except Refused as refusal:
                report.rejects.append(Reject(line, say(refusal)))

    def _parse(self, line: Line) -> Row:
        if line.surplus:
            raise Invalid(_("The row has more cells than there are headings."))
        values: dict[str, Any] = {}
        errors: dict[str, list[Any]] = {}
        for column in self.spec.columns:
            heading = self.headings.get(column.name, column.name)
            cell = self.fixed.get(column.name, line.cells.get(heading))
            try:
                value = column.parse(cell)
                if column.longest and isinstance(value, str) and len(value) > column.longest:
                    raise Invalid(_("is longer than %(number)s characters", number=column.longest))
                if value in ("", None):
                    value = column.default if column.default is not None else value
                if column.required and value in ("", None):
                    raise Invalid(_("is missing"))
                values[column.name] = value
            except Invalid as invalid:
                errors[heading] = [invalid.sentence]
        if errors:
            raise Invalid(_("The row has faults."), errors)
        last = self.spec.key[-1]
        if not values.get(last):
            values[last] = "row-" + hashlib.sha256(repr(sorted(line.cells.items())).encode()).hexdigest()[:24]
        return Row(values, line.number, self.file)

    def _fresh(self, pairs: list[tuple[Line, Row]], report: Report) -> list[tuple[Line, Row]]:
        """The rows that are neither in the governorate nor further up in the file."""
        keys = [tuple(row.values.get(name) for name in self.spec.key) for _line, row in pairs]
        known = self.spec.known(keys) if keys else set()
        fresh = []
        for (line, row), key in zip(pairs, keys, strict=True):
            if key in known or key in self._seen:
                sentence = _("It is there already, as %(key)s.", key=key[-1])
                report.rejects.append(Reject(line, say(Invalid(sentence))))
            else:
                self._seen.add(key)
                fresh.append((line, row))
        return fresh

    def _built(self, rows: list[tuple[Line, Row]], report: Report) -> Iterator[tuple[Line, Row, Any]]:
        for line, row in rows:
            try:
                yield line, row, self.spec.build(row, self.context)
            except Refused as refusal:
                report.rejects.append(Reject(line, say(refusal, self.headings)))

    def _take_one(self, line: Line, row: Row, report: Report) -> None:
        try:
            self._write([self.spec.build(row, self.context)])
            report.imported += 1
        except (Refused, IntegrityError, DataError) as error:
            db.session.rollback()
            if not isinstance(error, Refused):
                error = Invalid(_TOO_LARGE if isinstance(error, DataError) else _TAKEN)
            report.rejects.append(Reject(line, say(error, self.headings)))

    def _write(self, built: Sequence[Any]) -> None:
        db.session.add_all(record for record in built if not isinstance(record, tuple))
        import_history([pair for pair in built if isinstance(pair, tuple)])
        db.session.flush()
        if self.dry:
            db.session.rollback()
        else:
            db.session.commit()
