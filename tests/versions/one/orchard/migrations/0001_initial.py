"""Palms and baskets."""

import sqlalchemy as sa
from alembic import op

from core import Json, UtcDateTime

revision = "orchard_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "orchard_palm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("species", sa.String(length=40), nullable=False),
        sa.Column("harvest", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("planted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("remarks", Json, nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_orchard_palm_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_orchard_palm_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orchard_palm")),
    )
    op.create_index(op.f("ix_orchard_palm_species"), "orchard_palm", ["species"])
    op.create_table(
        "orchard_basket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("palm_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["palm_id"], ["orchard_palm.id"], name=op.f("fk_orchard_basket_palm_id_orchard_palm")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orchard_basket")),
    )
    op.create_index(op.f("ix_orchard_basket_palm_id"), "orchard_basket", ["palm_id"])


def downgrade() -> None:
    op.drop_table("orchard_basket")
    op.drop_table("orchard_palm")
