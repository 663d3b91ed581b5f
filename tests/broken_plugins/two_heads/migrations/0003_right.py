import sqlalchemy as sa
from alembic import op

revision = "two_heads_0003"
down_revision = "two_heads_0001"


def upgrade() -> None:
    op.add_column("two_heads_cable", sa.Column("right", sa.Integer()))


def downgrade() -> None:
    pass
