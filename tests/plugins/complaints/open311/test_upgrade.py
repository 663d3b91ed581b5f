"""A governorate that was there before: its subjects are listed, or not, as those of a new one."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from core.governorates.present import engines, registry

MIGRATION = "plugins.complaints.migrations.0002_points_on_the_map"


def test_the_upgrade_lists_what_was_shipped_as_public_and_nothing_else(desk):
    with desk.app.app_context():
        engine = engines().get(desk.code, registry().get(desk.code).url)
    codes = text("SELECT code FROM core_category WHERE NOT published ORDER BY code")
    with engine.execution_options(diwan_write=True).begin() as connection:
        shipped = connection.scalars(codes).all()
        connection.execute(text("UPDATE core_category SET published = (1 = 1)"))
        connection.execute(text("INSERT INTO core_category (id, list, code, name_ar, bodies, confidential, emergency,"
                                " mass, published, active, path) SELECT 9999, 'services', 'SOC-X', 'x', '', confidential,"
                                " emergency, mass, published, active, '/9999/' FROM core_category WHERE code = 'UTL'"))  # fmt: skip
        connection.execute(text("INSERT INTO core_category (id, list, code, name_ar, bodies, confidential, emergency,"
                                " mass, published, active, parent_id, path) SELECT 9998, list, 'UTL-OWN', 'x', '', confidential,"
                                " emergency, mass, published, active, id, '/9998/' FROM core_category WHERE code = 'UTL'"))  # fmt: skip
        connection.execute(text("UPDATE core_category SET confidential = (1 = 1) WHERE code = 'RDL-LGT'"))
        for column in ("latitude", "longitude"):
            connection.execute(text(f"ALTER TABLE complaints_complaint DROP COLUMN {column}"))
        with Operations.context(MigrationContext.configure(connection)):
            import_module(MIGRATION).upgrade()
        private = sorted([*shipped, "UTL-OWN", "RDL-LGT"])
        assert connection.scalars(codes).all() == private, "and nothing of another module's list is touched"
    assert {"SOC-TAK", "HLT-SRV", "ADM-COR", "EDU-CON"} <= set(shipped)
    assert "ADM-SUG" not in shipped
