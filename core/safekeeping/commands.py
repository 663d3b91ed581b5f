"""`diwan backup|verify-backup|restore`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Refused
from core.explanation import explain
from core.governorates.address import without_password
from core.governorates.present import registry
from core.safekeeping.backup import back_up
from core.safekeeping.manifest import Manifest
from core.safekeeping.restoring import check_backup, restore

FOLDER = "backups"
Folder = click.Path(file_okay=False, path_type=Path)
File = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@click.option("--governorate", "codes", metavar="CODE", multiple=True, help="Only these.")
@click.option("--all", "every", is_flag=True, help="Every governorate that is served.")
@click.option("--to", "folder", type=Folder, help="Folder; default: backups in the data folder.")
def backup(codes: tuple[str, ...], every: bool, folder: Path | None) -> None:
    """Write one file per governorate with all its data and attachments, while people go on working.

    It holds citizens' data: keep it as the databases are kept, and encrypt it before it leaves the machine.
    """
    if bool(codes) == every:
        raise click.UsageError("give --governorate CODE or --all")
    chosen = [one.code for one in registry().all()] if every else [code.upper() for code in codes]
    whole = [_back_up(code, folder or current_app.config["DIWAN"].data_dir / FOLDER) for code in chosen]
    if not all(whole):
        raise SystemExit(1)


def _back_up(code: str, folder: Path) -> bool:
    """One governorate that fails stops no other; returns whether all of it was kept."""
    try:
        path, manifest = back_up(code, folder, _watcher())
    except (Refused, SQLAlchemyError, OSError) as error:
        click.echo(f"{code}: no backup: {explain(error)}", err=True)
        return False
    click.echo(f"{path} {_about(manifest)}")
    for name in manifest.lost:
        click.echo(f"{code}: the attachment {name} is missing or damaged in the store", err=True)
    return not manifest.lost


@click.command("verify-backup")
@File
@click.option("--scratch", metavar="URL", help="Empty database to try it in; default: a file that goes.")
def verify_backup(file: Path, scratch: str | None) -> None:
    """Read every byte of a backup, restore it to a scratch database and compare hashes, rows and audit."""
    manifest = check_backup(file, scratch, _watcher())
    click.echo(f"{file} is sound: {_about(manifest)}")


@click.command("restore")
@File
@click.option("--as", "code", metavar="CODE", help="The governorate that it must be; another's is refused.")
@click.option("--to", "url", metavar="URL", help="URL of an empty database; default as in governorate add.")
@click.option("--replace", is_flag=True, help="Serve it in place of the present one, whose database is kept.")
def restore_(file: Path, code: str | None, url: str | None, replace: bool) -> None:
    """Serve a governorate from its backup, with a new database, at the present version of the code."""
    found = restore(file, code=code.upper() if code else None, url=url, replace=replace, progress=_watcher())
    click.echo(
        f"{found.manifest.code} is served from {without_password(found.url)}: {_about(found.manifest)}"
    )
    if found.before:
        click.echo(f"Its database before is kept as it was: {without_password(found.before)}")
    if found.held or found.withdrawn:
        click.echo(
            f"{found.held + found.withdrawn} messages were waiting and may have been sent since the backup: "
            f"{found.held} wait among the undelivered until an administrator sends them, "
            f"{found.withdrawn} with a secret are withdrawn"
        )
    faults = [step for step in found.steps if step.error]
    for step in faults:
        click.echo(f"{step.code} {step.plugin}: {step.error}", err=True)
    if faults:
        raise Refused("not all could be upgraded: see above, then run diwan upgrade")


def _about(manifest: Manifest) -> str:
    return (
        f"{manifest.code} of {manifest.made_at[:19]}Z, {len(manifest.tables)} tables, {manifest.rows} rows, "
        f"{len(manifest.files)} attachments, audit {manifest.audit.partition(':')[0]}"
    )


def _watcher() -> Callable[[str], None]:
    """On a terminal, the name of what is under way in one line."""
    if not sys.stderr.isatty():
        return lambda name: None
    return lambda name: click.echo(f"\r\x1b[K{name}", err=True, nl=False)
