"""The test kit: an application on a data folder of its own, and governorates cloned from templates."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from core.config import Settings
from core.data.scope import Scope
from core.governorates.directory import entry
from core.governorates.present import engines, governorate_context, registry
from core.governorates.provision import drop_database
from core.modules import lifecycle
from core.operation.birth import add
from core.work.append_only import drop_triggers, install_triggers

Template = tuple[str, tuple[str, ...]]


@dataclass
class Ground:
    """An app with its registry in `folder`, and one migrated database per (backend, modules).

    A template is migrated once; every governorate of a test is a copy of it (a file copy, or
    PostgreSQL's CREATE DATABASE ... TEMPLATE), which takes a fraction of a second.
    """

    app: Flask
    folder: Path
    postgres_url: str | None = None
    templates: dict[Template, str] = field(default_factory=dict)

    @contextmanager
    def governorate(
        self, code: str = "EG-KN", *, backend: str = "sqlite", modules: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """A fresh governorate served under `code` with `modules` enabled; gone after the block."""
        url = self._clone(self._template(backend, modules))
        with self.app.app_context():
            self._claim(url, code)
            registry().add(entry(code, url))
        try:
            yield code
        finally:
            with self.app.app_context():
                registry().remove(code)
                engines().drop(code)
            drop_database(url, self.postgres_url)

    @contextmanager
    def session(self, code: str, scope: Scope | None = None, *, write: bool = True) -> Iterator[Session]:
        """A session in governorate `code`, by default as the system."""
        with governorate_context(self.app, code, scope or Scope.of_system(), write=write) as session:
            yield session

    def client(self, code: str | None = None) -> FlaskClient:
        """A browser without script on the mount of `code` (paths are given below the mount)."""
        client = self.app.test_client()
        if code is not None:
            client.environ_base["SCRIPT_NAME"] = ""
            client.mount = f"/{code}"  # type: ignore[attr-defined]
        return client

    def close(self) -> None:
        """Drop the templates and close every connection."""
        with self.app.app_context():
            engines().dispose()
            registry().engine.dispose()
        for url in self.templates.values():
            drop_database(url, self.postgres_url)

    def _template(self, backend: str, modules: tuple[str, ...]) -> str:
        key = (backend, modules)
        if key not in self.templates:
            url = self._empty(backend)
            with self.app.app_context():
                add("EG-C", url=url)
            for module in modules:
                with self.app.app_context():
                    lifecycle.install("EG-C", module)
                    lifecycle.enable("EG-C", module)
            with self.app.app_context():
                registry().remove("EG-C")
                engines().drop("EG-C")
            self.templates[key] = url
        return self.templates[key]

    def _empty(self, backend: str) -> str:
        name = f"diwan_test_{uuid4().hex[:12]}"
        if backend == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite"
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self._server_url(name)

    def _clone(self, template: str) -> str:
        source = make_url(template)
        name = f"diwan_test_{uuid4().hex[:12]}"
        if source.get_backend_name() == "sqlite":
            target = self.folder / f"{name}.sqlite"
            shutil.copyfile(str(source.database), target)
            return f"sqlite:///{target}"
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"', copies=True)
        return self._server_url(name)

    def _claim(self, url: str, code: str) -> None:
        """Write the copy's own code into it and begin its audit anew: the template's bears another's key."""
        engine = create_engine(url)
        with engine.begin() as connection:
            drop_triggers(connection)
            connection.execute(text("DELETE FROM core_audit"))
            connection.execute(text("DELETE FROM core_audit_head"))
            install_triggers(connection)
            connection.execute(
                text("UPDATE core_setting SET value = :code WHERE key = 'governorate'"), {"code": code}
            )
        engine.dispose()

    def _on_server(self, statement: str, *, copies: bool = False) -> None:
        """Run a statement outside of any test's database; a copy is made by files where the server can.

        Since PostgreSQL 15 it would go through the log by default, which takes two to three times as long.
        """
        engine = create_engine(self._server_url(None), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            by_files = copies and (connection.dialect.server_version_info or (0,)) >= (15,)
            connection.exec_driver_sql(f"{statement} STRATEGY FILE_COPY" if by_files else statement)
        engine.dispose()

    def _server_url(self, database: str | None) -> str:
        if self.postgres_url is None:
            raise RuntimeError("this test needs PostgreSQL")
        server = make_url(self.postgres_url)
        return (server.set(database=database) if database else server).render_as_string(hide_password=False)


def test_settings(folder: Path, **changes: object) -> Settings:
    """Settings of an installation that lives in `folder` alone."""
    values: dict[str, object] = {
        "data_dir": folder,
        "registry_url": f"sqlite:///{folder / 'registry.sqlite'}",
        "secret_key": "test-" + "k" * 40,
        "env": "test",
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


test_settings.__test__ = False  # type: ignore[attr-defined]
