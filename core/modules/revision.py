"""Writing a migration: compare the models with what the chain so far builds, on a scratch database."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from sqlalchemy import JSON, Connection

import core
from core.data.base import db
from core.data.labels import OWNERS, owner_of
from core.modules.discovery import Discovery, discover
from core.modules.migrations import CORE, CORE_FOLDER, read_chain, scratch_engine, upgrade, version_table
from core.modules.order import dependencies

TEMPLATE = '''"""{message}."""

{imports}

revision = "{id}"
down_revision = {previous!r}


def upgrade() -> None:
    {upgrades}


def downgrade() -> None:
    {downgrades}
'''
PATH = "DIWAN_PLUGIN_PATH"
APART = ("core.cli", "core.testing", "core.modules.check")
"""Modules of core that run something or need the test tools when imported."""


def write_revision(plugin: str, message: str, found: Discovery | None = None) -> Path | None:
    """Write the next migration of `plugin` and return its path, or None if models and chain agree."""
    found = found or discover()
    import_models(plugin, found)
    folder = migrations_of(plugin, found)
    with scratch_engine().begin() as connection:
        build_scratch(connection, plugin, found)
        context = comparison(connection, plugin)
        script = produce_migrations(context, db.metadata)
        if script.upgrade_ops is None or script.upgrade_ops.is_empty():
            return None
        return _write(script, context, plugin, folder, message)


def import_models(plugin: str, found: Discovery) -> None:
    """Import every model of core, of the plugins that `plugin` needs, and its own.

    A module of core that cannot be imported is named and left out: half-written code elsewhere should not
    stop a migration, and the contract test that models equal migrations shows what is missing.
    """
    OWNERS.update(found.manifests)
    for module in pkgutil.walk_packages(importlib.import_module(CORE).__path__, "core."):
        if module.name.startswith((*APART, "core.migrations")):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:
            click.echo(f"left out {module.name}: {type(error).__name__}: {error}", err=True)
    if plugin != CORE:
        for name in (*dependencies(found.manifests, plugin), plugin):
            importlib.import_module(found.packages[name])


def migrations_of(plugin: str, found: Discovery) -> Path:
    """Return the folder of a plugin's chain, or core's."""
    return CORE_FOLDER if plugin == CORE else found.folders[plugin] / "migrations"


def build_scratch(connection: Connection, plugin: str, found: Discovery) -> None:
    """Run the chains of core, of what `plugin` needs and its own, up to their heads."""
    needed = () if plugin == CORE else (*dependencies(found.manifests, plugin), plugin)
    for name in (CORE, *needed):
        upgrade(connection, name, migrations_of(name, found))


def differences(connection: Connection, plugin: str) -> list[Any]:
    """Return what the plugin's models have and its migrated tables lack, or the reverse; alembic's tuples."""
    return list(compare_metadata(comparison(connection, plugin), db.metadata))


def comparison(connection: Connection, plugin: str) -> MigrationContext:
    """Return an alembic context that sees only the plugin's tables, in the database and in the models."""

    def is_ours(name: str | None, kind: str, *_: Any) -> bool:
        return kind != "table" or (name is not None and owner_of(name) == plugin)

    def is_our_object(item: Any, name: str | None, kind: str, *_: Any) -> bool:
        return is_ours(name, kind)

    return MigrationContext.configure(
        connection,
        opts={
            "version_table": version_table(plugin),
            "target_metadata": db.metadata,
            "include_name": is_ours,
            "include_object": is_our_object,
            "render_item": _render,
            "render_as_batch": True,
        },
    )


def _render(kind: str, item: Any, context: Any) -> Any:
    """Our own column types are written by name, core's imported from where they will stay."""
    if kind != "type":
        return False
    if isinstance(item, JSON):
        context.imports.add("from core import Json")
        return "Json"
    home, name = type(item).__module__, type(item).__name__
    if home.startswith(("core.", "plugins.")):
        home = "core" if home.startswith("core.") and name in core.__all__ else home
        context.imports.add(f"from {home} import {name}")
        return repr(item)
    return False


def _write(
    script: MigrationScript, context: MigrationContext, plugin: str, folder: Path, message: str
) -> Path:
    imports = {"import sqlalchemy as sa", "from alembic import op"}
    upgrades, downgrades = (
        _code(ops, context, imports) for ops in (script.upgrade_ops, script.downgrade_ops)
    )
    chain = read_chain(plugin, folder)
    number = len(chain) + 1
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    path = folder / f"{number:04d}_{slug}.py"
    folder.mkdir(exist_ok=True)
    path.write_text(
        TEMPLATE.format(
            message=message[:1].upper() + message[1:].rstrip("."),
            imports="\n".join(sorted(imports)),
            id=f"{plugin}_{number:04d}",
            previous=chain[-1].revision if chain else None,
            upgrades=upgrades,
            downgrades=downgrades,
        ),
        "utf-8",
    )
    _tidy(path)
    return path


def _code(ops: Any, context: MigrationContext, imports: set[str]) -> str:
    """Render operations and add the imports that they need."""
    contexts: list[Any] = []

    def render(kind: str, item: Any, autogenerate: Any) -> Any:
        contexts.append(autogenerate)
        return _render(kind, item, autogenerate)

    code: str = render_python_code(ops, render_as_batch=True, render_item=render, migration_context=context)
    for autogenerate in contexts[-1:]:
        imports |= autogenerate.imports
    lines = [line for line in code.splitlines() if not line.strip().startswith("# ###")]
    return "\n".join(lines).strip() or "pass"


def _tidy(path: Path) -> None:
    """Format as the rest of the code is, where the development tools are installed."""
    if find_spec("ruff"):
        for words in (["check", "--quiet", "--select", "I,F401", "--fix"], ["format", "--quiet"]):
            subprocess.run([sys.executable, "-m", "ruff", *words, str(path)], check=False)  # noqa: S603


@click.command()
@click.argument("plugin")
@click.argument("message")
def revision(plugin: str, message: str) -> None:
    """Write the next migration of PLUGIN ("core" or a module's id), described by MESSAGE.

    It needs no running Diwan and no database. Modules are also looked for in DIWAN_PLUGIN_PATH.
    """
    extra = tuple(Path(one).absolute() for one in os.environ.get(PATH, "").split(os.pathsep) if one)
    importlib.import_module("plugins").__path__.extend(map(str, extra))
    found = discover(extra)
    if plugin != CORE and plugin not in found.manifests:
        raise click.ClickException(str(found.problems.get(plugin, f"there is no module '{plugin}'")))
    path = write_revision(plugin, message, found)
    click.echo(path or "models and migrations agree; nothing written")


if __name__ == "__main__":
    revision()
