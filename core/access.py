"""Who may call an endpoint, declared on the view itself; the application does not start otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
MARK = "diwan_access"


@dataclass(frozen=True)
class Access:
    """What an endpoint asks: `kind` is public, signed_in, right, machine, root or everywhere.

    `label` and `verb` name the right for kind "right": read, create, write, transition, export. For
    "machine" the label is the door that a key must be for, and `largest` what it takes, in bytes.
    """

    kind: str
    label: str | None = None
    verb: str | None = None
    largest: int | None = None

    @property
    def at_root(self) -> bool:
        """True for pages outside any governorate."""
        return self.kind == "root"

    @property
    def everywhere(self) -> bool:
        """True for files and probes that answer with or without a governorate."""
        return self.kind == "everywhere"


def _mark(access: Access) -> Callable[[View], View]:
    def marked(view: View) -> View:
        setattr(view, MARK, access)
        return view

    return marked


public = _mark(Access("public"))
"""Citizens without an account, inside a governorate."""
signed_in = _mark(Access("signed_in"))
"""Any member of staff; the view itself asks for finer rights."""
root = _mark(Access("root"))
"""Outside any governorate: the directory of governorates."""
everywhere = _mark(Access("everywhere"))
"""With or without a governorate: static files, health."""


def right(label: str, verb: str) -> Callable[[View], View]:
    """Staff whose role has the right `verb` on the model `label` ("complaints.complaint")."""
    return _mark(Access("right", label, verb))


def machine(door: str, *, largest: int) -> Callable[[View], View]:
    """Programs with a key for `door` ("open311"), nobody else; a body of more than `largest` bytes is 413.

    Cookies count for nothing there, so no CSRF token is asked for either.
    """
    return _mark(Access("machine", door, largest=largest))


def machine_doors(app: Flask) -> set[str]:
    """The doors that a key can be issued for."""
    found = (declared(app, rule.endpoint) for rule in app.url_map.iter_rules())
    return {str(access.label) for access in found if access is not None and access.kind == "machine"}


def declared(app: Flask, endpoint: str) -> Access | None:
    """What the view behind `endpoint` declared; None if it declared nothing."""
    view = app.view_functions.get(endpoint)
    while view is not None:
        found: Access | None = getattr(view, MARK, None)
        if found is not None:
            return found
        view = getattr(view, "__wrapped__", None)
    return None
