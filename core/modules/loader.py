"""Loading at start: only plugins that have passed their check are imported, the rest are kept with a reason.

A class declared by a module that then fails stays mapped, and can make core's own models fail at first
use; nothing un-maps it. So a plugin that raises here although its check passed is written down as broken,
and the whole process starts afresh without it and its dependants. That ends, because each round leaves
out at least one plugin more.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NoReturn

from flask import Flask
from sqlalchemy.orm import configure_mappers

from core.config import Settings
from core.data.base import Base, db
from core.data.labels import OWNERS, owner_of
from core.data.visibility import Governed, Shared
from core.language import N_
from core.modules import check
from core.modules.discovery import Discovery, discover
from core.modules.dispatch import BLOCKED, BROKEN, READY, SHELL, BootFailure, Host, Module, blaming, logger
from core.modules.manifest import Manifest
from core.modules.order import arrange, find_blocked, find_cycles, find_missing
from core.modules.problem import Unusable


def load(app: Flask, settings: Settings, only: Collection[str] | None = None) -> Host:
    """Load every sound plugin into `app` and return the host, already at `app.extensions["diwan"]`.

    `only` names plugins to load unchecked and no other: for the check itself, which wants the exception.
    Raises SystemExit under DIWAN_STRICT if any plugin is broken.
    """
    found = discover(settings.plugin_path)
    OWNERS.update(found.manifests)
    modules = survey(found, settings) if only is None else _trusted(found, only)
    host = Host(
        modules, arrange({name: found.manifests[name] for name in modules if _is_ready(modules[name])})
    )
    app.extensions["diwan"] = host
    try:
        start(app, host, settings.plugin_path)
    except BootFailure as failure:
        if only is not None or failure.plugin not in found.manifests:
            raise
        check.remember(settings.data_dir, found, failure.plugin, failure.problem)
        _start_afresh(settings, failure)
    _report(host, settings)
    return host


def survey(found: Discovery, settings: Settings) -> dict[str, Module]:
    """Return a module for all that was found: ready, broken with a problem, or blocked by a broken one."""
    problems = dict(found.problems)
    problems |= find_missing(found.manifests, found.folders)
    problems |= find_cycles(_without(found, problems))
    problems |= check.examine(found, arrange(_without(found, problems)), problems, settings)
    blocked = find_blocked(found.manifests, problems)
    modules = {}
    for name, folder in found.folders.items():
        module = modules[name] = Module(name, folder, found.manifests.get(name), found.packages.get(name, ""))
        if name in problems:
            module.state, module.problem = BROKEN, problems[name]
        elif name in blocked:
            module.state, module.blocked_by = BLOCKED, blocked[name]
    return modules


def start(app: Flask, host: Host, extra: Sequence[Path] = ()) -> None:
    """Import and register the ready plugins in order, then the staff shell; BootFailure names a culprit."""
    plugins = importlib.import_module("plugins")
    plugins.__path__.extend(str(path) for path in extra if str(path) not in plugins.__path__)
    for name in host.order:
        with blaming(name):
            admit(host, host.modules[name])
    host.plugins.register(importlib.import_module(SHELL), SHELL)
    configure_mappers()
    with app.app_context():
        for name, blueprint in host.call_boot("diwan_blueprints"):
            with blaming(name):
                if name != SHELL and host.plugin_of(f"{blueprint.name}.") != name:
                    raise Unusable(
                        N_("Its blueprint '%(name)s' must begin with its id."), name=blueprint.name
                    )
                app.register_blueprint(blueprint)
        host.call_boot("diwan_start", app=app)


def admit(host: Host, module: Module) -> None:
    """Import one plugin, register its hooks and configure its models; raise on whatever is wrong with it."""
    before, mapped = set(db.metadata.tables), set(Base.registry.mappers)
    module.code = importlib.import_module(module.package)
    host.plugins.register(module.code, module.id)
    for caller in host.plugins.get_hookcallers(module.code) or ():
        if not caller.has_spec():
            raise Unusable(N_("It implements '%(name)s', which is no hook of the host."), name=caller.name)
    host.call_plugin(module.id, "diwan_models")
    configure_mappers()
    for table in set(db.metadata.tables) - before:
        if owner_of(table) != module.id:
            raise Unusable(N_("Its table '%(table)s' must begin with its id."), table=table)
    for mapper in set(Base.registry.mappers) - mapped:
        if not issubclass(mapper.class_, (Governed, Shared)):
            raise Unusable(
                N_("Its model '%(model)s' does not say who sees it."),
                model=mapper.class_.__name__,
            )


def _is_ready(module: Module) -> bool:
    return module.state == READY


def _trusted(found: Discovery, only: Collection[str]) -> dict[str, Module]:
    return {
        name: Module(name, found.folders[name], found.manifests[name], found.packages[name]) for name in only
    }


def _without(found: Discovery, problems: Collection[str]) -> dict[str, Manifest]:
    return {name: manifest for name, manifest in found.manifests.items() if name not in problems}


def _start_afresh(settings: Settings, failure: BootFailure) -> NoReturn:
    """Replace this process by one of the same command line; a server's worker ends and is replaced."""
    logger.error("module %s is broken; starting again without it", failure)
    if settings.env == "test" or multiprocessing.parent_process() is not None:
        raise SystemExit(f"module {failure}")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _report(host: Host, settings: Settings) -> None:
    """Log every module that cannot be used; under DIWAN_STRICT that ends the process with status 1."""
    unusable = [f"{module.id}: {module.error}" for module in host.modules.values() if module.state != READY]
    for line in unusable:
        logger.warning("module %s", line)
    if unusable and settings.strict:
        raise SystemExit("DIWAN_STRICT: broken modules\n" + "\n".join(unusable))
