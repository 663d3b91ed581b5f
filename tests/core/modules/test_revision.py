"""A migration is written from the models, without a running Diwan or a database of anybody."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import inspect

from core.modules.discovery import discover
from core.modules.migrations import CORE, head, scratch_engine
from core.modules.revision import build_scratch, differences, import_models, migrations_of, write_revision

MANIFEST = """
id = "herd"
version = "0.1.0"
host = ">=0.1"
title = { ar = "قطيع", en = "Herd" }
summary = { ar = "قطيع", en = "Herd" }
"""
MODELS = """
from datetime import datetime
from typing import Any
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from core.data.base import db
from core.data.columns import Json
from core.data.visibility import Shared

class Cow(Shared, db.Model):
    __tablename__ = "herd_cow"
    id: Mapped[int] = mapped_column(primary_key=True)
    born: Mapped[datetime]
    marks: Mapped[Any] = mapped_column(Json)
    unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id"), index=True)
"""
WRITE = """
import sys
from pathlib import Path
import plugins
from core.modules.discovery import discover
from core.modules.revision import write_revision
root = Path(sys.argv[1])
plugins.__path__.append(str(root))
print(write_revision("herd", sys.argv[2], discover((root,))))
"""


def revise(root, message):
    """In a process of its own, as a developer does: a class once mapped stays mapped."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, root, message], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture
def herd(tmp_path):
    folder = tmp_path / "herd"
    folder.mkdir()
    (folder / "plugin.toml").write_text(MANIFEST, "utf-8")
    (folder / "__init__.py").write_text("from . import models", "utf-8")
    (folder / "models.py").write_text(MODELS, "utf-8")
    return folder


def test_the_first_migration_makes_exactly_the_plugins_tables(herd):
    path = revise(herd.parent, "The first cows.")
    assert path.endswith("herd/migrations/0001_the_first_cows.py")
    text = (herd / "migrations" / "0001_the_first_cows.py").read_text("utf-8")
    assert '"""The first cows."""' in text
    assert 'revision = "herd_0001"' in text
    assert "from core import Json, UtcDateTime" in text
    assert "op.drop_table" in text
    assert text.count("create_table(") == 1
    with scratch_engine().begin() as connection:
        build_scratch(connection, "herd", discover((herd.parent,)))
        assert {"herd_cow", "core_unit"} <= set(inspect(connection).get_table_names())


def test_nothing_is_written_when_models_and_chain_agree(herd):
    revise(herd.parent, "first")
    assert revise(herd.parent, "again") == "None"
    assert len(list((herd / "migrations").glob("*.py"))) == 1


def test_the_next_migration_holds_only_what_changed(herd):
    revise(herd.parent, "first")
    (herd / "models.py").write_text(MODELS + "    name: Mapped[str | None]\n", "utf-8")
    assert revise(herd.parent, "Name them").endswith("0002_name_them.py")
    text = (herd / "migrations" / "0002_name_them.py").read_text("utf-8")
    assert 'down_revision = "herd_0001"' in text
    assert "add_column" in text
    assert "create_table" not in text
    assert head("herd", herd / "migrations") == "herd_0002"


def test_cores_models_equal_its_migrations():
    """The modules' do by PluginCase."""
    found = discover()
    import_models(CORE, found)
    with scratch_engine().begin() as connection:
        build_scratch(connection, CORE, found)
        assert differences(connection, CORE) == []
    assert write_revision(CORE, "nothing", found) is None
    assert head(CORE, migrations_of(CORE, found))


def test_the_command_needs_no_settings(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "core.modules.revision", "nowhere", "x"],
        env={key: value for key, value in os.environ.items() if not key.startswith("DIWAN_")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "there is no module 'nowhere'" in done.stderr
