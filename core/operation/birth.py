"""How a governorate comes to be and ends: database, tables, registry, in that order."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import current_app
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from core.data.scope import Scope
from core.data.session import Binding
from core.errors import Refused, reason
from core.governorates.directory import entry
from core.governorates.engines import open_engine
from core.governorates.present import bound, engines, registry, served
from core.governorates.provision import absolute_url, database_url, drop_database
from core.governorates.registry import Governorate
from core.governorates.setting import GOVERNORATE, Setting
from core.modules import migrations
from core.modules.models import SERIAL
from core.people.generation import KEY
from core.people.roles import sync_core


def add(code: str, *, url: str | None = None, host: str | None = None) -> Governorate:
    """Make, migrate and register governorate `code`.

    Raises NotFound for an unknown code, Refused if it is served already, its database is not
    empty or cannot be reached; then nothing is left behind that was made here.
    """
    settings = current_app.config["DIWAN"]
    governorate = entry(code, url or "", host)
    if registry().get(code) is not None:
        raise Refused(f"{code} is served already")
    made_here = url is None
    address = url or database_url(code, settings.data_dir, settings.provision_url)
    governorate = Governorate(**{**vars(governorate), "url": absolute_url(address)})
    try:
        prepare(governorate)
        registry().add(governorate)
    except (SQLAlchemyError, Refused) as error:
        if made_here:
            with suppress(SQLAlchemyError, OSError, Refused):
                drop_database(governorate.url, settings.provision_url)
        raise _clear(error, code) from error
    return governorate


def _clear(error: Exception, code: str) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, IntegrityError):
        return Refused(f"{code} or its host name is taken")
    return Refused(f"the database for {code} cannot be used: {reason(error)}")


def prepare(governorate: Governorate) -> None:
    """Migrate core into an empty database; write the governorate's code, core's roles and rights into it.

    Raises Refused if the database holds tables that are not Diwan's own for this code.
    """
    engine = open_engine(governorate.url)
    try:
        tables = set(inspect(engine).get_table_names())
        if tables and "core_setting" not in tables:
            raise Refused("the database is not empty and not Diwan's")
        migrations.upgrade_core(engine)
        setting: Any = Setting.__table__
        with engine.begin() as connection:
            stored = connection.scalar(select(setting.c.value).where(setting.c.key == GOVERNORATE))
            if stored is None:
                rows = {GOVERNORATE: governorate.code, SERIAL: "1", KEY: "1"}
                connection.execute(insert(setting), [{"key": k, "value": v} for k, v in rows.items()])
            elif stored != governorate.code:
                raise Refused(f"that database belongs to {stored}")
        with bound(Binding(governorate.code, engine), Scope.of_system(), write=True) as session:
            sync_core(session)
            session.commit()
    finally:
        engine.dispose()


def remove(code: str, *, drop: bool = False) -> None:
    """Stop serving `code`; with `drop` its database is deleted for good. Raises NotFound if not served."""
    governorate = served(code)
    registry().remove(code)
    engines().drop(code)
    if drop:
        drop_database(governorate.url, current_app.config["DIWAN"].provision_url)
