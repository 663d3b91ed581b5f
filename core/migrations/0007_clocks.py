"""Clocks."""

import sqlalchemy as sa
from alembic import op

from core import Json, UtcDateTime
from core.work.append_only import CLOCK_EVENTS, drop_triggers, install_triggers

revision = "core_0007"
down_revision = "core_0006"


def upgrade() -> None:
    op.create_table(
        "core_calendar_snapshot",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kept_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_core_calendar_snapshot")),
    )
    op.create_table(
        "core_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("clock", sa.String(length=40), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("promise", sa.String(length=10), nullable=True),
        sa.Column("promised_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("calendar", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_clock")),
        sa.UniqueConstraint("model", "record_id", "clock", name=op.f("uq_core_clock_model_record_id_clock")),
    )
    with op.batch_alter_table("core_clock", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_clock_model_clock_due_at"), ["model", "clock", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_clock_stopped_at_calendar"), ["stopped_at", "calendar"], unique=False
        )

    op.create_table(
        "core_clock_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("clock", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("promise", sa.String(length=10), nullable=True),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["core_user.id"], name=op.f("fk_core_clock_event_actor_id_core_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_clock_event")),
    )
    with op.batch_alter_table("core_clock_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_clock_event_model_record_id_id"), ["model", "record_id", "id"], unique=False
        )

    op.create_table(
        "core_decree",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("shifts", Json, nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["core_user.id"], name=op.f("fk_core_decree_added_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["core_user.id"], name=op.f("fk_core_decree_withdrawn_by_id_core_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_decree")),
    )
    install_triggers(op.get_bind(), CLOCK_EVENTS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), CLOCK_EVENTS)
    op.drop_table("core_decree")
    with op.batch_alter_table("core_clock_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_clock_event_model_record_id_id"))

    op.drop_table("core_clock_event")
    with op.batch_alter_table("core_clock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_clock_stopped_at_calendar"))
        batch_op.drop_index(batch_op.f("ix_core_clock_model_clock_due_at"))

    op.drop_table("core_clock")
    op.drop_table("core_calendar_snapshot")
