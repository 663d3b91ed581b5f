"""Books."""

import sqlalchemy as sa
from alembic import op

revision = "shelf_0001"
down_revision = None
branch_labels = None
depends_on = None


def reference(column, table):
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_shelf_book_{column}_{table}")


def upgrade():
    op.create_table(
        "shelf_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40), nullable=True),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(10, 2), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("rare", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        reference("category_id", "core_category"),
        reference("place_id", "core_place"),
        reference("follows_id", "shelf_book"),
        reference("unit_id", "core_unit"),
        reference("created_by_id", "core_user"),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_book"),
        sa.UniqueConstraint("number", name="uq_shelf_book_number"),
    )
    op.create_index("ix_shelf_book_received_at_id", "shelf_book", ["received_at", "id"])
    op.create_index("ix_shelf_book_bought_on_id", "shelf_book", ["bought_on", "id"])


def downgrade():
    op.drop_table("shelf_book")
