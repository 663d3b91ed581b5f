"""`diwan audit verify|head`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from sqlalchemy.exc import SQLAlchemyError

from core.data.scope import Scope
from core.errors import Refused
from core.explanation import explain
from core.governorates.present import governorate_context, registry, running_app
from core.work.chain import Head, Report, read_head, verify

one_or_all = click.option("--governorate", "code", help="Code, for example EG-KN; without it all of them.")


@click.group()
def audit() -> None:
    """The audit chain: what was done, by whom, and the proof that nobody has changed it since."""


@audit.command("head")
@one_or_all
def head_(code: str | None) -> None:
    """Print the end of each chain, to be kept elsewhere (`diwan audit head >> heads.txt`)."""
    sound = True
    for each in _codes(code):
        try:
            with governorate_context(running_app(), each, Scope.of_system()) as session:
                click.echo(f"{each} {read_head(session)}")
        except (Refused, SQLAlchemyError) as error:
            sound = _cannot(each, error)
    if not sound:
        raise SystemExit(1)


@audit.command("verify")
@one_or_all
@click.option("--heads", type=click.File(), help="Lines that `diwan audit head` printed earlier.")
def verify_(code: str | None, heads: Iterable[str] | None) -> None:
    """Walk the chains; ends with status 1 and names the first bad row of each that is not sound."""
    known, sound = _read_heads(heads or ()), True
    for each in _codes(code):
        try:
            with governorate_context(running_app(), each, Scope.of_system()) as session:
                report = verify(session, known.get(each, ()), _show(each))
        except (Refused, SQLAlchemyError) as error:
            sound = _cannot(each, error)
            continue
        click.echo(_line(each, report), err=not report.ok)
        sound = sound and report.ok
    if not sound:
        raise SystemExit(1)


def _cannot(code: str, error: Exception) -> bool:
    """Name the governorate whose chain cannot be read, and why; the others are still walked."""
    click.echo(f"{code}: cannot be read: {explain(error)}", err=True)
    return False


def _line(code: str, report: Report) -> str:
    if report.ok:
        return f"{code}: {report.rows} rows, sound; head {report.head}"
    return f"{code}: row {report.bad} is {report.reason}; {report.rows} rows before it are sound"


def _show(code: str) -> Callable[[int], None]:
    return lambda rows: click.echo(f"{code}: {rows} rows read", err=True)


def _codes(code: str | None) -> list[str]:
    if code is not None:
        return [code]
    return [governorate.code for governorate in registry().all()]


def _read_heads(lines: Iterable[str]) -> dict[str, list[Head]]:
    """Heads by governorate; raises Refused naming a line that is none."""
    heads: dict[str, list[Head]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        code, _, text = line.strip().partition(" ")
        try:
            heads.setdefault(code, []).append(Head.parse(text))
        except ValueError as error:
            raise Refused(f"line {number}: {error}") from None
    return heads
