import sqlalchemy as sa
from alembic import op

revision = "two_heads_0002"
down_revision = "two_heads_0001"


def upgrade() -> None:
    op.add_column("two_heads_cable", sa.Column("left", sa.Integer()))


def downgrade() -> None:
    pass
