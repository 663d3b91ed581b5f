"""Cases and lines."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "ledger_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name="fk_ledger_case_created_by_id_core_user"
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["ledger_case.id"], name="fk_ledger_case_follows_id_ledger_case"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["core_place.id"], name="fk_ledger_case_place_id_core_place"),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name="fk_ledger_case_unit_id_core_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_case"),
    )
    op.create_table(
        "ledger_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["ledger_case.id"], name="fk_ledger_line_case_id_ledger_case"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_line"),
    )


def downgrade():
    op.drop_table("ledger_line")
    op.drop_table("ledger_case")
