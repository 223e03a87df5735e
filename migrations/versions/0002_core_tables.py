"""Core tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("audit_entry",
    sa.Column("location_id", sa.Uuid(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor_id", sa.Uuid(), nullable=True),
    sa.Column("approver_id", sa.Uuid(), nullable=True),
    sa.Column("act", sa.Text(), nullable=False),
    sa.Column("subject_kind", sa.Text(), nullable=False),
    sa.Column("subject_id", sa.Uuid(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=True),
    sa.Column("before", postgresql.JSONB(), nullable=True),
    sa.Column("after", postgresql.JSONB(), nullable=True),
    sa.Column("transaction_id", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_entry")
    )
    op.secure_tenant_table("audit_entry")
    op.create_index("ix_audit_entry_tenant_id_at", "audit_entry", ["tenant_id", "at"], unique=False)
    op.create_index("ix_audit_entry_tenant_id_subject_id", "audit_entry", ["tenant_id", "subject_id"], unique=False)
    op.create_table("idempotency",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("key", sa.Text(), nullable=False),
    sa.Column("actor_id", sa.Uuid(), nullable=True),
    sa.Column("route", sa.Text(), nullable=False),
    sa.Column("body_hash", sa.LargeBinary(), nullable=False),
    sa.Column("result", postgresql.JSONB(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_idempotency")
    )
    op.secure_tenant_table("idempotency")
    op.create_table("location_counter",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("value", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "location_id", "kind", "scope", name="pk_location_counter")
    )
    op.secure_tenant_table("location_counter")
    op.create_table("outbox",
    sa.Column("event", sa.Text(), nullable=False),
    sa.Column("handler", sa.Text(), nullable=False),
    sa.Column("payload", postgresql.JSONB(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=True),
    sa.Column("seq", sa.BigInteger(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
    sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
    sa.Column("error", sa.Text(), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_outbox"),
    sa.UniqueConstraint("tenant_id", "location_id", "seq", name="uq_outbox_tenant_id_location_id_seq")
    )
    op.secure_tenant_table("outbox")
    op.create_index("ix_outbox_tenant_id_created_at", "outbox", ["tenant_id", "created_at"], unique=False)
    op.create_index("ix_outbox_unfinished", "outbox", ["sent_at"], unique=False, postgresql_where=sa.text("done_at IS NULL AND sent_at IS NOT NULL"))
    op.create_index("ix_outbox_unsent", "outbox", [sa.literal_column("seq NULLS FIRST"), "id"], unique=False, postgresql_where=sa.text("sent_at IS NULL"))
    op.create_table("state_change",
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("subject_id", sa.Uuid(), nullable=False),
    sa.Column("from_state", sa.Text(), nullable=False),
    sa.Column("to_state", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("from_state <> to_state", name="ck_state_change_moves"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_state_change")
    )
    op.secure_tenant_table("state_change")
    op.create_index("ix_state_change_tenant_id_subject_id", "state_change", ["tenant_id", "subject_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_state_change_tenant_id_subject_id", table_name="state_change")
    op.drop_table("state_change")
    op.drop_index("ix_outbox_unsent", table_name="outbox", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_index("ix_outbox_unfinished", table_name="outbox", postgresql_where=sa.text("done_at IS NULL AND sent_at IS NOT NULL"))
    op.drop_index("ix_outbox_tenant_id_created_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("location_counter")
    op.drop_table("idempotency")
    op.drop_index("ix_audit_entry_tenant_id_subject_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_tenant_id_at", table_name="audit_entry")
    op.drop_table("audit_entry")
