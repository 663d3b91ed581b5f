"""Flask-Security set up for Diwan, and what signing in and out does besides.

Used of it: Argon2, the login, logout and password pages, and its messages. Not used: registration,
recovery by mail, tokens of any kind, JSON, its templates (admin/ has ours), its roles.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, g, request, session
from flask_babel import lazy_gettext
from flask_login import user_logged_out
from flask_security import Security, SQLAlchemyUserDatastore, password_changed, user_authenticated
from flask_security.utils import set_request_attr
from itsdangerous import BadSignature
from sqlalchemy.exc import DBAPIError

from core.access import public, signed_in
from core.data.base import db
from core.data.time import now
from core.people import changes  # noqa: F401  (follows every change of people)
from core.people.logins import end_login, find_login, open_login
from core.people.passwords import Passwords
from core.people.sign_in import PasswordForm, SignInForm
from core.people.users import Role, User

NUMBER, SEEN = "login", "seen"
"""Keys of the cookie: the sign-in's random number; when the person was last here (seconds)."""
IDLE, NOTE_EVERY = 2 * 60 * 60, 5 * 60
KEPT = ("_user_id", "_fresh", "_id", "fs_paa", "language")
"""What a cookie keeps over a sign-in; everything else, the CSRF token first, starts anew."""

SETTINGS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": True,
    "CHANGEABLE": True,
    "SEND_PASSWORD_CHANGE_EMAIL": False,
    "CHANGE_URL": "/password",
    "LOGIN_URL": "/login",
    "LOGOUT_URL": "/logout",
    "LOGOUT_METHODS": ["POST"],
    "POST_LOGIN_VIEW": "admin.index",
    "POST_LOGOUT_VIEW": "security.login",
    "POST_CHANGE_VIEW": "admin.index",
    "API_ENABLED_METHODS": ["session"],
    "MSG_INVALID_PASSWORD": (lazy_gettext("The present password is not right."), "error"),
    "FRESHNESS": timedelta(minutes=-1),
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": False,
    "CLI_ROLES_NAME": False,
}


class NoTokens:
    """Stands where Flask-Security keeps its signers.

    They are made once, with one key for all governorates; what they signed would be good everywhere.
    """

    def dumps(self, *args: Any, **kwargs: Any) -> str:
        """Raises RuntimeError: Diwan hands out no such token."""
        raise RuntimeError("Diwan hands out no signed tokens of Flask-Security")

    def loads(self, *args: Any, **kwargs: Any) -> Any:
        """Raises BadSignature: no such token was ever handed out."""
        raise BadSignature("no such token")


def init_security(app: Flask) -> Security:
    """Set Flask-Security up on `app`; before the gate, because its own request hook is taken out."""
    for key, value in SETTINGS.items():
        app.config.setdefault(f"SECURITY_{key}", value)
    app.config.setdefault("SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", _cost(app.testing))
    app.config["SESSION_PROTECTION"] = None
    store = SQLAlchemyUserDatastore(db, User, Role)
    security = Security(
        app,
        store,
        login_form=SignInForm,
        change_password_form=PasswordForm,
        password_util_cls=Passwords,
    )
    security.want_json(lambda request: False)
    _disarm(app, security)
    public(app.view_functions["security.login"])
    public(app.view_functions["security.logout"])
    signed_in(app.view_functions["security.change_password"])
    return security


def _cost(testing: bool) -> dict[str, int]:
    """Argon2id with 32 MiB, 3 rounds (OWASP asks for at least 19 MiB, 2 rounds); next to nothing in tests."""
    if testing:
        return {"argon2__memory_cost": 64, "argon2__rounds": 1, "argon2__parallelism": 1}
    return {"argon2__memory_cost": 32 * 1024, "argon2__rounds": 3, "argon2__parallelism": 1}


def _disarm(app: Flask, security: Security) -> None:
    """Take out what would sign alike for all governorates, or touch the database before the gate."""
    for name in [name for name in vars(security) if name.endswith("_serializer")]:
        setattr(security, name, NoTokens())
    manager = security.login_manager
    manager.user_loader(load_user)
    manager.request_loader(lambda request: None)
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(manager._update_remember_cookie)
    app.blueprints["security"].template_folder = None
    app.before_request_funcs.setdefault("security", []).append(refuse_strange)
    user_authenticated.connect(signed_in_now, app)
    user_logged_out.connect(signed_out_now, app)
    password_changed.connect(chosen_now, app)


def refuse_strange() -> None:
    """These pages are for people: 415 for a JSON body, 400 for a `next` that is no address."""
    if request.is_json:
        abort(415)
    try:
        for address in (*request.args.getlist("next"), *request.form.getlist("next")):
            urlsplit(address)  # Flask-Security would fail on it
    except ValueError:
        abort(400)


def load_user(uniquifier: str) -> User | None:
    """The person of this request's cookie: signed for this governorate, sign-in open, not idle too long."""
    number, seen = session.get(NUMBER), session.get(SEEN, 0)
    if not number or g.get("binding") is None:
        return None
    moment = int(now().timestamp())
    try:
        found = find_login(db.session(), number)
    except DBAPIError:  # away since the gate looked: nobody is signed in, the next page says why
        db.session.rollback()
        return None
    if found is None or found.fs_uniquifier != uniquifier or moment - seen > IDLE:
        for key in (NUMBER, SEEN, "_user_id", "_fresh", "_id"):
            session.pop(key, None)
        return None
    if moment - seen > NOTE_EVERY:
        session[SEEN] = moment
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found


def signed_in_now(sender: Flask, user: User, **extra: Any) -> None:
    """A new cookie and a row of its own for every sign-in: what was known before it is worth nothing."""
    kept = {key: session[key] for key in KEPT if key in session}
    session.clear()
    g.pop("csrf_token", None)
    session.update(kept)
    session[NUMBER] = open_login(
        db.session(), user, address=request.remote_addr, agent=request.user_agent.string
    )
    session[SEEN] = int(now().timestamp())


def signed_out_now(sender: Flask, **extra: Any) -> None:
    """The row is closed, so a copy of the cookie is worth nothing either."""
    number = session.get(NUMBER)
    if number:
        end_login(db.session(), number, "logout")
        db.session.commit()
    session.clear()


def chosen_now(sender: Flask, user: User, **extra: Any) -> None:
    """On the page of passwords people choose their own; committed with it."""
    user.initial_password_at = None
