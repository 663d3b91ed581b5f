"""Two servers with the same complaints behind them: Diwan as `diwan serve` runs it, and the floor."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from uuid import uuid4

import requests
from bench import floor
from bench.race import spent_by
from bench.register import complaints, folded
from sqlalchemy import create_engine, insert, make_url, select, text

from core.app import create_app
from core.config import read_settings
from core.data.base import db
from core.data.scope import ORDINARY, Scope
from core.governorates.present import governorate_context
from core.modules import lifecycle
from core.operation.birth import add
from core.people.categories import Category
from core.people.demo import PASSWORD, load_people
from core.people.places import Place
from core.people.units import Unit
from core.people.users import User
from plugins.complaints.models import OVERALL

CODE = "EG-KN"
BATCH = 5000
PATIENCE = 90


class Stand:
    """Both databases filled and both servers running, until the block of `standing` ends."""

    def __init__(self, folder, backend, rows, postgres_url):
        self.folder, self.backend, self.rows, self.postgres_url = folder, backend, rows, postgres_url
        self.environ = {"DIWAN_DATA_DIR": str(folder / "var"), "DIWAN_THREADS": "4"}
        self.processes, self.ports, self.urls = {}, {}, {}
        self.known = ()
        """Units and categories (id -> name) and ids of places and staff, the same on both sides."""

    def meter(self, side):
        """A meter of what this side's server and database have spent."""
        database = make_url(self.urls[side]).database if self.backend == "postgres" else None
        return lambda: spent_by(self.processes[side].pid, database)

    @property
    def meters(self):
        return {side: self.meter(side) for side in self.processes}

    def address(self, side):
        mount = f"/{CODE}" if side == "diwan" else ""
        return f"http://127.0.0.1:{self.ports[side]}{mount}"

    def visitor(self, username=None):
        """A browser at Diwan, signed in."""
        visitor = requests.Session()
        visitor.trust_env = False
        if username:
            sign_in(visitor, f"{self.address('diwan')}/login", username)
        return visitor


def sign_in(visitor, address, username):
    """As one of the demo's people; `visitor` is a requests session or a test client."""
    token = hidden(visitor.get(address).text, "csrf_token")
    answer = visitor.post(address, data={"username": username, "password": PASSWORD, "csrf_token": token})
    assert "logout" in answer.text or answer.status_code == 302, answer.text[:500]


def hidden(page, name):
    """The value of a form's hidden input."""
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


@contextmanager
def standing(folder, backend, rows, postgres_url):
    """Prepare everything, serve, and take it away again."""
    stand = Stand(folder, backend, rows, postgres_url)
    with ExitStack() as stack:
        for side in ("floor", "diwan"):
            stand.urls[side] = stack.enter_context(_database(stand, side))
        began = time.monotonic()
        stand.known = _prepare_diwan(stand)
        _fill(stand)
        print(
            f"\n{rows:,} complaints on {backend} stored twice in {time.monotonic() - began:.0f} s", flush=True
        )
        for side, words in {
            "floor": ["-m", "bench.floor", stand.urls["floor"]],
            "diwan": ["-m", "core.cli", "serve", "--port"],
        }.items():
            stand.ports[side] = _free_port()
            stand.processes[side] = stack.enter_context(
                _server(stand, side, [*words, str(stand.ports[side])])
            )
        yield stand


