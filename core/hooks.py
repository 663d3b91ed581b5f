"""Every hook a plugin may implement: the contract between host and plugins, in one file.

Three kinds. Boot hooks are called once per process for every sound plugin, and return a list.
Governorate hooks are called only for the plugins enabled in the present governorate; each
implementation runs in a savepoint of its own, and one that raises is logged and left out.
Plugin hooks are called for one plugin in one governorate's database; raising stops what was asked.

An implementation may take fewer arguments than listed. It is written in the plugin's `__init__.py`:

    from core import hookimpl

    @hookimpl
    def diwan_models():
        return [Lamp]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click
    from flask import Blueprint, Flask
    from sqlalchemy.orm import Session

    from core.data.scope import Scope
    from core.governorates.registry import Governorate

MARKER = "diwan"
hookspec = pluggy.HookspecMarker(MARKER)
hookimpl = pluggy.HookimplMarker(MARKER)
"""Marks a plugin's function as its implementation of the hook of the same name."""

BOOT = frozenset({
    "diwan_models", "diwan_views", "diwan_blueprints", "diwan_roles", "diwan_workflows",
    "diwan_imports", "diwan_figure_sources", "diwan_commands", "diwan_jobs", "diwan_channels", "diwan_start",
})  # fmt: skip
"""Boot hooks: the check in a separate process calls each of them once."""


@hookspec
def diwan_models() -> Sequence[type[Any]]:  # type: ignore[empty-body]
    """Return the plugin's mapped classes, before the mappers are configured.

    Boot hook. Each class says who sees it (Scoped, ScopedByParent or Shared) and its
    table's name begins with the plugin's id.

    Example:
        @hookimpl
        def diwan_models():
            return [models.Complaint, models.Referral]
    """


@hookspec
def diwan_views() -> Sequence[type[Any]]:  # type: ignore[empty-body]
    """Return staff screens: `RecordView` and `Page` classes of `admin`.

    Boot hook. The order is the order in the menu.

    Example:
        @hookimpl
        def diwan_views():
            return [views.ComplaintView]
    """


@hookspec
def diwan_blueprints() -> Sequence[Blueprint]:  # type: ignore[empty-body]
    """Return Flask blueprints: citizens' pages and machine interfaces.

    Boot hook. A blueprint's name is the plugin's id or begins with `<id>_`; each view declares who may
    enter by a decorator of `core.access`.

    Example:
        pages = Blueprint("complaints", __name__, url_prefix="/complaints", template_folder="templates")

        @pages.get("/track")
        @public
        def track(): ...

        @hookimpl
        def diwan_blueprints():
            return [pages]
    """


@hookspec
def diwan_roles() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return the roles that the plugin brings; written to a governorate at install and upgrade.

    Boot hook. Rights of roles are rows of the plugin's `access.csv`.

    Example:
        @hookimpl
        def diwan_roles():
            return [RoleSpec("CLK", "موظف استقبال", "Clerk", reach="unit")]
    """


@hookspec
def diwan_workflows() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return `Workflow` tables: states and transitions of a model, as data.

    Boot hook.

    Example:
        @hookimpl
        def diwan_workflows():
            return [workflow.COMPLAINT]
    """


@hookspec
def diwan_imports() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return importers: what `diwan import <model> FILE` can read into the plugin's models.

    Boot hook.

    Example:
        @hookimpl
        def diwan_imports():
            return [imports.ComplaintImport]
    """


@hookspec
def diwan_figure_sources() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return figures that the plugin can tell: `FigureSource` objects, each with one select of facts.

    Boot hook. One row of the select is one record that counts; from it the host takes totals, intervals,
    tables and the list of records behind each number. Its columns by kind are those of
    `core.figures.source.COLUMNS`. A select that lacks one, or is not made by `select_visible`, keeps the
    plugin from being loaded.

    Example:
        MENDED = FigureSource(
            key="lamps.mended", label=_("Lamps mended"), reads="lamps.lamp", select=mended,
            numerator=_("Mended"), denominator=_("Reported"), counts=_("Lamps reported in the period."),
            unit_label=_("Unit"), stratum_label=_("Kind of lamp"), strata=lambda: KINDS,
        )

        @hookimpl
        def diwan_figure_sources():
            return [MENDED]
    """


@hookspec
def diwan_commands() -> Sequence[click.Command]:  # type: ignore[empty-body]
    """Return commands that join the `diwan` command line.

    Boot hook.

    Example:
        @hookimpl
        def diwan_commands():
            return [commands.complaints]
    """


