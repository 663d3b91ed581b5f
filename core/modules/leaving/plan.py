"""What uninstalling a module would take away, and what speaks against it: shown before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Connection, distinct, func, select
from sqlalchemy.orm import Session

from core.data.labels import owner_of
from core.errors import Refused, reason
from core.modules.dispatch import READY, is_current, logger
from core.modules.leaving.attached_files import missing
from core.modules.leaving.belongings import VERSIONS, Belongings, Part, find_belongings, owners_in
from core.modules.lifecycle import host, installed_row, needed_by
from core.modules.migrations import current
from core.modules.models import ENABLED, UNINSTALLED, InstalledModule
from core.modules.structure import reading
from core.people.bilingual import name_column
from core.people.users import Membership, Role
from core.work.chain import code_of


@dataclass(frozen=True)
class Share:
    """How many rows of one table go; of `own` tables all, and the table with them."""

    table: str
    rows: int
    own: bool


@dataclass(frozen=True)
class Holders:
    """A role that goes, and how many people hold it."""

    code: str
    name: str
    people: int


@dataclass(frozen=True)
class Plan:
    """All that would be lost; `objections` are sentences, and one is enough to refuse.

    `lost` are stored names of attachments that are missing already, and so will be in the export.
    """

    plugin: str
    version: str
    revision: str | None
    shares: tuple[Share, ...]
    roles: tuple[Holders, ...]
    objections: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows go in all."""
        return sum(share.rows for share in self.shares)


def plan(code: str, plugin: str) -> Plan:
    """What uninstalling `plugin` in governorate `code` would do; nothing is changed by asking.

    Raises Refused if it is not installed there.
    """
    with reading(code) as (session, connection):
        return draw_up(session, connection, plugin)[0]


def draw_up(session: Session, connection: Connection, plugin: str) -> tuple[Plan, Belongings]:
    """The plan, and what it speaks of, as it stands inside the caller's transaction."""
    row = installed_row(session, plugin)
    found = find_belongings(connection, plugin, host().order)
    made = Plan(
        plugin,
        row.version,
        current(connection, plugin),
        tuple(_shares(connection, found.parts)),
        tuple(_roles(session, plugin)),
        tuple(_objections(session, connection, row, found)),
        missing(connection, found, code_of(session)),
    )
    return made, found


def _shares(connection: Connection, parts: tuple[Part, ...]) -> Iterator[Share]:
    """Own tables also when they are empty, of core's only those with rows; the version is told apart."""
    for part in parts:
        rows = part.count(connection)
        if (rows or part.own) and not part.table.name.startswith(VERSIONS):
            yield Share(part.table.name, rows, part.own)


def _roles(session: Session, plugin: str) -> Iterator[Holders]:
    people = func.count(distinct(Membership.user_id))
    statement = (
        select(Role.code, name_column(Role), people)
        .outerjoin(Membership, (Membership.role_id == Role.id) & Membership.active)
        .where(Role.plugin == plugin)
        .group_by(Role.id)
        .order_by(Role.code)
    )
    return (Holders(*row) for row in session.execute(statement))


def _objections(
    session: Session, connection: Connection, row: InstalledModule, found: Belongings
) -> Iterator[str]:
    if row.state == ENABLED:
        yield _("It is enabled: first disable it.")
    standing = set(session.scalars(select(InstalledModule.id).where(InstalledModule.state != UNINSTALLED)))
    needing = [name for name in needed_by(row.id) if name in standing]
    if needing:
        titles = ", ".join(map(host().title, needing))
        yield _("First uninstall what needs it: %(modules)s.", modules=titles)
    owners = owners_in(connection)
    others = {owner_of(table, owners) for table, _to in found.pointing} - set(needing)
    for other in sorted(others):
        yield _("Records of “%(name)s” point to its records.", name=host().title(other))
    module = host().modules.get(row.id)
    if module is None or module.state != READY:
        return
    if is_current(session, row.id, module.folder / "migrations"):
        yield from _asked(session, row.id)
    else:
        yield _("Its tables are those of an older version: first upgrade it.")


def _asked(session: Session, plugin: str) -> Iterator[str]:
    """What the module itself says; one that cannot answer is not removed, lest it had something to say."""
    try:
        for sentences in host().call_plugin(plugin, "diwan_uninstalling", session=session):
            yield from map(str, sentences or ())
    except Refused as refused:
        yield str(refused)
    except Exception as error:
        logger.info("module %s failed to say whether it may be uninstalled", plugin, exc_info=True)
        yield _("It fails to say whether anything speaks against it: %(detail)s", detail=reason(error))
