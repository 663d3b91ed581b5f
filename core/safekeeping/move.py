"""Moving a governorate to another database, from any of the two kinds to any, while it can be read.

Steps: `prepared` (the target is there and empty), `frozen` (the source refuses writing), `copied` (every row
is in the target, in one transaction), `verified` (both databases read again, all hashes equal), `switched`
(the registry names the target), then a line in the audit, and over. Each may be interrupted and done again
without harm; until the switch there is a way back (`abort`). Attachments stay: they lie under the
governorate's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO
from uuid import uuid4

from flask import g
from flask_babel import gettext as _
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from core.data.archive import TableDigest, digest, snapshot, table_names, write_table
from core.data.scope import Scope
from core.data.session import Binding
from core.data.time import now
from core.errors import Refused, reason
from core.governorates.address import without_password
from core.governorates.engines import opened_engine
from core.governorates.freezing import freeze, is_frozen, thaw
from core.governorates.present import bound, engines, registry, served
from core.governorates.provision import absolute_url
from core.modules.structure import changing_structure
from core.safekeeping import journal
from core.safekeeping.journal import Journal
from core.safekeeping.papers import Progress, silent
from core.safekeeping.passing import passing_folder
from core.safekeeping.shape import compare, drop_all, fill, read_shape, refuse_unfit
from core.work import audit
from core.work.chain import AuditRow

PREPARED, FROZEN, COPIED, VERIFIED, SWITCHED = "prepared", "frozen", "copied", "verified", "switched"
STEPS = (PREPARED, FROZEN, COPIED, VERIFIED, SWITCHED)
OP = "move"
"""What the audit calls it."""
MARK = Table("diwan_move", MetaData(), Column("id", String(32), primary_key=True))
"""In the target from the copy until the switch: the id of the move that filled it."""


def move(code: str, target: str | None = None, progress: Progress = silent) -> Journal:
    """Move governorate `code` to the empty database `target`, or go on with a move that was interrupted.

    `progress` is told each step that is done. Raises NotFound for an unknown code, Refused if the target is
    in use, cannot be reached, or is another than that of the move under way.
    """
    with journal.alone(code), _naming_ways(code):
        known = journal.read(code) or _begin(code, target)
        _refuse_another(known, target)
        _refuse_elsewhere(known)
        progress(known.step)
        for step in STEPS[STEPS.index(known.step) + 1 :]:
            WORK[step](known)
            known = replace(known, step=step)
            journal.write(known)
            progress(step)
        _enter(known)
        journal.forget(code)
    return known


def abort(code: str) -> tuple[Journal, bool]:
    """Undo a move that is not switched yet: the source is written again, the target is empty again.

    Returns the move, and whether nothing of its copy stays in the target: one that is away must not stop
    the way back, and what somebody else put there meanwhile is not touched.
    """
    with journal.alone(code), _naming_ways(code):
        known = journal.read(code)
        if known is None:
            raise Refused(_("No move of %(code)s is under way.", code=code))
        if (now_served := registry().get(code)) is not None and now_served.url == known.target:
            raise Refused(_("%(code)s is served from its new database already.", code=code))
        with opened_engine(known.source, existing=True) as source:
            thaw(source)
        emptied = _empty_target(known)
        journal.forget(code)
    return known, emptied


def _empty_target(known: Journal) -> bool:
    try:
        with opened_engine(known.target) as engine, changing_structure(engine) as connection:
            if _is_own(connection, known):
                drop_all(connection)
    except SQLAlchemyError:
        return False
    return True


def _begin(code: str, target: str | None) -> Journal:
    """Look at both databases; nothing is changed yet in either."""
    source = served(code).url
    if target is None:
        raise Refused(_("Say where to move %(code)s: --to URL.", code=code))
    target = absolute_url(target)
    if target == source:
        raise Refused(_("%(code)s is in that database already.", code=code))
    with opened_engine(target) as engine, engine.connect() as connection:
        refuse_unfit(connection)
    known = Journal(code, uuid4().hex, source, target, PREPARED, now().isoformat())
    journal.write(known)
    return known


def _refuse_another(known: Journal, target: str | None) -> None:
    if target is not None and absolute_url(target) != known.target:
        raise Refused(
            _(
                "It is being moved to %(target)s, not to the database given.",
                target=without_password(known.target),
            )
        )


def _refuse_elsewhere(known: Journal) -> None:
    """A backup was restored meanwhile: what this move carries is not what is served."""
    if served(known.code).url not in (known.source, known.target):
        raise Refused(_("%(code)s is served from a third database by now.", code=known.code))


def _freeze(known: Journal) -> None:
    with opened_engine(known.source, existing=True) as engine:
        freeze(engine)


def _copy(known: Journal) -> None:
    """All in one transaction; where an interrupted move had come to its end, there is nothing left to do.

    Raises Refused where somebody else has put something into the target meanwhile.
    """
    with (
        opened_engine(known.source, existing=True) as source,
        opened_engine(known.target) as target,
        snapshot(source) as read,
        changing_structure(target) as written,
    ):
        if _is_own(written, known):
            return
        fill(written, read_shape(read), _carried(read))
        MARK.create(written)
        written.execute(insert(MARK).values(id=known.id))


def _carried(connection: Connection) -> Iterator[tuple[TableDigest, IO[bytes]]]:
    """Each table in a file without a name: nothing of it is left whatever happens."""
    for name in table_names(connection):
        with TemporaryFile(dir=passing_folder()) as file:
            yield write_table(connection, name, file), file


def _is_own(connection: Connection, known: Journal) -> bool:
    """Whether the tables here are the copy that this very move made: nothing else may be taken for it."""
    return MARK.name in table_names(connection) and connection.scalar(select(MARK.c.id)) == known.id


def _verify(known: Journal) -> None:
    """Read both again. The source must have been frozen all the time."""
    with (
        opened_engine(known.source, existing=True) as source,
        opened_engine(known.target, existing=True) as target,
        snapshot(source) as one,
        snapshot(target) as other,
    ):
        if not is_frozen(one):
            raise Refused(_("The old database was written meanwhile; the copy cannot be trusted."))
        compare(digest(one), [table for table in digest(other) if table.name != MARK.name])


def _switch(known: Journal) -> None:
    """Every process serves from the target at its next request; the source stays frozen for good."""
    if served(known.code).url != known.target:
        registry().move(known.code, known.target)
    engines().drop(known.code)
    with opened_engine(known.target, existing=True) as engine, changing_structure(engine) as connection:
        MARK.drop(connection, checkfirst=True)


def _enter(known: Journal) -> None:
    """Into the audit, once."""
    binding = Binding(known.code, engines().get(known.code, known.target))
    with bound(binding, Scope.of_system(), write=True) as session:
        g.request_id = known.id
        told = select(AuditRow.seq).where(AuditRow.op == OP, AuditRow.request_id == known.id)
        if session.scalar(told) is None:
            places = {"from": without_password(known.source), "to": without_password(known.target)}
            audit.record(OP, "core.governorate", places)
            session.commit()


WORK: dict[str, Callable[[Journal], None]] = {
    FROZEN: _freeze,
    COPIED: _copy,
    VERIFIED: _verify,
    SWITCHED: _switch,
}
"""What is done to reach each step."""


@contextmanager
def _naming_ways(code: str) -> Iterator[None]:
    """What fails says where the move stands and which commands lead on and back."""
    try:
        yield
    except (Refused, SQLAlchemyError, OSError) as error:
        known = journal.read(code)
        said = str(error) if isinstance(error, Refused) else reason(error)
        if known is None:
            raise Refused(said) from error
        raise Refused(
            _(
                "%(reason)s The move of %(code)s stands at “%(step)s”: diwan governorate move %(code)s goes "
                "on with it, with --abort it is undone.",
                reason=said,
                code=code,
                step=known.step,
            )
        ) from error
