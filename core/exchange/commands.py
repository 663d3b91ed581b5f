"""`diwan import LABEL FILE`: registers from other systems, with a trial run and reasons for refusals."""

from __future__ import annotations

import sys
from itertools import chain, count
from pathlib import Path

import click
from flask import current_app

from core.data.scope import Scope
from core.errors import NotFound, Refused
from core.exchange.importing import Import
from core.exchange.mapping import read_pairs
from core.exchange.reading import read_table
from core.exchange.reference import imports
from core.exchange.rejects import write_rejects
from core.exchange.report import Report
from core.exchange.spec import ImportSpec
from core.governorates.present import governorate_context, running_app
from core.language import choose_language
from core.work import audit

SHOWN = 5
"""Reasons printed; the file of rejected rows has them all."""


@click.command("import")
@click.argument("label")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--governorate", "code", required=True, metavar="CODE", help="For example EG-KN.")
@click.option(
    "--map", "pairs", multiple=True, metavar="COLUMN=HEADING", help="Also a .json file of pairs; repeatable."
)
@click.option(
    "--set", "fixed", multiple=True, metavar="COLUMN=VALUE", help="The same for all rows; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where rejected rows go: .csv or .xlsx.")
def import_(
    label: str,
    file: Path,
    code: str,
    pairs: tuple[str, ...],
    fixed: tuple[str, ...],
    dry_run: bool,
    rejects: Path | None,
) -> None:
    """Read FILE (.csv, .xlsx, .json, .xml) into LABEL, for example complaints.complaint.

    Rows that cannot be taken are written to FILE.rejected.csv (if that is there already, FILE.rejected.2.csv)
    with the reason, and the status is 1. A second run of the same file imports nothing twice.
    """
    table = read_table(file)
    with governorate_context(running_app(), code, Scope.of_system("import"), write=True) as session:
        job = Import(spec_of(label), table, file.name, read_pairs(pairs), read_pairs(fixed), dry=dry_run)
        with click.progressbar(length=len(table.lines), label=file.name, file=sys.stderr) as bar:
            job.progress = lambda done: bar.update(done - bar.pos)
            report = job.run()
        if not dry_run:
            counts = {"file": file.name, "imported": report.imported, "rejected": len(report.rejects)}
            audit.record("import", label, counts)
            session.commit()
    _tell(report, dry_run)
    if rejects is None and not dry_run:
        rejects = _free(file)
    if report.rejects:
        if rejects is not None:
            write_rejects(rejects, table.headings, report.rejects)
        place = f"; see {rejects}" if rejects else ""
        raise Refused(f"{len(report.rejects)} of {report.read} rows were rejected{place}")


def _free(file: Path) -> Path:
    """A name for the rejected rows that no file has: somebody may be correcting those of the last run."""
    names = chain(["rejected.csv"], (f"rejected.{number}.csv" for number in count(2)))
    paths = (file.with_name(f"{file.name}.{name}") for name in names)
    return next(path for path in paths if not path.exists())


def spec_of(label: str) -> ImportSpec:
    """The importer of a model whose module is enabled here; raises NotFound naming what there is."""
    host = current_app.extensions["diwan"]
    brought = [spec for plugin, spec in host.call_boot("diwan_imports") if host.enabled(plugin)]
    specs = {spec.label: spec for spec in [*imports(), *brought]}
    if label not in specs:
        raise NotFound(f"nothing imports {label} here; there is: {', '.join(sorted(specs))}")
    return specs[label]


def _tell(report: Report, dry: bool) -> None:
    click.echo(f"{report.read} rows read, {report.imported} {'would be ' if dry else ''}imported")
    if report.ignored:
        click.echo(f"headings that nothing uses: {', '.join(report.ignored)}")
    for reject in report.rejects[:SHOWN]:
        click.echo(f"line {reject.line.number}: {reject.reason[choose_language()]}", err=True)
    if len(report.rejects) > SHOWN:
        click.echo(f"and {len(report.rejects) - SHOWN} more", err=True)
