"""Initial."""

import sqlalchemy as sa
from alembic import op

from core import Json, UtcDateTime

revision = "core_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "core_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_code", sa.String(length=30), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("create", sa.Boolean(), nullable=False),
        sa.Column("write", sa.Boolean(), nullable=False),
        sa.Column("transition", sa.Boolean(), nullable=False),
        sa.Column("export", sa.Boolean(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_access")),
        sa.UniqueConstraint(
            "role_code", "model", "plugin", name=op.f("uq_core_access_role_code_model_plugin")
        ),
    )
    op.create_table(
        "core_category",
        sa.Column("list", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("bodies", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("mass", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_category.id"], name=op.f("fk_core_category_parent_id_core_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_category")),
        sa.UniqueConstraint("list", "code", name=op.f("uq_core_category_list_code")),
    )
    with op.batch_alter_table("core_category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_category_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_category_path"),
            ["path"],
            unique=False,
            postgresql_ops={"path": "text_pattern_ops"},
        )

    op.create_table(
        "core_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_invitation_token_hash")),
    )
    op.create_table(
        "core_number",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "unit_id", "year", name=op.f("pk_core_number")),
    )
    op.create_table(
        "core_place",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_place.id"], name=op.f("fk_core_place_parent_id_core_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_place")),
        sa.UniqueConstraint("code", name=op.f("uq_core_place_code")),
    )
    with op.batch_alter_table("core_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_place_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_place_path"),
            ["path"],
            unique=False,
            postgresql_ops={"path": "text_pattern_ops"},
        )

    op.create_table(
        "core_plugin",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("installed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("enabled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_plugin")),
    )
    op.create_table(
        "core_rate",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("touched_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_core_rate")),
    )
    with op.batch_alter_table("core_rate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_rate_touched_at"), ["touched_at"], unique=False)

    op.create_table(
        "core_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("reach", sa.String(length=10), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_role")),
        sa.UniqueConstraint("code", name=op.f("uq_core_role_code")),
    )
    op.create_table(
        "core_setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_core_setting")),
    )
    op.create_table(
        "core_unit",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("category_body", sa.String(length=20), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_unit.id"], name=op.f("fk_core_unit_parent_id_core_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_core_unit_code")),
    )
    with op.batch_alter_table("core_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_unit_category_body"), ["category_body"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_unit_path"),
            ["path"],
            unique=False,
            postgresql_ops={"path": "text_pattern_ops"},
        )

    op.create_table(
        "core_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("email", name=op.f("uq_core_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_core_user_fs_uniquifier")),
        sa.UniqueConstraint("username", name=op.f("uq_core_user_username")),
    )
    op.create_table(
        "core_login",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=30), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_login_user_id_core_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_login")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_core_login_number_hash")),
    )
    with op.batch_alter_table("core_login", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_login_user_id_ended_at"), ["user_id", "ended_at"], unique=False
        )

    op.create_table(
        "core_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title_ar", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_core_post_unit_id_core_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_post")),
    )
    with op.batch_alter_table("core_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_post_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "core_unit_area",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["core_place.id"], name=op.f("fk_core_unit_area_place_id_core_place")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["core_unit.id"],
            name=op.f("fk_core_unit_area_unit_id_core_unit"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("unit_id", "place_id", name=op.f("pk_core_unit_area")),
    )
    with op.batch_alter_table("core_unit_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_unit_area_place_id"), ["place_id"], unique=False)

    op.create_table(
        "core_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["core_post.id"], name=op.f("fk_core_membership_post_id_core_post")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["core_role.id"], name=op.f("fk_core_membership_role_id_core_role")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["core_unit.id"], name=op.f("fk_core_membership_unit_id_core_unit")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_membership_user_id_core_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_membership")),
        sa.UniqueConstraint(
            "user_id", "unit_id", "role_id", name=op.f("uq_core_membership_user_id_unit_id_role_id")
        ),
    )
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_membership_role_id"), ["role_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_membership_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_membership_unit_id"))
        batch_op.drop_index(batch_op.f("ix_core_membership_role_id"))

    op.drop_table("core_membership")
    with op.batch_alter_table("core_unit_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_unit_area_place_id"))

    op.drop_table("core_unit_area")
    with op.batch_alter_table("core_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_post_unit_id"))

    op.drop_table("core_post")
    with op.batch_alter_table("core_login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_login_user_id_ended_at"))

    op.drop_table("core_login")
    op.drop_table("core_user")
    with op.batch_alter_table("core_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_unit_path"), postgresql_ops={"path": "text_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_core_unit_parent_id"))
        batch_op.drop_index(batch_op.f("ix_core_unit_category_body"))

    op.drop_table("core_unit")
    op.drop_table("core_setting")
    op.drop_table("core_role")
    with op.batch_alter_table("core_rate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_rate_touched_at"))

    op.drop_table("core_rate")
    op.drop_table("core_plugin")
    with op.batch_alter_table("core_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_place_path"), postgresql_ops={"path": "text_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_core_place_parent_id"))

    op.drop_table("core_place")
    op.drop_table("core_number")
    op.drop_table("core_invitation")
    with op.batch_alter_table("core_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_category_path"), postgresql_ops={"path": "text_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_core_category_parent_id"))

    op.drop_table("core_category")
    op.drop_table("core_access")
