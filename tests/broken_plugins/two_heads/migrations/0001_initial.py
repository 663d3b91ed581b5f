import sqlalchemy as sa
from alembic import op

revision = "two_heads_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "two_heads_cable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_two_heads_cable"),
    )


def downgrade() -> None:
    pass
