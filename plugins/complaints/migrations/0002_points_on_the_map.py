"""Points on the map; and of the subjects that were there before, those shipped as public are listed."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from core.people.seeds import rows

revision = "complaints_0002"
down_revision = "complaints_0001"

SEED = Path(__file__).parents[1] / "seed/categories.csv"


def upgrade() -> None:
    op.add_column("complaints_complaint", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("complaints_complaint", sa.Column("longitude", sa.Double(), nullable=True))
    category = sa.table(
        "core_category", *(sa.column(name) for name in ("list", "code", "confidential", "published"))
    )
    public = [row["code"] for _line, row in rows(SEED) if row["published"] == "1"]
    listed = sa.and_(category.c.code.in_(public), category.c.confidential == sa.false())
    shown = sa.case((listed, sa.true()), else_=sa.false())  # what a governorate entered itself stays off
    op.execute(sa.update(category).where(category.c.list == "complaints").values(published=shown))


def downgrade() -> None:
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.drop_column("longitude")
        batch_op.drop_column("latitude")
