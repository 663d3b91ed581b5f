"""Grades and crates."""

import sqlalchemy as sa
from alembic import op

from core.modules.renaming import rename_model

revision = "orchard_0002"
down_revision = "orchard_0001"


def upgrade() -> None:
    op.add_column("orchard_palm", sa.Column("grade", sa.String(length=1), nullable=True))
    op.execute("UPDATE orchard_palm SET grade = CASE WHEN harvest >= 50 THEN 'A' ELSE 'B' END")
    op.execute(
        "UPDATE orchard_palm SET state = CASE WHEN harvest = 0 THEN 'dead' ELSE 'ailing' END "
        "WHERE state = 'ill'"
    )
    op.drop_index(op.f("ix_orchard_palm_species"), "orchard_palm")
    with op.batch_alter_table("orchard_palm") as batch_op:
        batch_op.alter_column("grade", existing_type=sa.String(length=1), nullable=False)
        batch_op.alter_column("species", new_column_name="kind", existing_type=sa.String(length=40))
    op.create_index(op.f("ix_orchard_palm_kind"), "orchard_palm", ["kind"])
    op.drop_index(op.f("ix_orchard_basket_palm_id"), "orchard_basket")
    op.rename_table("orchard_basket", "orchard_crate")
    op.create_index(op.f("ix_orchard_crate_palm_id"), "orchard_crate", ["palm_id"])
    rename_model(op.get_bind(), "orchard.basket", "orchard.crate")


def downgrade() -> None:
    raise NotImplementedError("two states have become of one: there is no way back")
