"""What an import and a start cost beside the barest thing that does the same."""

import json
import sqlite3
import subprocess
import sys

from bench.race import race
from bench.report import tell

from core.exchange import Column, ImportSpec, digits, moment
from core.exchange.importing import Import
from core.exchange.reading import Line, Table
from core.governorates.present import present
from core.people.units import root_unit
from core.work.history import History

HEADINGS = ("title", "received_at", "phone")
ROWS = 2000


def register(number):
    return [(f"شكوى {number} {n}", "2023-01-02", f"0100000{n:04}") for n in range(ROWS)]


def build(row, unit):
    from plugins.desk.models import Petition

    record = Petition(unit_id=unit, title=row["title"], received_at=row["received_at"])
    record.phone = row["phone"]
    return record, History("closed", row.file, {"received_at": row["received_at"]}, "REMOVED")


SPEC = ImportSpec(
    "desk.petition",
    (
        Column("title", required=True),
        Column("received_at", required=True, parse=moment),
        Column("phone", parse=digits),
    ),
    build,
    prepare=lambda session: root_unit(session, present()).id,
    key=("title",),
)


def test_an_import_of_history(ground, tmp_path):
    """A row of a register: number, sealed phone, move and audit row; the floor writes record and audit row."""
    bare = sqlite3.connect(tmp_path / "floor.sqlite")
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute(
        "CREATE TABLE record (id INTEGER PRIMARY KEY, title TEXT UNIQUE, received_at TEXT, phone TEXT)"
    )
    bare.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, record INTEGER, diff TEXT)")

    def floor(number):
        for row in register(number):
            made = bare.execute("INSERT INTO record (title, received_at, phone) VALUES (?, ?, ?)", row)
            diff = json.dumps(dict(zip(HEADINGS, row, strict=True)))
            bare.execute("INSERT INTO audit (record, diff) VALUES (?, ?)", (made.lastrowid, diff))
        bare.commit()

    with ground.governorate("EG-KN", modules=("desk",)) as code:
        with ground.session(code) as session:
            root_unit(session, present())
            session.commit()

        def product(number):
            lines = [
                Line(n, dict(zip(HEADINGS, row, strict=True))) for n, row in enumerate(register(number), 2)
            ]
            with ground.session(code):
                assert Import(SPEC, Table(HEADINGS, lines), "register.csv").run().imported == ROWS

        tell("Import, a row (SQLite)", race(floor=floor, diwan=product), ROWS)


START = "import sys; from core.app import create_app; create_app()"


def test_a_start(tmp_path):
    """A process until its application stands; the floor imports Flask, SQLAlchemy and Flask-Admin alone."""
    settings = {"DIWAN_DATA_DIR": str(tmp_path), "DIWAN_SECRET_KEY": "k" * 40, "DIWAN_ENV": "test"}
    python = [sys.executable, "-c"]
    subprocess.run([*python, START], env=settings, check=True)  # the plugins' first check
    best = race(
        floor=lambda _: subprocess.run([*python, "import flask, sqlalchemy.orm, flask_admin"], check=True),
        diwan=lambda _: subprocess.run([*python, START], env=settings, check=True),
    )
    tell("Start", best)
