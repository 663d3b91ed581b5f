"""What `diwan doctor` looks at in each governorate's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Flask
from sqlalchemy import inspect, make_url, select, text

from core.data.scope import Scope
from core.errors import Unavailable
from core.governorates.files import missing_file
from core.governorates.present import engines, governorate_context, registry
from core.governorates.registry import Governorate
from core.governorates.setting import Setting
from core.messages.failures import unserved
from core.modules import migrations
from core.modules.leaving.leavings import leavings
from core.operation.finding import Finding
from core.people.demo import demo_accounts
from core.people.sign_in import DEMO
from core.safekeeping import journal
from core.work.files.sweeping import lost, orphans, replaced

VERSIONS = migrations.version_table("")


class Absent(Exception):
    """There is no database, which was said already: nothing more can be looked at."""


def look_at_version(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """Its tables must be those of the code, or it stands behind its maintenance page."""
    if path := missing_file(governorate.url):
        yield Finding(
            governorate.code,
            f"its database file is missing: put {path} back, or call diwan restore BACKUP --replace",
        )
        raise Absent
    try:
        with governorate_context(app, governorate.code):
            pass
    except Unavailable:
        yield Finding(governorate.code, "is outdated or not its own database: run diwan upgrade --all")


def look_at_move(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """A move that was interrupted leaves the governorate without writing until somebody goes on or back."""
    if known := journal.read(governorate.code):
        yield Finding(
            governorate.code,
            f"is being moved since {known.started_at[:16]} UTC and stands at {known.step}: unless that is "
            f"running, go on with diwan governorate move {governorate.code}, or add --abort to undo it",
        )


def look_at_missing_modules(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """Tables of a module whose code is gone: nobody can read or remove them."""
    known = {migrations.CORE, *app.extensions["diwan"].modules}
    with engines().get(governorate.code, governorate.url).connect() as connection:
        tables = inspect(connection).get_table_names()
    for name in sorted(table.removeprefix(VERSIONS) for table in tables if table.startswith(VERSIONS)):
        if name not in known:
            yield Finding(
                governorate.code, f"holds tables of the module {name}, whose code is missing", grave=False
            )


def look_at_demo(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """Published passwords belong to demo data, and demo data to a trial."""
    with governorate_context(app, governorate.code, Scope.of_system()) as session:
        is_demo = session.scalar(select(Setting.value).where(Setting.key == DEMO)) is not None
        names = demo_accounts(session)
    if names and not is_demo:
        yield Finding(governorate.code, f"demo accounts among real data: {', '.join(names)}")
    if is_demo and app.config["DIWAN"].production:
        yield Finding(governorate.code, "is demo data, and this is production")


def look_at_messages(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """What waits for a channel by which nothing is sent waits for ever, and the citizen with it."""
    with governorate_context(app, governorate.code, Scope.of_system()) as session:
        waiting = unserved(session)
    for name, count in sorted(waiting.items()):
        wait = "1 message waits" if count == 1 else f"{count} messages wait"
        yield Finding(
            governorate.code,
            f"{wait} for {name}, by which nothing is sent here: install a module that brings this channel",
            grave=bool(app.config["DIWAN"].production),
        )


def look_at_files(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """A row whose file is gone is a loss; a file whose row never came is only room."""
    with governorate_context(app, governorate.code, Scope.of_system()) as session:
        gone, left, kept = lost(session), orphans(session), replaced(session)
    if gone:
        count = "1 file is" if len(gone) == 1 else f"{len(gone)} files are"
        yield Finding(
            governorate.code,
            f"{count} missing in the store, {gone[0]} the first: put back from a backup",
        )
    if left:
        count = "1 file" if len(left) == 1 else f"{len(left)} files"
        command = f"diwan files orphans --governorate {governorate.code} --remove"
        if kept:
            command += f" --let-go, but only once the replaced database {kept} is not needed any more"
        yield Finding(governorate.code, f"{count} in the store belong to no record: run {command}", False)


def look_at_leavings(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """Data of removed modules that nothing names any more lie about until somebody removes them."""
    with governorate_context(app, governorate.code, Scope.of_system()) as session:
        left = leavings(session)
    if left:
        count = "1 export belongs" if len(left) == 1 else f"{len(left)} exports belong"
        command = f"diwan module leavings --governorate {governorate.code}"
        yield Finding(governorate.code, f"{count} to no module any more: see {command}", grave=False)


def look_at_role(app: Flask, governorate: Governorate) -> Iterator[Finding]:
    """PostgreSQL: the role must own this database alone, and no other role may enter it."""
    address = make_url(governorate.url)
    if address.get_backend_name() != "postgresql":
        return
    grave = bool(app.config["DIWAN"].production)
    others = [str(make_url(one.url).database) for one in registry().all() if one.code != governorate.code]
    with engines().get(governorate.code, governorate.url).connect() as connection:
        role = connection.execute(text(ROLE)).one()
        if connection.scalar(text(OWNER)):
            yield Finding(
                governorate.code,
                "its login role owns its tables: whoever takes over the server process could also drop the "
                "triggers that guard the audit, so keep the values of diwan audit head elsewhere",
                grave=False,
            )
        if any(role):
            yield Finding(governorate.code, "its role may do more than own this database", grave)
        if connection.scalar(text(PUBLIC)):
            yield Finding(
                governorate.code, "every role may enter its database: REVOKE ALL ... FROM PUBLIC", grave
            )
        welcome = set(connection.scalars(text(WELCOME))) & set(others)
        if welcome and not any(role):
            yield Finding(governorate.code, f"its role may enter {', '.join(sorted(welcome))}", grave)


ROLE = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
OWNER = """
    SELECT 1 FROM pg_tables
    WHERE schemaname = current_schema AND tablename = 'core_audit' AND tableowner = current_user
"""
PUBLIC = """
    SELECT 1 FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
    WHERE datname = current_database() AND grantee = 0 AND privilege_type = 'CONNECT'
"""
WELCOME = """
    SELECT datname FROM pg_database
    WHERE datname <> current_database() AND has_database_privilege(datname, 'CONNECT')
"""
CHECKS: tuple[Callable[[Flask, Governorate], Iterator[Finding]], ...] = (
    look_at_version,
    look_at_move,
    look_at_missing_modules,
    look_at_demo,
    look_at_messages,
    look_at_files,
    look_at_leavings,
    look_at_role,
)