@contextmanager
def _database(stand, side):
    name = f"diwan_bench_{side}_{uuid4().hex[:8]}"
    if stand.backend == "sqlite":
        yield f"sqlite:///{stand.folder / name}.sqlite"
        return
    server = create_engine(stand.postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        try:
            yield make_url(stand.postgres_url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def _prepare_diwan(stand):
    """A governorate with the demo's people; every bundled module is on."""
    app = create_app(read_settings(stand.environ))
    with app.app_context():
        add(CODE, url=stand.urls["diwan"])
    for module in ("complaints", "hearings"):
        for step in (lifecycle.install, lifecycle.enable):
            with app.app_context():
                step(CODE, module)
    with governorate_context(app, CODE, Scope.of_system(), write=True) as session:
        load_people(session, CODE)
        session.commit()
        units = dict(session.execute(select(Unit.id, Unit.name_ar).order_by(Unit.id)).all())
        leaves = select(Category.id, Category.name_ar).where(
            Category.list == "complaints", Category.parent_id.is_not(None)
        )
        categories = dict(session.execute(leaves.order_by(Category.id)).all())
        places = list(session.scalars(select(Place.id).order_by(Place.id)))
        staff = list(session.scalars(select(User.id).order_by(User.id)))
    close(app)
    return units, categories, places, staff


def close(app):
    """Let go of an application's connections."""
    with app.app_context():
        app.extensions["diwan_engines"].dispose()
        app.extensions["diwan_registry"].engine.dispose()


def _fill(stand):
    """The same rows on both sides."""
    units, categories, places, staff = stand.known
    floor_side = floor.open_connection(stand.urls["floor"])
    for statement in floor.statements(stand.urls["floor"], floor.TABLES):
        floor_side.execute(statement)
    mark = "?" if stand.backend == "sqlite" else "%s"
    cursor = floor_side.cursor()
    for table, names in (("category", categories), ("unit", units)):
        cursor.executemany(f"INSERT INTO {table} VALUES ({mark}, {mark})", list(names.items()))
    columns = ("id", *floor.COLUMNS)
    into_floor = f"INSERT INTO complaint ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
    engine = create_engine(stand.urls["diwan"])
    bodies = list(units)[5:45]
    with engine.begin() as diwan_side:
        rows = complaints(stand.rows, list(units), bodies, list(categories), places, staff)
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(
                into_floor, [tuple(_plain(row[name], stand) for name in columns) for row in batch]
            )
            _store(diwan_side, batch)
    _finish(stand, floor_side, engine)


def _plain(value, stand):
    return value.isoformat() if stand.backend == "sqlite" and hasattr(value, "isoformat") else value


def _store(connection, batch):
    tables = db.metadata.tables
    own = {"kind": "individual", "applicant_kind": "citizen", "confidentiality": ORDINARY, "row_version": 1}
    dropped = ("citizen", "due_at")
    connection.execute(
        insert(tables["complaints_complaint"]),
        [
            {k: v for k, v in row.items() if k not in dropped} | own | {"search_text": folded(row)}
            for row in batch
        ],
    )
    connection.execute(
        insert(tables["complaints_applicant"]),
        [
            {
                "complaint_id": row["id"],
                "name": row["citizen"],
                "identity_kind": "none",
                "row_key": row["uuid"],
            }
            for row in batch
        ],
    )
    connection.execute(insert(tables["core_clock"]), [_clock(row) for row in batch])


def _clock(row):
    """The promise's row, which the list shows and its filter asks for."""
    settled = row["state"] in ("answered", "closed")
    return {
        "model": "complaints.complaint",
        "record_id": row["id"],
        "clock": OVERALL,
        "started_at": row["received_at"],
        "promise": "10d",
        "promised_at": row["due_at"],
        "due_at": row["due_at"],
        "stopped_at": row["due_at"] if settled else None,
        "calendar": "",
    }


def _finish(stand, floor_side, engine):
    """Indexes of the floor, sequences behind the rows stored, and statistics."""
    for number, statement in enumerate(floor.statements(stand.urls["floor"], floor.INDEXES)):
        floor_side.execute(re.sub("ON_[A-Z]+", f"ix_{number}", statement))
    floor_side.commit()
    if stand.backend == "postgres":
        floor_side.autocommit = True
        floor_side.execute(f"SELECT setval(pg_get_serial_sequence('complaint', 'id'), {stand.rows})")
        floor_side.execute("VACUUM ANALYZE")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('complaints_complaint', 'id'), {stand.rows})")
            )
            connection.execute(text("VACUUM ANALYZE"))
    else:
        floor_side.execute("ANALYZE")
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    floor_side.close()
    engine.dispose()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _server(stand, side, words):
    log = stand.folder / f"{side}.log"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DIWAN_")}
    kept["PYTHONPATH"] = os.pathsep.join(("tests", "."))
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, *words], env=kept | stand.environ, stdout=written, stderr=written
        )
        try:
            _await(process, stand.ports[side], log)
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()
                process.wait()


def _await(process, port, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace")[-2000:])
