from alembic import op

revision = "failing_migration_0001"
down_revision = None


def upgrade() -> None:
    op.execute("INSERT INTO nowhere VALUES (1)")


def downgrade() -> None:
    pass
