"""The two switches of every page: Arabic or English, light or dark.

Kept in cookies of the mount, so no page asks the database; the language also at the person's account.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, after_this_request, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, user_logged_in

from core.access import everywhere
from core.data.base import db
from core.data.scope import enter_scope
from core.language import COOKIE, LANGUAGES, choose_language
from core.people.scopes import scope_of

SCHEMES = ("light", "dark")
THEME = "theme"
YEAR = 365 * 24 * 3600

preferences = Blueprint("admin_preferences", __name__)


def direction() -> str:
    """ "rtl" or "ltr", for `<html dir>`."""
    return "rtl" if choose_language() == "ar" else "ltr"


def scheme() -> str:
    """ "light" or "dark" if somebody chose, else empty: the page then follows the system."""
    chosen = request.cookies.get(THEME)
    return chosen if chosen in SCHEMES else ""


def other_languages() -> list[tuple[str, str]]:
    """(code, own name) of the languages one may switch to."""
    return [(code, name) for code, name in LANGUAGES.items() if code != choose_language()]


def here() -> str:
    """Where a switch comes back to, below the mount: the present page, or the first if this was no GET."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


@preferences.post("/language")
@everywhere
def set_language() -> ResponseReturnValue:
    """Switch the language, in this browser and, when signed in, for the person."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    _keep(COOKIE, language)
    if g.get("governorate") is not None and current_user.is_authenticated:
        _note(language)
    return redirect(back())


@preferences.post("/theme")
@everywhere
def set_theme() -> ResponseReturnValue:
    """Remember light or dark in this browser."""
    theme = request.form.get("theme", "")
    if theme not in SCHEMES:
        abort(400)
    _keep(THEME, theme)
    return redirect(back())


def back() -> str:
    """The page to return to: a path below this mount, never another site."""
    path = request.form.get("next", "/")
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return request.script_root + (path if own and not urlsplit(path).netloc else "/")


def init(app: Flask) -> None:
    """Whoever signs in finds the language they last chose."""
    user_logged_in.connect(_recall, app)


def _note(language: str) -> None:
    session = db.session()
    session.commit()
    session.info["write"] = True
    enter_scope(session, scope_of(current_user))
    current_user.language = language
    session.commit()


def _recall(sender: Any, user: Any, **details: Any) -> None:
    if getattr(user, "language", None) in LANGUAGES:
        _keep(COOKIE, user.language)


def _keep(name: str, value: str) -> None:
    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=YEAR,
            path=f"{request.script_root}/",
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
        return response
