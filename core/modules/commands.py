"""`diwan module ...` and `diwan upgrade`: the host's own commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import click
from flask import current_app

from core.data.scope import Scope
from core.errors import reason
from core.governorates.present import governorate_context, registry, running_app
from core.language import N_
from core.modules import check, lifecycle, upgrades
from core.modules.discovery import discover
from core.modules.leaving import leavings, plan, reinstall, uninstall
from core.modules.problem import Problem

in_governorate = click.option(
    "--governorate", "code", metavar="CODE", required=True, help="For example EG-KN."
)


class Modules(click.Group):
    """The commands of this file, and `new`: it writes what they handle, and stands on a higher floor."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, sorted."""
        return sorted([*self.commands, "new"])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command `name`, or None; `new` is imported when asked for, as cli imports its own."""
        if name == "new":
            return import_module("core.operation.scaffold.command").new
        return super().get_command(ctx, name)


@click.group(cls=Modules)
def module() -> None:
    """Make, see, check, install, upgrade, enable, disable and uninstall modules."""


@module.command("list")
@click.option("--governorate", "code", metavar="CODE", help="Also what state each has there.")
def list_modules(code: str | None) -> None:
    """Name every module, its version and its state."""
    states: dict[str, str] = {}
    if code:
        app = running_app()
        with governorate_context(app, code) as session:
            states = {standing.id: standing.state for standing in lifecycle.standings(session)}
    modules = lifecycle.host().modules
    for name in states or sorted(modules):
        known = modules.get(name)
        version = known.manifest.version if known and known.manifest else "-"
        state = states.get(name) or (known.state if known else "missing")
        click.echo(f"{name:24} {version:10} {state:12} {known.error if known else ''}".rstrip())


@module.command("check")
@click.argument("plugins", nargs=-1, metavar="[ID]...")
def check_modules(plugins: tuple[str, ...]) -> None:
    """Check modules in a process of their own, all if none is named; status 1 if any is unfit."""
    settings = current_app.config["DIWAN"]
    found = discover(settings.plugin_path)
    unfit = 0
    for name in plugins or sorted(found.folders):
        problem = found.problems.get(name)
        if problem is None and name not in found.manifests:
            problem = Problem(N_("There is no such module."))
        problem = problem or check.check(found, name, settings)
        click.echo(f"{name}: {problem or 'fit'}")
        if problem:
            click.echo(problem.traceback, err=True)
            unfit += 1
    if unfit:
        raise SystemExit(1)


def _command(name: str, step: Callable[[str, str], object], done: str) -> None:
    """Add `module <name> ID --governorate CODE`, which takes one step in a module's life."""

    @module.command(name, help=f"{step.__doc__}".splitlines()[0])
    @click.argument("plugins", nargs=-1, required=True, metavar="ID...")
    @in_governorate
    def run(plugins: tuple[str, ...], code: str) -> None:
        for plugin in plugins:
            step(code, plugin)
            click.echo(f"{code} {plugin}: {done}")


@module.command("install")
@click.argument("plugins", nargs=-1, required=True, metavar="ID...")
@in_governorate
@click.option(
    "--from-export",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With the data that `uninstall` exported to this folder.",
)
def install(plugins: tuple[str, ...], code: str, folder: Path | None) -> None:
    """Make modules' tables and reference data in a governorate."""
    if folder is not None and len(plugins) != 1:
        raise click.UsageError("an export holds the data of one module: name that one")
    for plugin in plugins:
        if folder is None:
            lifecycle.install(code, plugin)
        else:
            reinstall.reinstall(code, plugin, folder)
        click.echo(f"{code} {plugin}: installed")


@module.command("uninstall")
@click.argument("plugin", metavar="ID")
@in_governorate
@click.option("--confirm", metavar="ID", help="The module's id once more: only then is anything done.")
def uninstall_module(plugin: str, code: str, confirm: str | None) -> None:
    """Show what removing a module and its data would take away; with --confirm, export and remove it."""
    if confirm is not None:
        folder = uninstall.uninstall(code, plugin, confirm)
        click.echo(f"{code} {plugin}: uninstalled; its data are in {folder}")
        return
    drawn = plan.plan(code, plugin)
    click.echo(f"{plugin} {drawn.version}: to be exported and removed from {code}")
    for share in drawn.shares:
        click.echo(f"  {share.table:32} {share.rows:>9} {'rows, and the table' if share.own else 'rows'}")
    for role in drawn.roles:
        click.echo(f"  role {role.code:27} {role.people:>9} people  {role.name}")
    if drawn.lost:
        click.echo(f"  {len(drawn.lost)} attached files are missing already: {', '.join(drawn.lost)}")
    for objection in drawn.objections:
        click.echo(f"not possible: {objection}")
    if not drawn.objections:
        click.echo(f"Nothing was done. To do it: --confirm {plugin}")


@module.command("leavings")
@in_governorate
@click.option(
    "--remove", "names", metavar="NAME", multiple=True, help="One of those listed; may be repeated."
)
def list_leavings(code: str, names: tuple[str, ...]) -> None:
    """List exports that belong to no module any more, and what a killed uninstall left; --remove NAME."""
    for name in names:
        leavings.remove_leaving(code, name)
        click.echo(f"{code} {name}: removed")
    if not names:
        with governorate_context(running_app(), code, Scope.of_system()) as session:
            for one in leavings.leavings(session):
                click.echo(f"{one.name}: {'whole' if one.whole else 'of an uninstall that broke off'}")


_command("upgrade", upgrades.upgrade_module, "up to date")
_command("enable", lifecycle.enable, "enabled")
_command("disable", lifecycle.disable, "disabled")


@click.command("upgrade")
@click.option("--governorate", "codes", metavar="CODE", multiple=True, help="One or more; may be repeated.")
@click.option("--all", "everywhere", is_flag=True, help="Every governorate of the registry.")
def upgrade(codes: tuple[str, ...], everywhere: bool) -> None:
    """Bring the tables of governorates to this version of Diwan; one that fails stops no other."""
    if everywhere == bool(codes):
        raise click.UsageError("name governorates by --governorate, or all of them by --all")
    chosen = [row.code for row in registry().all()] if everywhere else list(codes)
    failed = []
    for number, code in enumerate(chosen, 1):
        for step in _steps(code):
            outcome = (step.error and f"FAILED: {step.error}") or (
                "upgraded" if step.changed else "up to date"
            )
            click.echo(f"[{number}/{len(chosen)}] {code} {step.plugin}: {outcome}", err=bool(step.error))
            if step.error and code not in failed:
                failed.append(code)
    if failed:
        raise click.ClickException(f"left as they were: {', '.join(failed)}; mend and run again")


def _steps(code: str) -> Iterator[upgrades.Step]:
    """The steps of one governorate; a database that is away is one failed step."""
    try:
        yield from upgrades.upgrade_governorate(code)
    except Exception as error:
        yield upgrades.Step(code, "-", error=reason(error))
