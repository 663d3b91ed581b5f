"""A governorate that was there before: its subjects are listed, or not, as those of a new one."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from core.governorates.present import engines, registry

MIGRATION = "plugins.complaints.migrations.0002_points_on_the_map"


def test_the_upgrade_takes_private_subjects_off_the_list(desk):
    with desk.app.app_context():
        engine = engines().get(desk.code, registry().get(desk.code).url)
    codes = text("SELECT code FROM core_category WHERE NOT published ORDER BY code")
    with engine.execution_options(diwan_write=True).begin() as connection:
        shipped = connection.scalars(codes).all()
        connection.execute(text("UPDATE core_category SET published = (1 = 1)"))
        connection.execute(text("INSERT INTO core_category (id, list, code, name_ar, bodies, confidential, emergency,"
                                " mass, published, active, path) SELECT 9999, 'services', 'SOC-X', 'x', '', confidential,"
                                " emergency, mass, published, active, '/9999/' FROM core_category WHERE code = 'UTL'"))  # fmt: skip
        for column in ("latitude", "longitude"):
            connection.execute(text(f"ALTER TABLE complaints_complaint DROP COLUMN {column}"))
        with Operations.context(MigrationContext.configure(connection)):
            import_module(MIGRATION).upgrade()
        assert connection.scalars(codes).all() == shipped, "and nothing of another module's list"
    assert {"SOC-TAK", "HLT-SRV", "ADM-COR", "EDU-CON"} <= set(shipped)
    assert "ADM-SUG" not in shipped
