"""Keys of machines, and which subjects may stand in open lists."""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "core_0006"
down_revision = "core_0005"


def upgrade() -> None:
    op.create_table(
        "core_machine_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_core_machine_key_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_machine_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_core_machine_key_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_core_machine_key_name")),
    )
    op.add_column(
        "core_category", sa.Column("published", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("core_category", schema=None) as batch_op:
        batch_op.drop_column("published")

    op.drop_table("core_machine_key")
