"""What is looked up has its index: members by their account, keys of gestures by their age."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not led by the tenant: an account is held, signed out and forgotten at all its restaurants.
    op.create_index("ix_member_account_id", "member", ["account_id"], unique=False)
    op.create_index(
        "ix_idempotency_tenant_id_created_at",
        "idempotency",
        ["tenant_id", "created_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_idempotency_tenant_id_created_at", table_name="idempotency")
    op.drop_index("ix_member_account_id", table_name="member")
