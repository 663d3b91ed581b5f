"""Bringing a governorate's tables to the version of the code: core first, then each installed module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Refused, reason
from core.modules.dispatch import READY, Module, logger
from core.modules.lifecycle import bring_up, host, installed_row, refuse_missing, usable
from core.modules.migrations import CORE, current, upgrade_core
from core.modules.models import UNINSTALLED, InstalledModule, bump_serial
from core.modules.structure import changing
from core.people.roles import sync_core
from core.work.clocks.rows import renew


@dataclass(frozen=True)
class Step:
    """What became of one chain in one governorate: `error` is a sentence, empty if all went well."""

    code: str
    plugin: str
    changed: bool = False
    error: str = ""


def upgrade_governorate(code: str) -> Iterator[Step]:
    """Upgrade core and every installed module, one transaction each, yielding each as it is done.

    One that fails stays on its old version; what needs it is left alone, the others go on. Safe to repeat.
    """
    step = _try(code, CORE)
    yield step
    if step.error:
        return
    failed: set[str] = set()
    for plugin in _installed(code):
        module = host().modules.get(plugin)
        if module is None or module.state != READY or module.manifest is None:
            step = Step(code, plugin, error=module.error if module else _("Its code is missing."))
        elif failed.isdisjoint(module.manifest.depends):
            step = _try(code, plugin)
        else:
            step = Step(code, plugin, error=_("Left as it is, for what it needs could not be upgraded."))
        if step.error:
            failed.add(plugin)
        yield step


def upgrade_module(code: str, plugin: str) -> bool:
    """Bring an installed module to the version of the code; return False if it was there already."""
    module = usable(plugin)
    with changing(code) as (session, connection):
        row = installed_row(session, plugin)
        refuse_missing(session, module)
        before = (row.version, current(connection, plugin))
        bring_up(session, connection, module)
        renew_version(session, module, row)
        renew(session)
        return _announce(session, before != (row.version, current(connection, plugin)))


def renew_version(session: Session, module: Module, row: InstalledModule) -> None:
    """Enter the version of the code; the module is told once if it is another than before."""
    old, new = row.version, module.manifest.version if module.manifest else row.version
    if new != old:
        row.version = new
        session.flush()
        host().call_plugin(module.id, "diwan_upgraded", session=session, old=old)


def upgrade_host(code: str) -> bool:
    """Bring core's own tables, roles and rights to the code's version; return False if they were there."""
    with changing(code) as (session, connection):
        before = current(connection, CORE)
        upgrade_core(connection)
        sync_core(session)
        return _announce(session, before != current(connection, CORE))


def _announce(session: Session, changed: bool) -> bool:
    """Workers read the state of modules anew only if something changed."""
    if changed:
        bump_serial(session)
    return changed


def _try(code: str, plugin: str) -> Step:
    try:
        changed = upgrade_host(code) if plugin == CORE else upgrade_module(code, plugin)
    except Refused as refusal:
        return Step(code, plugin, error=str(refusal))
    except Exception as error:
        logger.info("upgrade of %s in %s failed", plugin, code, exc_info=True)  # the step has the reason
        return Step(code, plugin, error=reason(error))
    return Step(code, plugin, changed)


def _installed(code: str) -> list[str]:
    """Return the ids of the modules installed there, in loading order, the unknown last."""
    with changing(code) as (session, _connection):
        rows = select(InstalledModule.id).where(InstalledModule.state != UNINSTALLED)
        names = set(session.scalars(rows))
    return [*(name for name in host().order if name in names), *sorted(names - set(host().order))]