@hookspec
def diwan_jobs() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return periodic jobs; the worker runs each in every governorate where the plugin is enabled.

    Boot hook.

    Example:
        @hookimpl
        def diwan_jobs():
            return [Job("complaints.remind", every=timedelta(hours=1), run=jobs.remind)]
    """


@hookspec
def diwan_channels() -> Sequence[Any]:  # type: ignore[empty-body]
    """Return ways to send a message (SMS gateway, mail server), each with a name and `send()`.

    Boot hook. A channel of the same name as a built-in one takes its place.

    Example:
        @hookimpl
        def diwan_channels():
            return [GatewaySms()]
    """


@hookspec
def diwan_start(app: Flask) -> None:
    """Attach to the Flask application, after every plugin is registered and all mappers are configured.

    Boot hook, for what no other one covers; the staff shell builds its site here.

    Example:
        @hookimpl
        def diwan_start(app):
            app.jinja_env.filters["metres"] = format_metres
    """


@hookspec
def diwan_tiles(scope: Scope) -> Sequence[Any]:  # type: ignore[empty-body]
    """Return what the person of `scope` finds on the first page; None among it is left out.

    A `Task` is a page opened many times a day, a `Tile` a figure that opens the records behind it, a
    `Backlog` the first records of what waits; all from `admin`, whose `tile` and `backlog` take figure and
    rows from a list's own filters, and give None where that list is not open to the person. Governorate hook.

    Example:
        @hookimpl
        def diwan_tiles(scope):
            return [
                tile(LampView, _("Broken lamps"), "warning", state="broken"),
                backlog(LampView, _("To mend"), ("code", "place"), state="broken", sort="reported_at"),
            ]
    """


@hookspec
def diwan_check(record: Any, action: str, scope: Scope) -> str | None:
    """Return a sentence to veto a transition before it happens, or None.

    Governorate hook.

    Example:
        @hookimpl
        def diwan_check(record, action):
            if action == "close" and has_open_hearing(record):
                return _("A hearing about this is still open.")
    """


@hookspec
def diwan_moved(record: Any, source: str, target: str, scope: Scope) -> None:
    """A record went from one state to another: after the flush, in the same transaction.

    Governorate hook.

    Example:
        @hookimpl
        def diwan_moved(record, target):
            if target == "closed":
                queue_survey(record)
    """


@hookspec
def diwan_message_sent(message: Any) -> None:
    """A queued message has provably left: the channel's proof is in `message.proof`.

    Governorate hook, called by the worker.

    Example:
        @hookimpl
        def diwan_message_sent(message):
            note_that_citizen_was_told(message)
    """


@hookspec
def diwan_installed(session: Session) -> None:
    """The plugin's tables have just been made in this governorate: fill in its reference data.

    Plugin hook; raising undoes the installation.

    Example:
        @hookimpl
        def diwan_installed(session):
            load_categories(session, Path(__file__).parent / "seed/categories.csv")
    """


@hookspec
def diwan_demo(session: Session, governorate: Governorate) -> None:
    """Write invented but plausible records, for demonstrations only.

    Plugin hook.

    Example:
        @hookimpl
        def diwan_demo(session, governorate):
            write_year(session, governorate)
    """


@hookspec
def diwan_upgraded(session: Session, old: str) -> None:
    """The plugin's tables have just been brought from those of version `old` to those of the code.

    Plugin hook, called once for each new version, after its migrations and in their transaction; raising
    undoes the upgrade. For what needs models rather than SQL; what SQL can compute belongs in the migration.

    Example:
        @hookimpl
        def diwan_upgraded(session, old):
            if Version(old) < Version("0.2"):
                fill_search_text(session)
    """


@hookspec
def diwan_uninstalling(session: Session) -> Sequence[str]:  # type: ignore[empty-body]
    """Return what speaks against removing the plugin and its data from this governorate, a sentence each.

    Plugin hook: asked when the plan is shown and again before anything is removed; it writes nothing. One
    sentence is enough to refuse. Modules that need it, and records that point to its own, the host sees.

    Example:
        @hookimpl
        def diwan_uninstalling(session):
            waiting = count_unanswered(session)
            return [_("%(n)d complaints wait for an answer.", n=waiting)] if waiting else []
    """


@hookspec
def diwan_exporting(session: Session, folder: Path) -> None:
    """The plugin's rows are being exported before it is removed: add what it keeps outside of the database.

    Plugin hook. `folder` is empty; each file put there gets its SHA-256 into the export's manifest, and
    `diwan_restored` finds it again. Raising leaves everything as it was.

    Example:
        @hookimpl
        def diwan_exporting(session, folder):
            copytree(tiles_of(present().code), folder / "tiles")
    """


@hookspec
def diwan_restored(session: Session, folder: Path) -> None:
    """The plugin was installed again with the data of an export: its rows are back, `folder` is as exported.

    Plugin hook; raising undoes the installation. `diwan_installed` is not called, for the reference data came
    back with the rest.

    Example:
        @hookimpl
        def diwan_restored(session, folder):
            copytree(folder / "tiles", tiles_of(present().code))
    """
