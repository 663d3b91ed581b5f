"""Petitions and letters."""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "desk_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "desk_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_desk_letter_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_desk_letter_unit_id_core_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_letter")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_desk_letter_unit_id_number")),
    )
    op.create_table(
        "desk_petition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_desk_petition_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_desk_petition_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_petition")),
        sa.UniqueConstraint("number", name=op.f("uq_desk_petition_number")),
        sa.UniqueConstraint("row_key", name=op.f("uq_desk_petition_row_key")),
    )
    with op.batch_alter_table("desk_petition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_petition_phone_index"), ["phone_index"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("desk_petition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_petition_phone_index"))

    op.drop_table("desk_petition")
    op.drop_table("desk_letter")
