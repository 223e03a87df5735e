"""People."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("role",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("permissions", postgresql.JSONB(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_role"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_role_tenant_id_name")
    )
    op.secure_tenant_table("role")
    op.create_table("sign_in_failure",
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sign_in_failure")
    )
    op.secure_tenant_table("sign_in_failure")
    op.create_index("ix_sign_in_failure_tenant_id_subject_at", "sign_in_failure", ["tenant_id", "subject", "at"], unique=False)
    op.create_table("member",
    sa.Column("account_id", sa.Uuid(), nullable=True),
    sa.Column("role_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("pin_hash", sa.Text(), nullable=True),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "role_id"], ["role.tenant_id", "role.id"], name="fk_member_tenant_id_role_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_member"),
    sa.UniqueConstraint("tenant_id", "account_id", name="uq_member_tenant_id_account_id")
    )
    op.secure_tenant_table("member")
    op.create_table("login_session",
    sa.Column("token_hash", sa.LargeBinary(), nullable=False),
    sa.Column("member_id", sa.Uuid(), nullable=False),
    sa.Column("opened_by", sa.Uuid(), nullable=False),
    sa.Column("data", postgresql.JSONB(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name="fk_login_session_tenant_id_member_id"),
    sa.ForeignKeyConstraint(["tenant_id", "opened_by"], ["member.tenant_id", "member.id"], name="fk_login_session_tenant_id_opened_by"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_login_session"),
    sa.UniqueConstraint("tenant_id", "token_hash", name="uq_login_session_tenant_id_token_hash")
    )
    op.secure_tenant_table("login_session")
    op.create_index("ix_login_session_tenant_id_member_id", "login_session", ["tenant_id", "member_id"], unique=False)
    op.create_table("member_location",
    sa.Column("member_id", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_member_location_tenant_id_location_id"),
    sa.ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name="fk_member_location_tenant_id_member_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_member_location"),
    sa.UniqueConstraint("tenant_id", "member_id", "location_id", name="uq_member_location_tenant_id_member_id_location_id")
    )
    op.secure_tenant_table("member_location")


def downgrade() -> None:
    op.drop_table("member_location")
    op.drop_index("ix_login_session_tenant_id_member_id", table_name="login_session")
    op.drop_table("login_session")
    op.drop_table("member")
    op.drop_index("ix_sign_in_failure_tenant_id_subject_at", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("role")
