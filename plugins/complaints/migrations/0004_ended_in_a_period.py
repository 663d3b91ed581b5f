"""What ended in a period, whenever it was received: a flow of a month scanned the whole table without."""

from alembic import op

revision = "complaints_0004"
down_revision = "complaints_0003"


def upgrade() -> None:
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_answered_at_id"), ["answered_at", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_answered_at_id"))
