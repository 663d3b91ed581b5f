"""A module's life in one governorate: install, enable, disable, and what state it is in.

Each step is one transaction on one connection: tables, rights, roles, reference data and the row that
records it come together or not at all. Works inside an app context; the governorate is named by its code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.data.scope import scope_in
from core.data.time import now
from core.errors import NotFound, Refused
from core.modules.dispatch import READY, Host, Module, is_current
from core.modules.migrations import upgrade
from core.modules.models import DISABLED, ENABLED, INSTALLED, UNINSTALLED, InstalledModule, bump_serial
from core.modules.order import dependants
from core.modules.structure import changing
from core.people.access import sync
from core.people.roles import sync_roles

DISCOVERED, OUTDATED, MISSING = "discovered", "outdated", "missing"


@dataclass(frozen=True)
class Standing:
    """One module in one governorate. `module` is None where code is missing, `row` where it is not installed.

    `state` is discovered, installed, enabled, disabled, uninstalled, outdated, broken, blocked or missing.
    """

    id: str
    state: str
    module: Module | None
    row: InstalledModule | None


def host() -> Host:
    """Return the host of the running application."""
    return current_app.extensions["diwan"]


def standings(session: Session) -> list[Standing]:
    """Return every module known here, in loading order, the unusable and the missing last."""
    rows = {row.id: row for row in session.scalars(select(InstalledModule))}
    modules = host().modules
    names = [*host().order, *sorted((modules.keys() | rows.keys()) - set(host().order))]
    return [
        Standing(name, _state(session, modules.get(name), rows.get(name)), modules.get(name), rows.get(name))
        for name in names
    ]


def install(code: str, plugin: str) -> None:
    """Make a module's tables and reference data in governorate `code`; nothing happens if they exist.

    Bridges (`auto_install`) whose modules are now all installed follow by themselves.
    Raises Refused with a sentence if it or what it depends on cannot be used; then nothing is written.
    """
    module = usable(plugin)
    with changing(code) as (session, connection):
        _install(session, connection, module)
        install_bridges(session, connection, again=True)


def install_bridges(session: Session, connection: Connection, *, again: bool) -> None:
    """Let bridges (`auto_install`) follow whose modules are now all installed.

    One that was uninstalled here comes only with `again`, empty; else it waits for its own export.
    """
    for bridge in map(host().modules.__getitem__, host().order):
        is_wanted = again or session.get(InstalledModule, bridge.id) is None
        is_bridge = bridge.manifest is not None and bridge.manifest.auto_install
        if is_bridge and is_wanted and not _missing(session, bridge, set()):
            _install(session, connection, bridge)


def enable(code: str, plugin: str) -> None:
    """Switch an installed module on; workers obey at their next request. Refused unless `depends` are on."""
    module = usable(plugin)
    with changing(code) as (session, _connection):
        row = installed_row(session, plugin)
        missing = _missing(session, module, {ENABLED})
        if missing:
            raise Refused(_("First enable what it needs: %(modules)s.", modules=_titles(missing)))
        if row.state != ENABLED:
            row.state, row.enabled_at, row.by = ENABLED, now(), scope_in(session).actor_id
            bump_serial(session)


def disable(code: str, plugin: str) -> None:
    """Switch a module off; its data stay untouched. Refused while a module that needs it is on."""
    with changing(code) as (session, _connection):
        row = installed_row(session, plugin)
        needing = [name for name in needed_by(plugin) if name in _names(session, {ENABLED})]
        if needing:
            raise Refused(_("First disable what needs it: %(modules)s.", modules=_titles(needing)))
        if row.state == ENABLED:
            row.state, row.by = DISABLED, scope_in(session).actor_id
            bump_serial(session)


def usable(plugin: str) -> Module:
    """Return the module; raise NotFound for an unknown one, Refused with the reason for an unusable one."""
    module = host().modules.get(plugin)
    if module is None:
        raise NotFound(_("There is no module '%(id)s'.", id=plugin))
    if module.state != READY:
        name = host().title(plugin)
        raise Refused(_("The module “%(name)s” cannot be used. %(reason)s", name=name, reason=module.error))
    return module


def installed_row(session: Session, plugin: str) -> InstalledModule:
    """Return what is recorded of an installed module; raise Refused if it is not installed."""
    row = session.get(InstalledModule, plugin)
    if row is None or row.state == UNINSTALLED:
        raise Refused(_("The module “%(name)s” is not installed here.", name=host().title(plugin)))
    return row


def needed_by(plugin: str) -> tuple[str, ...]:
    """Return the ids of the modules that need this one, near or far, in loading order."""
    manifests = {name: module.manifest for name, module in host().modules.items() if module.manifest}
    if plugin in manifests:
        return dependants(manifests, plugin)
    return tuple(name for name in sorted(manifests) if plugin in manifests[name].depends)


def bring_up(session: Session, connection: Connection, module: Module) -> None:
    """Run a module's pending migrations and renew the roles and rights that it ships."""
    upgrade(connection, module.id, module.folder / "migrations")
    sync_roles(
        session, module.id, [role for name, role in host().call_boot("diwan_roles") if name == module.id]
    )
    access = module.folder / "access.csv"
    if access.exists():
        sync(session, module.id, access)


def refuse_missing(session: Session, module: Module) -> None:
    """Raise Refused unless everything that the module depends on is installed here."""
    missing = _missing(session, module, set())
    if missing:
        raise Refused(_("First install what it needs: %(modules)s.", modules=_titles(missing)))


def _titles(plugins: Iterable[str]) -> str:
    """Modules as people know them, for a sentence."""
    return ", ".join(map(host().title, plugins))


def _install(session: Session, connection: Connection, module: Module) -> None:
    row = session.get(InstalledModule, module.id)
    if module.manifest is None or (row is not None and row.state != UNINSTALLED):
        return
    refuse_missing(session, module)
    bring_up(session, connection, module)
    record_installed(session, module)
    host().call_plugin(module.id, "diwan_installed", session=session)


def record_installed(session: Session, module: Module) -> InstalledModule:
    """Enter that the module's tables are here, in the version of its code; a known export stays known."""
    row = session.get(InstalledModule, module.id) or InstalledModule(id=module.id)
    row.version = module.manifest.version if module.manifest else ""
    row.state, row.installed_at, row.by = INSTALLED, now(), scope_in(session).actor_id
    session.add(row)
    bump_serial(session)
    session.flush()
    return row


def _missing(session: Session, module: Module, states: set[str]) -> list[str]:
    """Return the dependencies that are not installed here, or not in one of `states`."""
    present = _names(session, states)
    return [name for name in (module.manifest.depends if module.manifest else ()) if name not in present]


def _names(session: Session, states: set[str]) -> set[str]:
    rows = session.scalars(select(InstalledModule).where(InstalledModule.state != UNINSTALLED))
    return {row.id for row in rows if not states or row.state in states}


def _state(session: Session, module: Module | None, row: InstalledModule | None) -> str:
    if row is not None and row.state == UNINSTALLED and (module is None or module.state == READY):
        return UNINSTALLED
    if module is None:
        return MISSING
    if module.state != READY or module.manifest is None:
        return module.state
    if row is None:
        return DISCOVERED
    current = row.version == module.manifest.version and is_current(
        session, module.id, module.folder / "migrations"
    )
    return row.state if current else OUTDATED
