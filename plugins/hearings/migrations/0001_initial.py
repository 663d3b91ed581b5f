"""Initial."""

import sqlalchemy as sa
from alembic import op

revision = "hearings_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "hearings_hearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("heard_by", sa.String(length=200), nullable=False),
        sa.Column("citizens", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_hearings_hearing_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["core_place.id"], name=op.f("fk_hearings_hearing_place_id_core_place")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_hearings_hearing_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearings_hearing")),
        sa.UniqueConstraint("number", name=op.f("uq_hearings_hearing_number")),
    )
    with op.batch_alter_table("hearings_hearing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearings_hearing_held_on_id"), ["held_on", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_hearings_hearing_unit_id_held_on_id"), ["unit_id", "held_on", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("hearings_hearing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearings_hearing_unit_id_held_on_id"))
        batch_op.drop_index(batch_op.f("ix_hearings_hearing_held_on_id"))

    op.drop_table("hearings_hearing")
