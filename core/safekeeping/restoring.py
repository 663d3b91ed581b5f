"""Bringing a governorate back from a backup, and proving that it could be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZipFile

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from core.data.archive import TableDigest
from core.data.scope import Scope
from core.data.session import Binding
from core.data.time import now
from core.errors import Refused, reason
from core.governorates.address import without_password
from core.governorates.engines import opened_engine
from core.governorates.present import bound, engines, registry, served
from core.governorates.provision import absolute_url, database_url, drop_database
from core.governorates.registry import Governorate
from core.governorates.setting import GOVERNORATE, REPLACED, Setting
from core.messages.outbox import hold_unsent
from core.modules.models import bump_serial
from core.modules.structure import changing_structure
from core.modules.upgrades import Step, upgrade_governorate
from core.people import generation
from core.safekeeping.backup import EMPTY
from core.safekeeping.container import check_entries, opened, table_entry
from core.safekeeping.manifest import Manifest
from core.safekeeping.papers import Progress, put_papers_back, silent
from core.safekeeping.passing import passing_folder
from core.safekeeping.shape import drop_all, fill
from core.work import audit
from core.work.chain import AuditRow, Head, verify


@dataclass(frozen=True)
class Restored:
    """What came back: where it is served from, where the one before is, and what the upgrade said.

    Of the messages that waited, `held` are sent when an administrator says so, `withdrawn` never.
    """

    manifest: Manifest
    url: str
    before: str | None
    steps: tuple[Step, ...]
    held: int
    withdrawn: int


def check_backup(path: Path, scratch: str | None = None, progress: Progress = silent) -> Manifest:
    """Read all of a backup, restore it to a database that is thrown away, and compare; returns what it says.

    `scratch` is the URL of an empty database to try it in, by default a file that goes; either is left empty.
    Raises Damaged or Refused, naming what is wrong.
    """
    with opened(path) as (archive, manifest):
        for name in check_entries(archive, manifest):
            progress(name)
        with _scratch(scratch) as engine, suppress(_Enough), changing_structure(engine) as connection:
            _pour(connection, archive, manifest, progress)
            raise _Enough
    return manifest


def restore(
    path: Path,
    *,
    code: str | None = None,
    url: str | None = None,
    replace: bool = False,
    progress: Progress = silent,
) -> Restored:
    """Serve the governorate of a backup again, from a new database or the empty one at `url`.

    `code` says whose backup it must be. One that is served already is replaced only with `replace`; its
    old database stays as it is. Nothing is served before everything was compared; tables of an older
    version are upgraded at last. Raises Damaged or Refused; then what was served is served as before.
    """
    with opened(path) as (archive, manifest):
        before = _refuse_serving(manifest, code, replace=replace)
        for name in check_entries(archive, manifest):
            progress(name)
        with _new_database(manifest, url, before) as governorate:
            with opened_engine(governorate.url) as engine, changing_structure(engine) as connection:
                _pour(connection, archive, manifest, progress)
                held, withdrawn = hold_unsent(connection)
                if before is not None:
                    _note_replaced(connection, before)
                put_papers_back(archive, manifest, progress)
            with _emptying(governorate):
                _serve(governorate, before)
    steps = tuple(upgrade_governorate(manifest.code))
    _note(manifest, {"backup": path.name, "head": manifest.audit, "held": held, "withdrawn": withdrawn})
    return Restored(manifest, governorate.url, before.url if before else None, steps, held, withdrawn)


def _refuse_serving(manifest: Manifest, code: str | None, *, replace: bool) -> Governorate | None:
    """The governorate that is served under the backup's code, if it may be replaced."""
    if code is not None and code != manifest.code:
        raise Refused(
            _("This is the backup of %(other)s, not of %(code)s.", other=manifest.code, code=code), 422
        )
    known = registry().get(manifest.code)
    if known is not None and not replace:
        raise Refused(
            _(
                "%(code)s is served already. With --replace it is served from the backup; its present "
                "database is kept as it is.",
                code=manifest.code,
            )
        )
    return known


