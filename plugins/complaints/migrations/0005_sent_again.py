"""What another system sent, as a keyed hash: a request sent again is told from another one."""

import sqlalchemy as sa
from alembic import op

revision = "complaints_0005"
down_revision = "complaints_0004"


def upgrade() -> None:
    op.add_column("complaints_complaint", sa.Column("sent_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.drop_column("sent_hash")
