"""The check itself, in a process that may be spoilt: `-m core.modules.inspection PLUGIN FOLDER EXTRA...`

Builds the whole application in the scratch FOLDER with this plugin and what it depends on, calls every boot
hook, runs its migrations on an empty database, and writes the problem (or null) to FOLDER/answer.json.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flask import Flask
from packaging.requirements import Requirement
from sqlalchemy import inspect

from core import hooks
from core.config import Settings
from core.data.base import Base, db
from core.data.labels import owner_of
from core.errors import reason
from core.figures.source import find_fault
from core.language import N_
from core.modules.discovery import Discovery, discover
from core.modules.dispatch import BootFailure
from core.modules.migrations import read_chain, scratch_engine
from core.modules.order import dependencies
from core.modules.problem import Problem, Unusable, describe
from core.modules.revision import build_scratch, differences
from core.work.diff import personal_fields


def inspect_plugin(plugin: str, scratch: Path, extra: tuple[Path, ...] = ()) -> None:
    """Raise Unusable or BootFailure with a sentence if the plugin is not fit to be loaded."""
    found = discover(extra)
    if plugin in found.problems or plugin not in found.manifests:
        raise Unusable(N_("There is no such module."))
    _verify_requirements(found.manifests[plugin].python)
    read_chain(plugin, found.folders[plugin] / "migrations")
    app = _build(found, plugin, scratch, extra)
    _verify_personal_data(plugin, found.manifests[plugin].personal_data)
    with app.app_context():
        for name in sorted(hooks.BOOT - {"diwan_start", "diwan_blueprints"}):
            app.extensions["diwan"].call_boot(name)
        _verify_figures(app, plugin)
    _verify_migrations(plugin, found)


def _build(found: Discovery, plugin: str, scratch: Path, extra: tuple[Path, ...]) -> Flask:
    from core.app import create_app

    settings = Settings(
        data_dir=scratch,
        registry_url=f"sqlite:///{scratch / 'registry.sqlite'}",
        secret_key="only for the check " * 3,
        env="test",
        plugin_path=extra,
    )
    return create_app(settings, only=(*dependencies(found.manifests, plugin), plugin))


def _verify_requirements(requirements: tuple[str, ...]) -> None:
    for line in requirements:
        requirement = Requirement(line)
        try:
            present = version(requirement.name)
        except PackageNotFoundError:
            present = ""
        if not present or not requirement.specifier.contains(present, prereleases=True):
            raise Unusable(
                N_("It needs the Python package %(package)s, which is not installed."), package=line
            )


def _verify_personal_data(plugin: str, names: tuple[str, ...]) -> None:
    """Every `Model.field` must exist, and the models must say the same: the audit obeys the models."""
    ours = {
        mapper.class_.__name__: mapper
        for mapper in Base.registry.mappers
        if owner_of(mapper.class_.__tablename__) == plugin
    }
    for name in names:
        model, _, field = name.partition(".")
        if model not in ours or not hasattr(ours[model].class_, field):
            raise Unusable(
                N_("plugin.toml calls '%(name)s' personal, but there is no such field."), name=name
            )
    meant = {f"{name}.{field}" for name, mapper in ours.items() for field in personal_fields(mapper)}
    if differing := sorted(meant.symmetric_difference(names)):
        raise Unusable(
            N_("Its models and plugin.toml differ on whether '%(name)s' is personal."), name=differing[0]
        )


def _verify_figures(app: Flask, plugin: str) -> None:
    """Each select of a figure keeps the contract of its columns and stands behind the visibility guard."""
    for owner, source in app.extensions["diwan"].call_boot("diwan_figure_sources"):
        if owner == plugin and (fault := find_fault(source, plugin)):
            raise Unusable(
                N_("Its figure '%(key)s' cannot be used: %(detail)s."), key=source.key, detail=fault
            )


def _verify_migrations(plugin: str, found: Discovery) -> None:
    """The chain must run, and leave every table and column that the models ask for."""
    with scratch_engine().begin() as connection:
        try:
            build_scratch(connection, plugin, found)
        except Unusable:
            raise
        except Exception as error:
            raise Unusable(N_("Its migrations fail: %(detail)s"), detail=reason(error)) from error
        for table in db.metadata.sorted_tables:
            if owner_of(table.name) == plugin and not inspect(connection).has_table(table.name):
                raise Unusable(N_("No migration makes its table '%(table)s'."), table=table.name)
        for change in differences(connection, plugin):
            if change[0] == "add_column":
                raise Unusable(
                    N_("No migration makes its column '%(column)s'."), column=f"{change[2]}.{change[3].name}"
                )


def examine_and_answer(plugin: str, folder: Path, extra: tuple[Path, ...]) -> None:
    """Write the plugin's problem, or null, to the answer file."""
    problem: Problem | None = None
    try:
        inspect_plugin(plugin, folder, extra)
    except BootFailure as failure:
        problem = failure.problem
    except (Exception, SystemExit) as error:
        problem = describe(error)
    (folder / "answer.json").write_text(json.dumps(problem.to_json() if problem else None), "utf-8")


if __name__ == "__main__":
    examine_and_answer(sys.argv[1], Path(sys.argv[2]), tuple(map(Path, sys.argv[3:])))
