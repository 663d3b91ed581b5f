"""`diwan doctor`: the settings in force, and everything that should not be as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import click
from flask import Flask

from core.config import Settings
from core.errors import Refused, reason
from core.governorates.address import without_password
from core.governorates.present import registry, running_app
from core.operation import examination, installation
from core.operation.finding import Finding


@click.command()
@click.option("--governorate", "codes", metavar="CODE", multiple=True, help="Only these; default all.")
def doctor(codes: tuple[str, ...]) -> None:
    """List the settings and say what is wrong; status 1 if anything grave is."""
    app = running_app()
    for name, value in shown_settings(app.config["DIWAN"]):
        click.echo(f"{name:24} {value}")
    found = list(examine(app, codes))
    for finding in found:
        click.echo(f"{'WRONG ' if finding.grave else 'advice'} {finding.where}: {finding.what}")
    grave = sum(finding.grave for finding in found)
    if grave:
        raise Refused(f"{grave} {'thing is' if grave == 1 else 'things are'} wrong")
    click.echo("Nothing is wrong")


def examine(app: Flask, codes: Iterable[str] = ()) -> Iterator[Finding]:
    """Every finding, of the installation first; raises Refused for a code that is not served."""
    served = {one.code: one for one in registry().all()}
    if unknown := [code for code in codes if code not in served]:
        raise Refused(f"{unknown[0]} is not served here")
    chosen = [served[code] for code in codes or served]
    for check in installation.CHECKS:
        yield from check(app)
    for governorate in chosen:
        for look in examination.CHECKS:
            try:
                yield from look(app, governorate)
            except examination.Absent:
                break
            except Exception as error:
                yield Finding(governorate.code, f"cannot be examined: {reason(error)}")
                break


def shown_settings(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Names and values as they may be shown: no key, no password."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        name = f"DIWAN_{field.name.upper()}"
        if field.name in ("secret_key", "s3_secret_key") and value:
            value = f"set, {len(value)} characters"
        elif field.name.endswith("_url") and value:
            value = without_password(value)
        elif isinstance(value, tuple):
            value = ", ".join(map(str, value))
        yield name, "-" if value in (None, "") else value
