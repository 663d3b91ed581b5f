"""What went wrong, in one clear sentence with the right status; never a trace, never another's data."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException, SecurityError

from admin.record_view import RecordView
from admin.resending import from_here, resending
from admin.told import told
from admin.view import views
from core.data.base import db
from core.errors import Refused
from core.gate import wants_json
from core.governorates.mounts import KEY

logger = logging.getLogger("diwan.errors")
RETRY = 30
"""Seconds after which a page that is away may be asked for again."""
FORMS = "diwan_error_forms"
Form = Callable[[int, str], Response]
"""Makes the answer of a machine interface from a status and a sentence."""


def init(app: Flask) -> None:
    """Answer every kind of failure of `app`."""
    app.register_error_handler(HTTPException, tell_http)
    app.register_error_handler(Refused, tell_refused)
    app.register_error_handler(DBAPIError, tell_database)
    app.register_error_handler(Exception, tell_fault)


def tell_http(error: HTTPException) -> ResponseReturnValue:
    """An HTTP error; our own sentences are passed on, werkzeug's English ones are not."""
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        plain = "text/plain; charset=utf-8"  # no page of a foreign host
        return Response(str(told(400)[1]), 400, content_type=plain)
    if isinstance(error, CSRFError):
        return _tell_late()
    own = error.description if error.description != type(error).description else None
    return _page(
        error.code, own if error.code in (400, 404, 429) else None, getattr(error, "retry_after", None)
    )


def tell_as(blueprint: Blueprint, form: Form) -> None:
    """Have whatever goes wrong below the address of `blueprint` told in its own form instead of a page.

    Also what no view of it answers: an unknown address, a wrong method, a database that is away.
    """
    blueprint.record(
        lambda state: state.app.extensions.setdefault(FORMS, {}).update(
            {f"{state.url_prefix}/": (blueprint.name, form)}
        )
    )


def _form_here() -> Form | None:
    """The form of the machine interface that was asked, where its module is not known to be disabled."""
    if g.get("governorate") is None:
        return None
    for prefix, (name, form) in current_app.extensions.get(FORMS, {}).items():
        owner = current_app.extensions["diwan"].plugin_of(f"{name}.")
        if request.path.startswith(prefix) and owner in g.get("modules", {owner}):
            found: Form = form
            return found
    return None


AWAY = ("OperationalError", "InterfaceError", "DatabaseError")
"""The last is what SQLite says of a damaged file; SQLAlchemy's other errors have names of their own."""


def tell_refused(error: Refused) -> ResponseReturnValue:
    """What core refused, with its sentence."""
    _let_go()
    return _page(error.status, error.sentence)


def tell_database(error: DBAPIError) -> ResponseReturnValue:
    """A value that the database cannot hold is a bad request; a database that is away is maintenance."""
    _let_go()
    if isinstance(error, DataError):
        return _page(400)
    if error.connection_invalidated or type(error).__name__ in AWAY:
        logger.error("database away in request %s: %s", g.get("request_id", "-"), type(error).__name__)
        return _page(503)
    return tell_fault(error)


def tell_fault(error: Exception) -> ResponseReturnValue:
    """Anything else is a fault of ours: recorded with the request's id, told without detail."""
    _let_go()
    logger.exception("fault in request %s", g.get("request_id", "-"), exc_info=error)
    return _page(500)


def _let_go() -> None:
    if g.get("binding") is None:
        return
    try:
        db.session.rollback()
    except Exception:
        logger.warning("the session could not be rolled back", exc_info=True)


def _page(status: int, sentence: Any = None, retry: Any = None, *, late: bool = False) -> ResponseReturnValue:
    title, usual = told(status)
    headers = {"Retry-After": str(retry or RETRY)} if status in (429, 503) else {}
    words = str(sentence or usual)
    form = _form_here()
    if form is not None:
        return form(status, words), headers
    if wants_json():
        return {"error": words, "request_id": g.get("request_id")}, status, headers
    again = resending() if status == 401 or late else None
    page = render_template(
        "error.html",
        shell="base.html" if again is None and _in_shell(status) else "plain.html",
        title=_("Please send this again") if late else title,
        sentence=words,
        code=status,
        request_id=g.get("request_id", "")[:8],
        links=_links(status),
        again=again,
        sign_in_url=url_for("security.login") if again is not None and status == 401 else None,
    )
    return page, status, headers


def _in_shell(status: int) -> bool:
    """Whether the menu stands around it: a staff page that somebody signed in was refused."""
    staff = request.path.startswith("/admin/") and g.get("scope") is not None
    return staff and status < 500 and _is_in()


def _is_in() -> bool:
    """Whether somebody is signed in who need not choose a password first."""
    return current_user.is_authenticated and not current_user.must_choose_password


def _tell_late() -> ResponseReturnValue:
    """The page's token has ended, or is another sign-in's; what our own page sent may be sent again."""
    if from_here():
        return _page(400, _("This page was open for too long, so nothing was saved yet."), late=True)
    return _page(
        400, _("This page was open for too long or was sent from elsewhere. Go back, reload and try again.")
    )


def _returning() -> str:
    """The page that posted: the address itself if it is a page too, else where the browser says it was."""
    if request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        return request.script_root + request.full_path.rstrip("?")
    before = urlsplit(request.referrer or "")
    own = before.netloc == request.host and before.path.startswith(f"{request.script_root}/admin/")
    return before.path if own else f"{request.script_root}/admin/"


def _links(status: int) -> list[tuple[Any, str]]:
    if g.get("governorate") is None and (code := request.environ.get(KEY)):
        return [(_("To the list of governorates"), request.script_root.removesuffix(f"/{code}") + "/")]
    root = f"{request.script_root}/"
    if status == 401 and g.get("governorate") is not None:
        return [(_("Sign in"), url_for("security.login", next=_returning()))]
    if status in (500, 503):
        return (
            [(_("Try again"), request.script_root + request.full_path.rstrip("?"))]
            if request.method == "GET"
            else []
        )
    return [
        *_near(status),
        (
            _("To the first page"),
            f"{root}admin/" if g.get("scope") is not None and g.scope.actor_id else root,
        ),
    ]


def _near(status: int) -> Iterator[tuple[Any, str]]:
    """The record, unless it is the one that cannot be shown, and the list of the page that was refused."""
    view = next((view for view in views() if view.endpoint == request.blueprint), None)
    if not isinstance(view, RecordView) or not _in_shell(status) or not view.is_accessible():
        return
    key, shown = (request.view_args or {}).get("id"), str(request.endpoint).endswith(".record")
    if key is not None and status != 404 and not shown:
        yield _("To the record"), view.link("record", id=key)
    yield view.title, view.link()
