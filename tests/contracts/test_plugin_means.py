"""A module asks for data by the session alone: nothing in it reaches around the guard or the host."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN_NAMES = {"text", "create_engine"}
FORBIDDEN_CALLS = {"connection", "get_bind", "exec_driver_sql"}
FORBIDDEN_ROOMS = {"flask_admin", "sqlite3", "psycopg"}


def faults(source):
    """What a module's source does that no module may, with the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names}
            room = (node.module if isinstance(node, ast.ImportFrom) else "") or ""
            rooms = {name.partition(".")[0] for name in {room} | (names if not room else set())}
            forbidden = rooms & FORBIDDEN_ROOMS
            if room.partition(".")[0] == "sqlalchemy":
                forbidden |= names & FORBIDDEN_NAMES
            yield from ((node.lineno, name) for name in forbidden)
        elif isinstance(node, ast.Attribute):
            of_sqlalchemy = getattr(node.value, "id", "") in {"sqlalchemy", "sa", "db"}
            if node.attr in FORBIDDEN_CALLS or (of_sqlalchemy and node.attr in FORBIDDEN_NAMES):
                yield node.lineno, node.attr


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select, text",
        "from sqlalchemy.sql import text",
        "import sqlalchemy as sa\nsa.text('x')",
        "from sqlalchemy import create_engine as make",
        "db.session.connection().execute(x)",
        "import flask_admin.base",
        "from flask_admin import Admin",
    ],
)
def test_each_way_around_is_noticed(source):
    assert list(faults(source))


def test_no_bundled_module_goes_around():
    files = [file for file in ROOT.glob("plugins/**/*.py") if "migrations" not in file.parts]
    assert files
    assert {
        str(file.relative_to(ROOT)): found
        for file in files
        if (found := list(faults(file.read_text("utf-8"))))
    } == {}


def test_every_bundled_module_inherits_the_tests_of_all_modules():
    tests = "".join(file.read_text("utf-8") for file in ROOT.glob("tests/plugins/**/*.py"))
    modules = {file.parent.name for file in ROOT.glob("plugins/*/plugin.toml")}
    tested = set(re.findall(r"\(PluginCase\):\n    plugin = \"(\w+)\"", tests))
    assert modules - tested == set(), "needs a class of two lines, see CONTRIBUTING.md"
