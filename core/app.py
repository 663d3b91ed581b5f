"""create_app(settings): build, load, gate."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Flask, Request, g, has_app_context
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from core import gate
from core.config import ASSETS, PRIVATE, SettingError, Settings, read_settings
from core.data import guard  # noqa: F401  (registers the guard on every session)
from core.data.base import db
from core.errors import Refused
from core.governorates.engines import Engines, open_engine
from core.governorates.mounts import Mounts
from core.governorates.registry import Registry
from core.keys import ROOT, derive_from
from core.language import init_language
from core.messages import outbox  # noqa: F401  (maps its table)
from core.modules.loader import load
from core.operation.health import health
from core.people import categories  # noqa: F401  (maps its table)
from core.people.security import init_security
from core.work import audit, moves, notes, numbering  # noqa: F401  (listeners on every session, tables)
from core.work.clocks import promises, tables  # noqa: F401  (the same)
from core.work.files import attachments  # noqa: F401  (its table, and what a rollback takes back)


class MountCookies(SecureCookieSessionInterface):
    """Session cookies that live on the governorate's mount and are signed with its key."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The governorate first, for the key depends on it; the gate says what is wrong with it."""
        g.governorate = None
        with suppress(SQLAlchemyError, Refused, HTTPException):
            g.governorate = gate.find()
        return super().open_session(app, request)

    def get_cookie_path(self, app: Flask) -> str:
        """`/EG-KN/` under a mount; `/` at the root and on a governorate's own host."""
        from flask import request

        return f"{request.script_root}/" if request else "/"


class Diwan(Flask):
    """The application; its secret key is the present governorate's own.

    So whatever signs with `app.secret_key` (cookies, CSRF, links) signs for one governorate.
    """

    session_interface = MountCookies()

    @property
    def secret_key(self) -> str | bytes | None:
        """Key derived for the governorate of this context, or for the root pages."""
        settings: Settings | None = self.config.get("DIWAN")
        if settings is None:
            return None
        governorate = g.get("governorate") if has_app_context() else None
        return derive_from(settings.secret_key, governorate.code if governorate else ROOT, "session").hex()

    @secret_key.setter
    def secret_key(self, value: Any) -> None:
        """Ignored: keys are derived, never set."""


def create_app(settings: Settings | None = None, only: Collection[str] | None = None) -> Diwan:
    """The WSGI application with every sound plugin loaded, or unchecked `only` those named (for their check).

    Raises SettingError for unusable settings, and under DIWAN_STRICT for a broken plugin.
    """
    os.umask(PRIVATE)
    settings = settings or read_settings()
    if settings.production and not ASSETS.is_file():
        raise SettingError("the front-end files are missing, which production refuses: run make assets")
    app = Diwan("core", static_folder=None)
    _configure(app, settings)
    engine = open_engine(settings.registry_url, threads=settings.threads)
    registry = app.extensions["diwan_registry"] = Registry(engine, settings.secret_key)
    registry.create()
    app.extensions["diwan_engines"] = Engines(settings.threads)
    db.init_app(app)
    _load(app, settings, only)
    app.wsgi_app = Mounts(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Diwan, settings: Settings) -> None:
    app.config.update(
        DIWAN=settings,
        SECRET_KEY=ROOT,  # extensions only ask whether one is set; Diwan.secret_key answers with derived ones
        SQLALCHEMY_DATABASE_URI=settings.registry_url,  # asked for by the extension; sessions never use it
        MAX_CONTENT_LENGTH=settings.largest_request,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="diwan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        TRUSTED_HOSTS=list(settings.hosts) or None,
        TEMPLATES_AUTO_RELOAD=False,
        TESTING=settings.env == "test",
        PROPAGATE_EXCEPTIONS=False,
    )


def _load(app: Diwan, settings: Settings, only: Collection[str] | None) -> None:
    """People first (others refer to users), then admin and the plugins, then the gate in front."""
    init_language(app)
    init_security(app)
    load(app, settings, only)
    app.register_blueprint(health)
    gate.init(app)
