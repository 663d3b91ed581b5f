"""Points on the map; and subjects that were shipped before are listed, or not, as new ones are."""

import sqlalchemy as sa
from alembic import op

revision = "complaints_0002"
down_revision = "complaints_0001"


UNLISTED = ("SOC", "HLT", "ADM")
LISTED = ("ADM-SUG", "ADM-THX")


def upgrade() -> None:
    op.add_column("complaints_complaint", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("complaints_complaint", sa.Column("longitude", sa.Double(), nullable=True))
    category = sa.table(
        "core_category", *(sa.column(name) for name in ("list", "code", "confidential", "published"))
    )
    private = sa.or_(
        category.c.confidential == sa.true(),
        *(sa.or_(category.c.code == group, category.c.code.startswith(f"{group}-")) for group in UNLISTED),
    )
    ours = sa.and_(category.c.list == "complaints", category.c.code.not_in(LISTED))
    op.execute(sa.update(category).where(ours, private).values(published=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.drop_column("longitude")
        batch_op.drop_column("latitude")
