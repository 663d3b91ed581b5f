"""`diwan serve`: the application behind waitress.

Where one process is too small: `granian --interface wsgi --factory core.app:create_app --workers 2`.
"""

from __future__ import annotations

import errno
import signal
import sys
from typing import Any

import click
import waitress
from flask import current_app

from core.errors import Refused
from core.governorates.address import note_address
from core.governorates.present import running_app
from core.operation.parent import follow_parent

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes that waitress takes in; the application refuses smaller ones already, with a page of its own."""


@click.command()
@click.option("--host", help="Address to listen at; default DIWAN_HOST or 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default DIWAN_PORT or 8000.")
@click.option("--follow", is_flag=True, hidden=True, help="End when standard input does.")
def serve(host: str | None, port: int | None, follow: bool) -> None:
    """Serve every governorate until stopped."""
    settings = current_app.config["DIWAN"]
    host, port = host or settings.host, port or settings.port
    if follow:
        follow_parent()
    server = _listen(host, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress then finishes what it has begun
    note_address(host, port)
    click.echo(f"Serving at http://{host}:{port}/")
    server.run()


def _listen(host: str, port: int) -> Any:
    app = running_app()
    settings = app.config["DIWAN"]
    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=settings.threads,
            ident="Diwan",
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(f"port {port} is in use; choose another, for example: --port {port + 1}") from error
        raise Refused(f"cannot listen at {host}:{port}: {error.strerror}") from error
