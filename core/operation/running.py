"""`diwan run`: server and worker together, for one box and for trying it out."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import click
from flask import current_app

from core.data.scope import Scope
from core.errors import Refused, reason
from core.governorates.present import governorate_context, registry, running_app
from core.people.demo import PASSWORD, demo_accounts

PATIENCE = 60
"""Seconds the server may take to answer."""
GRACE = 10
"""Seconds a process may take to end."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default DIWAN_PORT or 8000.")
def run(port: int | None) -> None:
    """Start server and worker, print where to go, and stop both on Ctrl-C."""
    settings = current_app.config["DIWAN"]
    address = (settings.host, port or settings.port)
    _refuse_taken(*address)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job is started with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["server"] = _start("serve", "--port", str(address[1]))
        children["worker"] = _start("worker")
        _await_answer(children, *address)
        for line in describe(*address):
            click.echo(line)
        _watch(children)
    except KeyboardInterrupt:
        click.echo("\nStopping")
    finally:
        _stop(children)


def describe(host: str, port: int) -> Iterator[str]:
    """Addresses, and for demo data the logins that work there."""
    base = current_app.config["DIWAN"].base_url or f"http://{host}:{port}"
    yield f"\nDiwan is ready: {base.rstrip('/')}/  (Ctrl-C stops it)"
    app = running_app()
    demo = False
    for governorate in registry().all():
        yield f"  {base.rstrip('/')}/{governorate.code}/   {governorate.name_en}   {governorate.name_ar}"
        try:
            with governorate_context(app, governorate.code, Scope.of_system()) as session:
                names = demo_accounts(session)
        except Exception as error:
            yield f"      cannot be served now: {reason(error)}"
            continue
        if names:
            demo = True
            yield f"      {_some(names)}"
    if demo:
        yield f"Sign in with one of the names above; demo password: {PASSWORD}"


def _some(names: list[str]) -> str:
    """One user of each kind: `focal.qena` stands for all whose name begins with `focal.`."""
    shown = {name.partition(".")[0]: name for name in reversed(names)}
    rest = len(names) - len(shown)
    return ", ".join(sorted(shown.values())) + (f" and {rest} more" if rest else "")


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"port {port} is in use or not ours; choose another: "
                f"make run PORT={port + 1}, or diwan run --port {port + 1}"
            ) from error


def _start(*words: str) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C comes to us alone; the pipe tells it when we are gone."""
    command = [sys.executable, "-P", "-m", "core.cli", *words, "--follow"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603


def _await_answer(children: dict[str, Any], host: str, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        _refuse_ended(children)
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Refused(f"the server did not answer within {PATIENCE} s")


def _watch(children: dict[str, Any]) -> None:
    while True:
        _refuse_ended(children)
        time.sleep(0.5)


def _refuse_ended(children: dict[str, Any]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise Refused(f"the {name} has ended with status {child.returncode}")


def _stop(children: dict[str, Any]) -> None:
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdin.close()
