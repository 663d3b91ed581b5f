"""What a database holds, before and after; and putting it back."""

from __future__ import annotations

from contextlib import nullcontext

from sqlalchemy import MetaData, create_engine, event, text

from core.work.append_only import CLOCK_EVENTS, lifted

APPEND_ONLY = ("core_audit", "core_audit_head")
"""The chain cannot be taken back without breaking it; it is left to grow."""


class Database:
    """One governorate's database seen from outside the application, by a connection of its own."""

    def __init__(self, url):
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            event.listen(self.engine, "connect", lambda raw, record: raw.execute("PRAGMA busy_timeout=10000"))
        metadata = MetaData()
        metadata.reflect(self.engine)
        self.tables = {table.name: table for table in metadata.sorted_tables if table.primary_key.columns}
        self._connection = self.engine.connect()
        self.keep()

    def close(self):
        self._connection.close()
        self.engine.dispose()

    def moment(self):
        """A number that differs once anybody else has written: cheap, so that it can be asked each time."""
        question = "PRAGMA data_version" if self.sqlite else "SELECT pg_snapshot_xmax(pg_current_snapshot())"
        return str(self._connection.scalar(text(question)))

    def write(self, table, rows):
        """Enter rows as they are."""
        if rows:
            self._connection.execute(table.insert(), rows)

    def overwrite(self, name, rows):
        """Put rows in the place of those with the same keys; `restore` takes them back."""
        for key, row in rows.items():
            table = self.tables[name]
            self._connection.execute(table.update().where(*_is(table, key)).values(row))

    def keep(self):
        """Take the present content as what `restore` puts back."""
        self.kept, self._prints = {name: self._rows(name) for name in self.tables}, self._fingerprints()

    def read(self):
        """{table: {key: row}} of every table; those with the known fingerprint are not read again."""
        prints = self._fingerprints()
        found = {n: self.kept[n] if prints[n] == self._prints[n] else self._rows(n) for n in self.tables}
        self._prints |= {name: prints[name] for name in APPEND_ONLY if name in prints}
        return found

    def _rows(self, name):
        table = self.tables[name]
        keys = [column.name for column in table.primary_key.columns]
        rows = self._connection.execute(table.select()).mappings()
        return {tuple(row[key] for key in keys): dict(row) for row in rows}

    def _fingerprints(self):
        if self.sqlite:
            raw = self._connection.connection.driver_connection
            return {
                name: hash(frozenset(raw.execute(f'SELECT * FROM "{name}"').fetchall()))
                for name in self.tables
            }
        each = (
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM \"{name}\" t"
            for name in self.tables
        )
        return dict(self._connection.execute(text(" UNION ALL ".join(each))).all())

    def restore(self, present):
        """Undo the difference between what was kept and `present`, the chain of audit apart."""
        self._check_keys(on=False)
        for name, before, after in differences(self.kept, present):
            if name in APPEND_ONLY:
                continue
            with lifted(self._connection, name) if name == CLOCK_EVENTS else nullcontext():
                self._put_back(self.tables[name], before, after)
        self._check_keys(on=True)
        self.kept |= {name: present[name] for name in APPEND_ONLY if name in present}

    def _put_back(self, table, before, after):
        for key in after.keys() - before.keys():
            self._connection.execute(table.delete().where(*_is(table, key)))
        for key, row in before.items():
            if key not in after:
                self._connection.execute(table.insert().values(row))
            elif after[key] != row:
                self._connection.execute(table.update().where(*_is(table, key)).values(row))

    def _check_keys(self, *, on):
        word = ("ON" if on else "OFF") if self.sqlite else ("DEFAULT" if on else "replica")
        sentence = "PRAGMA foreign_keys=" if self.sqlite else "SET session_replication_role TO "
        self._connection.exec_driver_sql(sentence + word)


def differences(before, after):
    """(table, rows only or otherwise before, rows only or otherwise after) for each table that differs."""
    for name in before:
        old, new = before[name], after[name]
        if old is not new and old != new:
            changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
            yield name, _only(old, changed), _only(new, changed)


def _only(rows, keys):
    return {key: rows[key] for key in rows.keys() & keys}


def _is(table, key):
    return [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
