"""Who may call an endpoint, declared on the view itself; the application does not start otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core.errors import NotAllowed
from core.people.access import may
from core.people.scopes import scope_of

View = TypeVar("View", bound=Callable[..., Any])
MARK = "diwan_access"
CHOOSING = "security.change_password"
"""The page where people choose their password."""


@dataclass(frozen=True)
class Access:
    """What an endpoint asks: `kind` is public, signed_in, right, root or everywhere.

    `label` and `verb` name the right for kind "right": read, create, write, transition, export.
    """

    kind: str
    label: str | None = None
    verb: str | None = None

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


def declared(app: Flask, endpoint: str) -> Access | None:
    """What the view behind `endpoint` declared; None if it declared nothing."""
    view = app.view_functions.get(endpoint)
    while view is not None:
        found: Access | None = getattr(view, MARK, None)
        if found is not None:
            return found
        view = getattr(view, "__wrapped__", None)
    return None


def require(access: Access) -> Any:
    """None if the present person may go on, else the answer: to the login page, or NotAllowed (403).

    Who still has a password that somebody else made gets no further than choosing their own. Sets
    `g.scope` for signed-in staff on every kind of page.
    """
    if current_user.is_authenticated:
        g.scope = scope_of(current_user)
    if access.kind == "public":
        return None
    if not current_user.is_authenticated:
        if request.method not in ("GET", "HEAD"):
            abort(401)
        return redirect(url_for("security.login", next=request.script_root + request.full_path.rstrip("?")))
    if current_user.must_choose_password and request.endpoint != CHOOSING:
        return _choose_first()
    if access.kind == "right" and not may(str(access.verb), str(access.label)):
        raise NotAllowed(_("Your role does not permit this. Ask your administrator if you need it."))
    return None


def _choose_first() -> Any:
    """To the page of passwords; what is no page that a browser opens is refused with the reason."""
    wanted = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    if request.method in ("GET", "HEAD") and wanted == "text/html":
        return redirect(url_for(CHOOSING))
    raise NotAllowed(_("First choose a password of your own: somebody else made the present one."))
