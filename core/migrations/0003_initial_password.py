"""Since when a person has a password that somebody else made."""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "core_0003"
down_revision = "core_0002"


def upgrade() -> None:
    op.add_column("core_user", sa.Column("initial_password_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_column("initial_password_at")