@contextmanager
def _new_database(manifest: Manifest, url: str | None, before: Governorate | None) -> Iterator[Governorate]:
    """The governorate with an empty database.

    One that was made here is dropped again if anything fails before it is served, and never after.
    """
    settings = current_app.config["DIWAN"]
    mark = f"-{now():%Y-%m-%dt%H%M%S%f}" if before else ""
    address = url or database_url(manifest.code, settings.data_dir, settings.provision_url, mark)
    governorate = Governorate(**manifest.governorate, url=absolute_url(address))
    try:
        yield governorate
    except BaseException as error:
        if url is None and not _may_be_served(governorate):
            with suppress(SQLAlchemyError, OSError, Refused):
                drop_database(address, settings.provision_url)
        if isinstance(error, SQLAlchemyError):
            sentence = _("The database cannot be used: %(reason)s", reason=reason(error))
            raise Refused(sentence) from error
        raise


@contextmanager
def _emptying(governorate: Governorate) -> Iterator[None]:
    """A database that was filled here and is not served after all is empty again, to be tried anew."""
    try:
        yield
    except BaseException:
        if not _may_be_served(governorate):
            with (
                suppress(SQLAlchemyError, OSError, Refused),
                opened_engine(governorate.url, existing=True) as engine,
                changing_structure(engine) as connection,
            ):
                drop_all(connection)
        raise


def _may_be_served(governorate: Governorate) -> bool:
    """Whether the registry names this database; one that cannot be asked may name it."""
    try:
        known = registry().get(governorate.code)
    except SQLAlchemyError:
        return True
    return known is not None and known.url == governorate.url


def _pour(connection: Connection, archive: ZipFile, manifest: Manifest, progress: Progress) -> None:
    """Every row into an empty database; then whose it is and its audit must be what the manifest says."""
    fill(connection, manifest.shape, _rows(archive, manifest, progress))
    with bound(Binding(manifest.code, connection), Scope.of_system()) as session:
        owner = session.scalar(select(Setting.value).where(Setting.key == GOVERNORATE))
        progress(AuditRow.__tablename__)
        report = verify(session, [Head.parse(manifest.audit)] if manifest.audit != str(EMPTY) else [])
        session.commit()  # joined: the transaction goes on
    if owner != manifest.code:
        raise Refused(_("This is the backup of %(other)s, not of %(code)s.", other=owner, code=manifest.code))
    if not report.ok:
        raise Refused(_("The audit is not sound: row %(row)s cannot be trusted.", row=report.bad))


def _rows(
    archive: ZipFile, manifest: Manifest, progress: Progress
) -> Iterator[tuple[TableDigest, IO[bytes]]]:
    for one in manifest.tables:
        progress(one.name)
        with archive.open(table_entry(one.name)) as file:
            yield one, file


def _serve(governorate: Governorate, before: Governorate | None) -> None:
    if before is None:
        try:
            registry().add(governorate)
        except IntegrityError as error:
            raise Refused(_("The host name %(host)s is taken.", host=governorate.host)) from error
    else:
        registry().move(governorate.code, governorate.url)
    engines().drop(governorate.code)


def _note_replaced(connection: Connection, before: Governorate) -> None:
    """Attachments that only the database before names stay until somebody lets it go (`sweeping`)."""
    rows: Any = Setting.__table__
    kept = without_password(before.url)
    connection.execute(delete(rows).where(rows.c.key == REPLACED))
    connection.execute(insert(rows).values(key=REPLACED, value=kept))


def _note(manifest: Manifest, what: dict[str, Any]) -> None:
    """Into the audit; and every process forgets what it remembers of people and modules."""
    known = served(manifest.code)
    binding = Binding(known.code, engines().get(known.code, known.url))
    with bound(binding, Scope.of_system(), write=True) as session:
        bump_serial(session)
        generation.renew(session)
        audit.record("restore", "core.governorate", what)
        session.commit()


@contextmanager
def _scratch(url: str | None) -> Iterator[Engine]:
    with (
        TemporaryDirectory(dir=passing_folder()) as folder,
        opened_engine(url or f"sqlite:///{folder}/scratch") as engine,
    ):
        yield engine


class _Enough(Exception):
    """A trial has shown what it should: everything is undone."""
