import sqlalchemy as sa
from alembic import op

revision = "lumen_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "lumen_lamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lamps_lamp"),
    )


def downgrade() -> None:
    pass
