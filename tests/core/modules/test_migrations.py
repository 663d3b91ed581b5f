"""One linear chain and one version table a plugin; all of an upgrade happens or nothing of it."""

import pytest
from sqlalchemy import create_engine, inspect, text

from core.errors import Refused
from core.governorates.present import engines, registry
from core.modules.migrations import CORE, current, head, pending, read_chain, upgrade, version_table
from core.modules.problem import Unusable
from core.modules.structure import changing, changing_structure

FILE = """
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {previous}


def upgrade() -> None:
    {body}
"""
KEY = 'sa.Column("id", sa.Integer(), primary_key=True)'
MAKE = f'op.create_table("herd_cow", {KEY}, sa.Column("name", sa.String()))'
PARENT = 'sa.ForeignKey("herd_cow.id", ondelete="CASCADE", name="fk_calf")'
CALF = f'op.create_table("herd_calf", {KEY}, sa.Column("cow_id", sa.Integer(), {PARENT}))'


def write(folder, number, body, previous="same", name=None):
    """Write the migration `number` of the plugin `herd`; by default it follows the one before."""
    folder.mkdir(exist_ok=True)
    before = f'"herd_{number - 1:04d}"' if number > 1 else None
    file = FILE.format(
        id=name or f"herd_{number:04d}", previous=before if previous == "same" else previous, body=body
    )
    (folder / f"{number:04d}_step.py").write_text(file, "utf-8")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "migrations", 1, MAKE)
    write(tmp_path / "migrations", 2, CALF)
    return tmp_path / "migrations"


@pytest.fixture
def engine(workshop, place):
    return engines().get(place, registry().get(place).url)


def names(engine):
    return {name for name in inspect(engine).get_table_names() if "herd" in name}


def test_a_chain_runs_once_and_knows_where_it_is(engine, folder):
    assert upgrade(engine, "herd", folder) == head("herd", folder) == "herd_0002"
    assert names(engine) == {"herd_cow", "herd_calf", version_table("herd")}
    with engine.connect() as connection:
        assert pending(connection, "herd", folder) == ()
    write(folder, 3, 'op.add_column("herd_cow", sa.Column("age", sa.Integer()))')
    with engine.connect() as connection:
        assert pending(connection, "herd", folder) == ("herd_0003",)
    assert upgrade(engine, "herd", folder) == "herd_0003"
    assert upgrade(engine, "herd", folder) == "herd_0003"


def test_a_failing_step_leaves_nothing_of_the_whole_upgrade(engine, folder):
    write(folder, 3, 'op.execute("INSERT INTO herd_nowhere VALUES (1)")')
    with pytest.raises(Exception, match="herd_nowhere"):
        upgrade(engine, "herd", folder)
    assert names(engine) == set()
    with engine.connect() as connection:
        assert current(connection, "herd") is None


def test_another_plugin_whose_files_vanished_stops_nobody(engine, folder, tmp_path):
    upgrade(engine, "herd", folder)
    write(
        tmp_path / "other",
        1,
        'op.create_table("flock_duck", sa.Column("id", sa.Integer()))',
        name="flock_0001",
    )
    assert upgrade(engine, "flock", tmp_path / "other") == "flock_0001"


def test_a_database_newer_than_the_code_is_refused(engine, folder):
    upgrade(engine, "herd", folder)
    (folder / "0002_step.py").unlink()
    with engine.connect() as connection, pytest.raises(Unusable, match="'herd_0002', which this version"):
        pending(connection, "herd", folder)


def test_rebuilding_a_parent_table_does_not_empty_its_children(engine, folder):
    """On SQLite alembic copies and drops the table; with foreign keys on that silently deletes children."""
    upgrade(engine, "herd", folder)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO herd_cow VALUES (1, 'Bess')"))
        connection.execute(text("INSERT INTO herd_calf VALUES (1, 1)"))
    rebuild = 'with op.batch_alter_table("herd_cow", recreate="auto") as batch:\n        '
    write(folder, 3, rebuild + 'batch.alter_column("name", nullable=False, existing_type=sa.String())')
    upgrade(engine, "herd", folder)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM herd_calf")) == 1
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_migration_that_orphans_rows_is_undone(engine, folder):
    upgrade(engine, "herd", folder)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO herd_cow VALUES (1, 'Bess')"))
        connection.execute(text("INSERT INTO herd_calf VALUES (1, 1)"))
    write(folder, 3, 'op.execute("UPDATE herd_calf SET cow_id = 99")')
    with pytest.raises(Exception, match=r"herd_calf|herd_cow"):
        upgrade(engine, "herd", folder)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT cow_id FROM herd_calf")) == 1


def test_two_heads_a_foreign_name_or_unreadable_code_are_named(folder):
    write(folder, 3, "pass", name="cow_0003")
    with pytest.raises(Unusable, match="'cow_0003' must be named herd_NNNN"):
        read_chain("herd", folder)
    write(folder, 3, "pass", previous='"herd_0001"')
    with pytest.raises(Unusable, match="more than one head: herd_0002, herd_0003"):
        read_chain("herd", folder)
    write(folder, 3, "pass", previous='"herd_0009"')
    with pytest.raises(Unusable, match="cannot be read"):
        read_chain("herd", folder)
    (folder / "0003_step.py").write_text("def", "utf-8")
    with pytest.raises(Unusable, match="cannot be read"):
        read_chain("herd", folder)


def test_a_plugin_without_tables_has_no_chain(engine, tmp_path):
    assert upgrade(engine, "herd", tmp_path / "absent") is None
    assert head("herd", tmp_path / "absent") is None


def test_only_one_process_changes_a_database_at_a_time(engine):
    """A second one waits, and gives up with an error instead of breaking anything."""
    other = create_engine(engine.url)
    with changing_structure(engine), pytest.raises(Exception, match=r"locked|lock timeout"):
        intrude(other)
    intrude(other)
    other.dispose()


def intrude(engine):
    """As a second process does, but waiting a second at the most."""
    if engine.dialect.name == "postgresql":
        with changing_structure(engine, wait=1):
            return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def test_what_a_change_refuses_is_a_refusal_and_undone(place, engine, folder):
    def change():
        with changing(place) as (_session, connection):
            upgrade(connection, "herd", folder)
            write(folder, 3, "pass", previous='"herd_0001"')
            upgrade(connection, "herd", folder)

    with pytest.raises(Refused, match="more than one head"):
        change()
    assert names(engine) == set()


def test_core_itself_is_a_chain(engine):
    with engine.connect() as connection:
        assert str(current(connection, CORE)).startswith("core_")
