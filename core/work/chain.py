"""The audit's hash chain: every row is signed together with the hash of the row before it.

An edited row is found at the row, a missing one at the next. A tail cut together with the head
row, or a chain signed anew by somebody who has the key, is found only by a head that was written
down elsewhere before (`diwan audit head`); rows after that head are protected by the database's
rights alone (trust.md P6).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Row, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.visibility import Shared
from core.keys import derive

PAGE = 5000
ONLY = 1
"""Id of the one row of the head's table."""
FIRST = ""
"""What the first row takes for the hash before it."""


class AuditRow(Shared, db.Model):
    """One thing that happened. `diff` is canonical JSON text, kept as text because it is signed."""

    __tablename__ = "core_audit"
    __table_args__ = (Index(None, "model", "record_id"),)
    __audited__ = False

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[str | None] = mapped_column(String(200))
    op: Mapped[str] = mapped_column(String(20))
    diff: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Shared, db.Model):
    """The end of the chain, one row; whoever appends holds it locked."""

    __tablename__ = "core_audit_head"
    __audited__ = False

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Head:
    """The end of a chain: number and hash of the last row."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what `str()` wrote; raises ValueError."""
        seq, _, mark = text.strip().rpartition(":")
        if not seq.isdecimal() or len(mark) != 64:
            raise ValueError(f"{text.strip()!r} is not a head: it must be NUMBER:HASH")
        return cls(int(seq), mark)


@dataclass(frozen=True)
class Report:
    """What a verification found: rows read, the head, and the first bad row with the reason."""

    rows: int
    head: Head
    bad: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True if every row is in its place and as it was written."""
        return self.bad is None


def link(key: bytes, head: Head, entries: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], Head]:
    """Number and sign `entries` after `head`; returns the rows and the new head."""
    rows = []
    for entry in entries:
        row = {**entry, "seq": head.seq + 1}
        head = Head(head.seq + 1, sign(key, head.hash, row))
        rows.append({**row, "hash": head.hash})
    return rows, head


def sign(key: bytes, before: str, row: Any) -> str:
    """HMAC-SHA-256 over the hash before and all that the row says."""
    names = ("seq", "at", "actor_id", "unit_id", "request_id", "model", "record_id", "op", "diff")
    said = canonical([row["at"].isoformat() if name == "at" else row[name] for name in names])
    return hmac.new(key, f"{before}\n{said}".encode(), hashlib.sha256).hexdigest()


def code_of(session: Session) -> str:
    """The governorate of a session, also before its first statement."""
    session.get_bind()
    code: str = session.info["governorate"]
    return code


def canonical(value: Any) -> str:
    """One JSON text for one value, on every machine."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_head(session: Session) -> Head:
    """The head stored in the database; 0 and no hash while nothing has happened."""
    row = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == ONLY)).first()
    return Head(row.seq, row.hash) if row else Head(0, FIRST)


def verify(
    session: Session, heads: Iterable[Head] = (), progress: Callable[[int], None] | None = None
) -> Report:
    """Walk the whole chain of the session's governorate; stops at the first bad row.

    `heads` were written down elsewhere earlier: the chain must go through each of them. Memory
    does not grow with the chain; `progress` is called with the number of rows read so far.
    """
    key = derive(code_of(session), "audit")
    known = {head.seq: head for head in heads}
    last = Head(0, FIRST)
    while True:
        stored, page = read_head(session), _page(session, last.seq)
        for row in page:
            reason = _fault(key, last, row, known.get(last.seq + 1))
            if reason:
                return Report(last.seq, last, last.seq + 1, reason)
            last = Head(row.seq, row.hash)
        if not page:
            return _check_end(last, stored, known)
        if progress is not None:
            progress(last.seq)


def _page(session: Session, after: int) -> Sequence[Row[Any]]:
    """The next rows in order; no statement runs long, whatever the length of the chain."""
    table: Any = AuditRow.__table__
    statement = select(table).order_by(table.c.seq).limit(PAGE)
    return session.execute(statement.where(table.c.seq > after) if after else statement).all()


def _fault(key: bytes, last: Head, row: Row[Any], known: Head | None) -> str:
    """Why `row` cannot follow `last`; empty if it can."""
    if row.seq != last.seq + 1:
        return "missing"
    if not hmac.compare_digest(sign(key, last.hash, row._mapping), row.hash):
        return "changed"
    return "signed anew" if known is not None and known.hash != row.hash else ""


def _check_end(last: Head, stored: Head, known: dict[int, Head]) -> Report:
    """`stored` was read before the last, empty page: rows that others append meanwhile do not count."""
    if max([stored.seq, *known]) > last.seq:
        return Report(last.seq, last, last.seq + 1, "missing")
    if stored != last:
        return Report(last.seq, last, last.seq, "not the row that the head names")
    return Report(last.seq, last)
