"""Whether a person still has the password that somebody else made."""

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"


def upgrade() -> None:
    op.add_column(
        "core_user",
        sa.Column("initial_password", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_column("initial_password")
