"""Papers and pages."""

import sqlalchemy as sa
from alembic import op

revision = "careless_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "careless_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name="fk_careless_paper_created_by_id_core_user"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name="fk_careless_paper_unit_id_core_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_careless_paper"),
    )
    op.create_table(
        "careless_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["careless_paper.id"], name="fk_careless_page_paper_id_careless_paper"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_careless_page"),
    )


def downgrade():
    op.drop_table("careless_page")
    op.drop_table("careless_paper")
