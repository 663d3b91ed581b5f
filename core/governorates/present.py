"""Working inside a governorate: from a request, a command, a job or a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g, has_app_context
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.data.base import db
from core.data.scope import Scope, enter_scope
from core.data.session import Binding
from core.errors import NotFound
from core.governorates.engines import Engines
from core.governorates.registry import Governorate, Registry


def running_app() -> Flask:
    """The running application itself, for work in other contexts than the present one."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def registry() -> Registry:
    """The registry of the running app."""
    return current_app.extensions["diwan_registry"]


def engines() -> Engines:
    """The engines of this process."""
    return current_app.extensions["diwan_engines"]


def served(code: str) -> Governorate:
    """The governorate that is served here under `code`; raises NotFound if none is."""
    governorate = registry().get(code)
    if governorate is None:
        raise NotFound(_("There is no governorate %(code)s in the registry.", code=code))
    return governorate


def present() -> Governorate:
    """The governorate of this request, command or job; raises NotFound where there is none."""
    governorate: Governorate | None = g.get("governorate")
    if governorate is None:
        raise NotFound(_("There is no governorate at this address."))
    return governorate


def bind(governorate: Governorate) -> Binding:
    """Make `governorate` the one of the present app context."""
    g.governorate = governorate
    g.binding = Binding(governorate.code, engines().get(governorate.code, governorate.url))
    return g.binding


@contextmanager
def _context_of(app: Flask) -> Iterator[None]:
    """An app context that goes on in the language of the one around it: a command speaks one language."""
    spoken = g.get("language") if has_app_context() else None
    with app.app_context():
        if spoken:
            g.language = spoken
        yield


@contextmanager
def bound(binding: Binding, scope: Scope | None = None, *, write: bool = False) -> Iterator[Session]:
    """An app context of its own for a governorate, with a fresh `db.session` under `scope`.

    For commands, jobs, tests and `unscoped`. Nothing is committed by leaving the block.
    """
    with _context_of(running_app()):
        g.binding = binding
        session = db.session()
        session.info["write"] = write
        if scope is not None:
            g.scope = scope
            enter_scope(session, scope)
        try:
            yield session
        finally:
            session.rollback()


@contextmanager
def governorate_context(
    app: Flask, code: str, scope: Scope | None = None, *, write: bool = False
) -> Iterator[Session]:
    """An app context bound to governorate `code`, with its session; raises NotFound for an unknown code.

    Without `scope` governed models raise NoScope; `Scope.of_system()` sees all. Nothing is
    committed by leaving the block.
    """
    with _context_of(app):
        governorate = served(code)
        binding = Binding(code, engines().get(code, governorate.url))
        with bound(binding, scope, write=write) as session:
            g.governorate = governorate
            current_app.extensions["diwan"].refresh(session)
            yield session
