"""Where this installation answers, for links made outside of a request; how an address is told."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import current_app
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened at
FILE = "address"


def note_address(host: str, port: int) -> str:
    """Write into the data folder where the server listens, so that commands can name it; returns it."""
    shown = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    with suppress(OSError):  # a folder that is only read costs links their port, not the service its start
        (_settings().data_dir / FILE).write_text(address + "\n")
    return address


def base_address() -> str:
    """The base of every link, without a slash at its end: what was configured, else where we last served."""
    settings = _settings()
    if settings.base_url:
        return str(settings.base_url).rstrip("/")
    try:
        return str((settings.data_dir / FILE).read_text().strip())
    except OSError:
        return f"http://127.0.0.1:{settings.port}"


def without_password(url: str) -> str:
    """A database's or server's address, its password as ***."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "***"


def _settings() -> Any:
    return current_app.config["DIWAN"]
