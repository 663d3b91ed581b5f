"""`Host`: which modules are here, which are enabled in the present governorate, and calling their hooks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pluggy
from flask import g
from flask_babel import gettext as _
from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from core import hooks
from core.data.base import db
from core.data.labels import owner_of
from core.errors import Unavailable
from core.governorates.setting import GOVERNORATE, Setting
from core.modules import migrations
from core.modules.manifest import Manifest
from core.modules.models import ENABLED, SERIAL, InstalledModule
from core.modules.problem import Problem, describe
from core.people.bilingual import present_language
from core.people.generation import note_serial, serial_column

logger = logging.getLogger("diwan.modules")
READY, BROKEN, BLOCKED = "ready", "broken", "blocked"
SHELL = "admin"
"""Loaded by name as a plugin is, and enabled everywhere."""


@dataclass
class Module:
    """A plugin in this process. `state` is ready, broken (see `problem`) or blocked (see `blocked_by`)."""

    id: str
    folder: Path
    manifest: Manifest | None = None
    package: str = ""
    state: str = READY
    problem: Problem | None = None
    blocked_by: str = ""
    code: ModuleType | None = None

    @property
    def error(self) -> str:
        """Why it cannot be used, in the user's language; empty for a sound one."""
        if self.state == BLOCKED:
            return _("It needs the module '%(id)s', which cannot be used.", id=self.blocked_by)
        return str(self.problem) if self.problem else ""

    @property
    def traceback(self) -> str:
        """The traceback behind `error`, for the developer."""
        return self.problem.traceback if self.problem else ""


class Failure(NamedTuple):
    """One hook implementation that raised."""

    plugin: str
    error: Exception


class BootFailure(Exception):
    """A plugin raised while the host was starting."""

    def __init__(self, plugin: str, problem: Problem) -> None:
        super().__init__(f"{plugin}: {problem.msgid % problem.values}")
        self.plugin, self.problem = plugin, problem


@contextmanager
def blaming(plugin: str) -> Iterator[None]:
    """Turn whatever a plugin raises at start, even SystemExit, into a BootFailure that names it."""
    try:
        yield
    except BootFailure:
        raise
    except (Exception, SystemExit) as error:
        if plugin == SHELL:
            raise
        raise BootFailure(plugin, describe(error)) from error


class Host:
    """The modules of this process; one per application, at `app.extensions["diwan"]`."""

    def __init__(self, modules: dict[str, Module], order: Sequence[str] = ()) -> None:
        self.modules = modules
        self.order = tuple(order)
        self.plugins = pluggy.PluginManager(hooks.MARKER)
        self.plugins.add_hookspecs(hooks)
        self._states: dict[str, tuple[Any, frozenset[str]]] = {}

    def title(self, plugin: str) -> str:
        """What a module is called in the reader's language; its id where its manifest cannot be read."""
        module = self.modules.get(plugin)
        return module.manifest.title[present_language()] if module and module.manifest else plugin

    def call_boot(self, name: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a boot hook of every plugin; return (plugin, item) pairs in loading order."""
        pairs: list[tuple[str, Any]] = []
        for implementation in self._implementations(name):
            plugin = implementation.plugin_name
            with blaming(plugin):
                items = _run(implementation, arguments)
                pairs += [(plugin, item) for item in items or ()]
        return pairs

    def call(self, name: str, **arguments: Any) -> tuple[list[Any], list[Failure]]:
        """Call a governorate hook of the plugins enabled here; return (results that are not None, failures).

        Each implementation works in a savepoint; one that raises loses only its own changes and is logged.
        """
        results: list[Any] = []
        failures: list[Failure] = []
        for implementation in self._implementations(name):
            plugin = implementation.plugin_name
            if not self.enabled(plugin):
                continue
            try:
                with db.session.begin_nested() if g.get("binding") else nullcontext():
                    result = _run(implementation, arguments)
            except Exception as error:
                place = g.binding.code if g.get("binding") else "-"
                logger.exception("module %s failed in hook %s in governorate %s", plugin, name, place)
                failures.append(Failure(plugin, error))
            else:
                if result is not None:
                    results.append(result)
        return results, failures

    def call_plugin(self, plugin: str, name: str, **arguments: Any) -> list[Any]:
        """Call a plugin hook of one plugin and return what it returned; what it raises goes to the caller."""
        return [
            _run(implementation, arguments)
            for implementation in self._implementations(name)
            if implementation.plugin_name == plugin
        ]

    def enabled(self, plugin: str) -> bool:
        """True if the module is sound and enabled in the present governorate; nothing is outside of one."""
        if plugin == SHELL:
            return True
        if g.get("binding") is None:
            return False
        if "modules" not in g:
            self.refresh(db.session())
        return plugin in g.modules

    def refresh(self, session: Session) -> None:
        """Learn what is enabled in the session's governorate: one indexed SELECT unless something changed.

        Raises Unavailable (503) while the database is older or newer than the code, or another governorate's.
        """
        serials = select(Setting.value, serial_column()).where(Setting.key == SERIAL)
        serial, people = session.execute(serials).one_or_none() or (None, None)
        note_serial(session, people)
        code: str = session.info["governorate"]
        mark = (session.get_bind().engine.url, serial)  # a governorate may have moved to another database
        known = self._states.get(code)
        if known is None or known[0] != mark:
            known = self._states[code] = (mark, self._read_enabled(session, code))
        g.modules = known[1]

    def plugin_of(self, endpoint: str) -> str | None:
        """Return the id of the plugin that an endpoint belongs to; None for core's and the shell's own."""
        owner = owner_of(endpoint.partition(".")[0] + "_")
        return owner if owner in self.modules else None

    def _implementations(self, name: str) -> list[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self.plugins.hook, name)
        return caller.get_hookimpls()

    def _read_enabled(self, session: Session, code: str) -> frozenset[str]:
        self._verify(session, migrations.CORE, migrations.CORE_FOLDER)
        stored = session.scalar(select(Setting.value).where(Setting.key == GOVERNORATE))
        if stored != code:
            logger.error("the database registered for %s says that it is %s", code, stored)
            raise Unavailable(_("This governorate's database is not its own. Please tell the operator."))
        chosen = set(session.scalars(select(InstalledModule.id).where(InstalledModule.state == ENABLED)))
        enabled: set[str] = set()
        for name in self.order:
            manifest = self.modules[name].manifest
            if name in chosen and manifest and enabled.issuperset(manifest.depends):
                self._verify(session, name, self.modules[name].folder / "migrations")
                enabled.add(name)
        return frozenset(enabled)

    def _verify(self, session: Session, plugin: str, folder: Path) -> None:
        """Refuse to serve from tables that are not those of the code."""
        if not is_current(session, plugin, folder):
            logger.error(
                "%s: the tables of %s are not those of the code", session.info["governorate"], plugin
            )
            raise Unavailable(_("This governorate is being upgraded. Please try again soon."))


def is_current(session: Session, plugin: str, folder: Path) -> bool:
    """True if the session's database has reached the last migration of the code."""
    wanted = _head(plugin, folder)
    if wanted is None:
        return True
    version = table(migrations.version_table(plugin), column("version_num"))
    return session.scalar(select(version.c.version_num)) == wanted


_head = cache(migrations.head)


def _run(implementation: pluggy.HookImpl, arguments: dict[str, Any]) -> Any:
    return implementation.function(*(arguments[name] for name in implementation.argnames))
