"""Working inside a governorate: from a request, a command, a job or a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from core.data.scope import Scope
from core.data.session import Binding, bound
from core.errors import NotFound
from core.governorates.engines import Engines
from core.governorates.registry import Governorate, Registry


def registry() -> Registry:
    """The registry of the running app."""
    return current_app.extensions["diwan_registry"]


def engines() -> Engines:
    """The engines of this process."""
    return current_app.extensions["diwan_engines"]


def present() -> Governorate:
    """The governorate of this request, command or job; raises NotFound where there is none."""
    governorate: Governorate | None = g.get("governorate")
    if governorate is None:
        raise NotFound("there is no governorate here")
    return governorate


def bind(governorate: Governorate) -> Binding:
    """Make `governorate` the one of the present app context."""
    g.governorate = governorate
    g.binding = Binding(governorate.code, engines().get(governorate.code, governorate.url))
    return g.binding


@contextmanager
def governorate_context(
    app: Flask, code: str, scope: Scope | None = None, *, write: bool = False
) -> Iterator[Session]:
    """An app context bound to governorate `code`, with its session; raises NotFound for an unknown code.

    Without `scope` governed models raise NoScope; `Scope.of_system()` sees all. Nothing is
    committed by leaving the block.
    """
    with app.app_context():
        governorate = registry().get(code)
        if governorate is None:
            raise NotFound(f"no governorate {code} in the registry")
        binding = Binding(code, engines().get(code, governorate.url))
        with bound(binding, scope, write=write) as session:
            g.governorate = governorate
            current_app.extensions["diwan"].refresh(session)
            yield session
