"""Where the data of an uninstalled module went."""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"


def upgrade() -> None:
    with op.batch_alter_table("core_plugin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("export", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("export_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_plugin", schema=None) as batch_op:
        batch_op.drop_column("export_hash")
        batch_op.drop_column("export")
