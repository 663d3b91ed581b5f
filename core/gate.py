"""What every request passes before its view: governorate, module, login, right, scope.

The order is the meaning: a foreign or disabled thing must answer 404 before anyone is told
that a login or a right is missing.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DBAPIError

from core.access import Access, declared
from core.data.base import db
from core.data.scope import Scope, enter_scope
from core.errors import NotAllowed, NotFound, Refused, Unavailable
from core.governorates.mounts import KEY
from core.governorates.present import bind, registry
from core.governorates.registry import Governorate
from core.people.access import may
from core.people.limits import hit
from core.people.machine_keys import find_machine
from core.people.scopes import scope_of

csrf = CSRFProtect()
CHOOSING = "security.change_password"
"""The page where people choose their password."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEY_FIELD = "api_key"
"""Where a machine shows its key, in the form or the address: the name that Open311 gives it."""
WRONG_KEYS, QUARTER = 20, 15 * 60
"""So many wrong keys an address may show in a quarter of an hour, to hear more than that it should wait."""


def init(app: Flask) -> None:
    """Put the gate in front of every view, CSRF behind it; refuse to start with an undeclared route."""
    app.before_request(enter)
    csrf.init_app(app)
    app.after_request(mark)
    undeclared = [rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None]
    if undeclared:
        raise RuntimeError(f"routes without declared access: {', '.join(sorted(undeclared))}")
    for rule in app.url_map.iter_rules():
        access = declared(app, rule.endpoint)
        if access is not None and access.kind == "machine":
            csrf.exempt(app.view_functions[rule.endpoint])  # what opens it no browser sends by itself
    beyond = [rule.endpoint for rule in app.url_map.iter_rules() if _is_beyond(app, rule.endpoint)]
    if beyond:
        raise RuntimeError(f"a module's pages belong to a governorate: {', '.join(sorted(beyond))}")


def _is_beyond(app: Flask, endpoint: str) -> bool:
    """Whether a module's page asks to answer outside of governorates: there it could not be switched off."""
    access = declared(app, endpoint)
    owned = app.extensions["diwan"].plugin_of(endpoint) is not None
    return owned and access is not None and (access.everywhere or access.at_root)


def enter() -> Any:
    """Answer None when the view may run; otherwise abort or return the answer.

    A database that is away or outdated is Unavailable (503) for its governorate alone.
    """
    g.request_id = uuid4().hex
    access = declared(current_app, request.endpoint) if request.endpoint else None
    everywhere = access is not None and access.everywhere
    governorate = g.governorate or (None if everywhere else find())  # an error page finds its styles anywhere
    if governorate is not None:
        bind(governorate)
    if everywhere:
        return None
    if request.endpoint is None:
        if governorate is not None:
            read_state()
        return None  # the router's own 404 or 405, shown in the governorate's frame
    if access is None or access.at_root != (governorate is None):
        abort(404)
    return _enter_governorate(access) if governorate is not None else None


def find() -> Governorate | None:
    """The governorate of this request, by mount or host; raises NotFound for an unknown code.

    A governorate's own host is an origin of its own, so it serves no other's mount.
    """
    code, owner = request.environ.get(KEY), registry().at_host(request.host.partition(":")[0])
    if code is None:
        return owner
    governorate = registry().get(code)
    if governorate is None or (owner is not None and owner.code != code):
        raise NotFound(_("There is no governorate at this address."))
    return governorate


def read_state() -> None:
    """Learn what is enabled in the present governorate; raises Unavailable where its database cannot say.

    For the gate itself, and for a page that answers everywhere and then shows a governorate's own things.
    """
    try:
        current_app.extensions["diwan"].refresh(db.session())
    except DBAPIError as error:
        db.session.rollback()
        current_app.logger.error(
            "governorate %s cannot be read: %s", g.governorate.code, type(error).__name__
        )
        raise Unavailable(
            _("This governorate's service is away at the moment. Please try again soon.")
        ) from error


def _enter_governorate(access: Any) -> Any:
    """Module, person, right; then the session begins its work under the person's scope."""
    read_state()
    host = current_app.extensions["diwan"]
    owner = host.plugin_of(request.endpoint)
    if owner is not None and not host.enabled(owner):
        abort(404)
    answer = require(access)
    if answer is not None:
        return answer
    session = db.session()
    enter_scope(session, g.get("scope") or Scope.of_public())
    session.commit()  # ends the gate's reading: a writer takes SQLite's lock at its own first statement
    session.info["write"] = request.method not in SAFE
    return None


def require(access: Access) -> Any:
    """None if the present person may go on, else the answer: to the login page, or NotAllowed (403).

    Who still has a password that somebody else made gets no further than choosing their own. Sets
    `g.scope` for signed-in staff on every kind of page.
    """
    if access.kind == "machine":
        return _admit(access)
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


def _admit(access: Access) -> None:
    """Let a program in by its key: `g.machine` says which one; it reaches no record, as the public does.

    Raises NotAllowed (403) for a key that is not in force for this door here, Refused (429) after too many.
    """
    request.max_content_length = access.largest
    door, typed = str(access.label), request.form.get(KEY_FIELD) or request.args.get(KEY_FIELD, "")
    found = find_machine(db.session(), door, typed)
    if found is None:
        if not hit(f"machine.{door}:{request.remote_addr}", WRONG_KEYS, QUARTER):
            raise Refused(_("Too many wrong keys came from your address. Wait a quarter of an hour."), 429)
        raise NotAllowed(_("This key is not known here: ask the governorate for one."))
    g.machine, g.scope = found, Scope(unit_id=found.unit_id, origin="machine")


def _choose_first() -> Any:
    """To the page of passwords; what is no page that a browser opens is refused with the reason."""
    if request.method in ("GET", "HEAD") and not wants_json():
        return redirect(url_for(CHOOSING))
    raise NotAllowed(_("First choose a password of your own: somebody else made the present one."))


def wants_json() -> bool:
    """Whether a program asks, which is told in JSON; a browser, and who names nothing, gets a page."""
    best = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    return best == "application/json"


def mark(response: Response) -> Response:
    """Name the request in the answer, for support and logs."""
    response.headers.setdefault("X-Request-ID", g.get("request_id", "-"))
    return response
