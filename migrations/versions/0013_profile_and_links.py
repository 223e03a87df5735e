"""What a tenant says of itself, and links that are mailed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("tenant_profile",
    sa.Column("brand_hue", sa.Numeric(precision=6, scale=3), server_default="335", nullable=False),
    sa.Column("brand_chroma", sa.Numeric(precision=4, scale=3), server_default="0.135", nullable=False),
    sa.Column("logo_id", sa.Uuid(), nullable=True),
    sa.Column("country", sa.Text(), nullable=True),
    sa.Column("needs_second_factor", sa.Boolean(), server_default="false", nullable=False),
    sa.Column("setup", postgresql.JSONB(), server_default="{}", nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("id = tenant_id", name="ck_tenant_profile_one"),
    sa.CheckConstraint("brand_hue >= 0 AND brand_hue < 360", name="ck_tenant_profile_hue"),
    sa.CheckConstraint("brand_chroma >= 0 AND brand_chroma < 0.4", name="ck_tenant_profile_chroma"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_tenant_profile")
    )
    op.secure_tenant_table("tenant_profile")
    op.create_table("email_link",
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(), nullable=False),
    sa.Column("email", sa.Text(), nullable=False),
    sa.Column("member_id", sa.Uuid(), nullable=True),
    sa.Column("data", postgresql.JSONB(), server_default="{}", nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('confirm', 'invite', 'reset', 'email')", name="ck_email_link_kind"),
    sa.ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name="fk_email_link_tenant_id_member_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_email_link"),
    sa.UniqueConstraint("tenant_id", "token_hash", name="uq_email_link_tenant_id_token_hash")
    )
    op.secure_tenant_table("email_link")
    op.create_index("ix_email_link_tenant_id_member_id", "email_link", ["tenant_id", "member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("email_link")
    op.drop_table("tenant_profile")
