"""Access by programs: grants, refresh tokens, the keys that sign access tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("token_epoch", sa.Integer(), server_default="0", nullable=False))
    op.create_table("signing_key",
    sa.Column("public_key", sa.LargeBinary(), nullable=False),
    sa.Column("private_key", sa.Text(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_signing_key")
    )
    op.secure_tenant_table("signing_key")
    op.create_index("uq_signing_key_active", "signing_key", ["tenant_id"], unique=True, postgresql_where=sa.text("retired_at IS NULL"))
    op.create_table("api_grant",
    sa.Column("member_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("scopes", postgresql.JSONB(), nullable=False),
    sa.Column("prefix", sa.Text(), nullable=False),
    sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
    sa.Column("epoch", sa.Integer(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('person', 'machine')", name="ck_api_grant_kind"),
    sa.CheckConstraint("(kind = 'machine') = (secret_hash IS NOT NULL)", name="ck_api_grant_secret"),
    sa.ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name="fk_api_grant_tenant_id_member_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_api_grant")
    )
    op.secure_tenant_table("api_grant")
    op.create_index("ix_api_grant_tenant_id_member_id", "api_grant", ["tenant_id", "member_id"], unique=False)
    op.create_table("refresh_token",
    sa.Column("grant_id", sa.Uuid(), nullable=False),
    sa.Column("parent_id", sa.Uuid(), nullable=True),
    sa.Column("token_hash", sa.LargeBinary(), nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "grant_id"], ["api_grant.tenant_id", "api_grant.id"], name="fk_refresh_token_tenant_id_grant_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_refresh_token"),
    sa.UniqueConstraint("tenant_id", "token_hash", name="uq_refresh_token_tenant_id_token_hash")
    )
    op.secure_tenant_table("refresh_token")
    op.create_index("ix_refresh_token_tenant_id_grant_id", "refresh_token", ["tenant_id", "grant_id"], unique=False)
    op.create_index("uq_refresh_token_live", "refresh_token", ["tenant_id", "grant_id"], unique=True, postgresql_where=sa.text("spent_at IS NULL"))


def downgrade() -> None:
    op.drop_table("refresh_token")
    op.drop_table("api_grant")
    op.drop_table("signing_key")
    op.drop_column("member", "token_epoch")
