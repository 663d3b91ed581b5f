"""Initial."""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "complaints_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "complaints_complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("uuid", sa.String(length=32), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("applicant_kind", sa.String(length=20), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=80), nullable=True),
        sa.Column("tracking_hash", sa.String(length=64), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("notified_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["core_unit.id"], name=op.f("fk_complaints_complaint_body_id_core_unit")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["core_category.id"],
            name=op.f("fk_complaints_complaint_category_id_core_category"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_complaints_complaint_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["core_place.id"], name=op.f("fk_complaints_complaint_place_id_core_place")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_complaints_complaint_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints_complaint")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_complaint_number")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_complaints_complaint_source_source_ref")),
        sa.UniqueConstraint("uuid", name=op.f("uq_complaints_complaint_uuid")),
    )
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_body_id_state_received_at_id"),
            ["body_id", "state", "received_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_category_id_received_at_id"),
            ["category_id", "received_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_created_by_id"), ["created_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_place_id_received_at_id"),
            ["place_id", "received_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_received_at_id"), ["received_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_state_received_at_id"),
            ["state", "received_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_complaint_unit_id_state_received_at_id"),
            ["unit_id", "state", "received_at", "id"],
            unique=False,
        )

    op.create_table(
        "complaints_applicant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("contact_refused", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("identity_kind", sa.String(length=20), nullable=False),
        sa.Column("identity_none", sa.String(length=200), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_index", sa.String(length=64), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("phone_typed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name=op.f("fk_complaints_applicant_complaint_id_complaints_complaint"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints_applicant")),
        sa.UniqueConstraint("row_key", name=op.f("uq_complaints_applicant_row_key")),
    )
    with op.batch_alter_table("complaints_applicant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaints_applicant_complaint_id"), ["complaint_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_applicant_identity_index"), ["identity_index"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_applicant_phone_index"), ["phone_index"], unique=False
        )

    op.create_table(
        "complaints_referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name=op.f("fk_complaints_referral_complaint_id_complaints_complaint"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["core_user.id"], name=op.f("fk_complaints_referral_created_by_id_core_user")
        ),
        sa.ForeignKeyConstraint(
            ["from_unit_id"], ["core_unit.id"], name=op.f("fk_complaints_referral_from_unit_id_core_unit")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_complaints_referral_unit_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints_referral")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_referral_number")),
    )
    with op.batch_alter_table("complaints_referral", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaints_referral_complaint_id_id"), ["complaint_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaints_referral_unit_id_sent_at_id"),
            ["unit_id", "sent_at", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("complaints_referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaints_referral_unit_id_sent_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_referral_complaint_id_id"))

    op.drop_table("complaints_referral")
    with op.batch_alter_table("complaints_applicant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaints_applicant_phone_index"))
        batch_op.drop_index(batch_op.f("ix_complaints_applicant_identity_index"))
        batch_op.drop_index(batch_op.f("ix_complaints_applicant_complaint_id"))

    op.drop_table("complaints_applicant")
    with op.batch_alter_table("complaints_complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_unit_id_state_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_state_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_place_id_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_created_by_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_category_id_received_at_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_complaint_body_id_state_received_at_id"))

    op.drop_table("complaints_complaint")
