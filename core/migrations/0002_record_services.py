"""Record services."""

import sqlalchemy as sa
from alembic import op

from core import Json, UtcDateTime
from core.work.append_only import drop_triggers, install_triggers

revision = "core_0002"
down_revision = "core_0001"


def upgrade() -> None:
    op.create_table(
        "core_audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=200), nullable=True),
        sa.Column("op", sa.String(length=20), nullable=False),
        sa.Column("diff", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_core_audit")),
    )
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_audit_model_record_id"), ["model", "record_id"], unique=False
        )

    op.create_table(
        "core_audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_audit_head")),
    )
    op.create_table(
        "core_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_message")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_core_message_effect_key")),
        sa.UniqueConstraint("row_key", name=op.f("uq_core_message_row_key")),
    )
    with op.batch_alter_table("core_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_message_model_record_id_id"), ["model", "record_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_message_state_next_at"), ["state", "next_at"], unique=False)

    op.create_table(
        "core_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["core_user.id"], name=op.f("fk_core_note_author_id_core_user")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_note_unit_id_core_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_note")),
    )
    with op.batch_alter_table("core_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_note_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_note_model_record_id_id"), ["model", "record_id", "id"], unique=False
        )

    op.create_table(
        "core_transition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("duty", sa.String(length=40), nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["core_user.id"], name=op.f("fk_core_transition_actor_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["core_post.id"], name=op.f("fk_core_transition_post_id_core_post")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_core_transition_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_transition")),
    )
    with op.batch_alter_table("core_transition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_transition_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_transition_model_record_id_id"), ["model", "record_id", "id"], unique=False
        )
    install_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    with op.batch_alter_table("core_transition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_transition_model_record_id_id"))
        batch_op.drop_index(batch_op.f("ix_core_transition_actor_id"))

    op.drop_table("core_transition")
    with op.batch_alter_table("core_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_note_model_record_id_id"))
        batch_op.drop_index(batch_op.f("ix_core_note_author_id"))

    op.drop_table("core_note")
    with op.batch_alter_table("core_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_message_state_next_at"))
        batch_op.drop_index(batch_op.f("ix_core_message_model_record_id_id"))

    op.drop_table("core_message")
    op.drop_table("core_audit_head")
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_audit_model_record_id"))

    op.drop_table("core_audit")
