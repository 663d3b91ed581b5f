"""Attachments."""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "core_0004"
down_revision = "core_0003"


def upgrade() -> None:
    op.create_table(
        "core_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.String(length=32), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("from_citizen", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["core_user.id"], name=op.f("fk_core_attachment_author_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_core_attachment_unit_id_core_unit")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["core_user.id"], name=op.f("fk_core_attachment_withdrawn_by_id_core_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attachment")),
        sa.UniqueConstraint("stored", name=op.f("uq_core_attachment_stored")),
    )
    with op.batch_alter_table("core_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_attachment_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_attachment_model_record_id_id"), ["model", "record_id", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("core_attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_attachment_model_record_id_id"))
        batch_op.drop_index(batch_op.f("ix_core_attachment_author_id"))

    op.drop_table("core_attachment")
