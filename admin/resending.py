"""A form that came too late, after the sign-in or the page's token had ended, is given back to be sent again.

What was typed stands in a form on the page that refuses it, addressed to the same address and nowhere
else. Only our own pages get this: to a stranger's page it would be a forged request with our token on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

WITHHELD = ("password", "secret")
"""Parts of the names of fields that are typed anew, never given back."""
ALSO = frozenset({"again", "csrf_token"})
"""Whole names of such fields."""


@dataclass(frozen=True)
class Resending:
    """What was posted, to be posted once more; `retype` if something must be entered or chosen anew."""

    values: list[tuple[str, str]]
    retype: bool
    enctype: str


def resending() -> Resending | None:
    """What the present request posted; None unless one of our own pages posted it and it can be read."""
    if request.method != "POST" or not from_here():
        return None
    try:
        typed = list(request.form.items(multi=True))
        files = any(file.filename for file in request.files.values())
    except HTTPException:  # larger than is accepted: nothing of it was read
        return None
    kept = [(name, value) for name, value in typed if not _withheld(name)]
    lost = any(_withheld(name) and name != "csrf_token" for name, _ in typed)
    return Resending(kept, files or lost, request.mimetype)


def from_here() -> bool:
    """Whether a page of this host sent the request, by what browsers let no page alter.

    Sec-Fetch-Site decides where it is sent (it is not without TLS), else Origin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return _host(request.headers.get("Origin", "")) == request.host


def _host(origin: str) -> Any:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _withheld(name: str) -> bool:
    return name in ALSO or any(part in name.lower() for part in WITHHELD)
