"""Our own and the vendor's style sheets, scripts and fonts, named by content: browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory, url_for

from admin.assets import build
from core.access import everywhere

STATIC = Path(__file__).with_name("static")
YEAR = 365 * 24 * 3600

files = Blueprint("admin_files", __name__)


@files.get("/static/<path:name>")
@everywhere
def file(name: str) -> Response:
    """One file; for ever cacheable when asked for with the hash of its content."""
    if "\x00" in name:
        abort(404)
    known = bool(request.args.get("v"))
    response = send_from_directory(STATIC, name, max_age=YEAR if known else 300)
    if known:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def asset(name: str) -> str:
    """Address of `static/<name>`; the template function of the same name."""
    return url_for("admin_files.file", name=name, v=_hash(name))


def icon_url(name: str) -> str:
    """Address of a drawing in the sprite (assets.toml lists the names)."""
    return f"{asset('vendor/icons.svg')}#tabler-{name}"


@cache
def _hash(name: str) -> str | None:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else None


def missing_assets() -> list[str]:
    """Vendor files that are not there; asked again on every page only while some are missing."""
    found = _missing()
    if found:
        _missing.cache_clear()
        _hash.cache_clear()
    return found


@cache
def _missing() -> list[str]:
    return build.missing()
