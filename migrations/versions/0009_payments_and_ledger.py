"""Payments and ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("journal_entry",
    sa.Column("cause", sa.Text(), nullable=False),
    sa.Column("cause_id", sa.Uuid(), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("currency", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("cause IN ('sale', 'payment', 'refund')", name="ck_journal_entry_cause"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_journal_entry_tenant_id_location_id_business_day_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_journal_entry"),
    sa.UniqueConstraint("tenant_id", "cause", "cause_id", name="uq_journal_entry_tenant_id_cause_cause_id"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_journal_entry_tenant_id_location_id_id")
    )
    op.secure_tenant_table("journal_entry")
    op.create_index("ix_journal_entry_tenant_id_location_id_business_day_id", "journal_entry", ["tenant_id", "location_id", "business_day_id"], unique=False)
    op.create_table("journal_line",
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("account", sa.Text(), nullable=False),
    sa.Column("tax_rate_id", sa.Uuid(), nullable=True),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "entry_id"], ["journal_entry.tenant_id", "journal_entry.location_id", "journal_entry.id"], name="fk_journal_line_tenant_id_location_id_entry_id"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_rate_id"], ["tax_rate.tenant_id", "tax_rate.id"], name="fk_journal_line_tenant_id_tax_rate_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_journal_line")
    )
    op.secure_tenant_table("journal_line")
    op.create_index("ix_journal_line_tenant_id_entry_id", "journal_line", ["tenant_id", "entry_id"], unique=False)
    op.create_table("payment",
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("bill_id", sa.Uuid(), nullable=False),
    sa.Column("register_id", sa.Uuid(), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("tender", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("currency", sa.Text(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("tip_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("rounding_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("tendered_minor", sa.BigInteger(), nullable=True),
    sa.Column("change_minor", sa.BigInteger(), nullable=True),
    sa.Column("card_brand", sa.Text(), nullable=True),
    sa.Column("card_last4", sa.Text(), nullable=True),
    sa.Column("decline_reason", sa.Text(), nullable=True),
    sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("asked", sa.Integer(), nullable=False),
    sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_by", sa.Uuid(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("state IN ('created', 'sending', 'authorised', 'capturing', 'captured', 'declined', 'cancelled', 'voided', 'expired', 'unknown')", name="ck_payment_state"),
    sa.CheckConstraint("tender IN ('cash', 'card')", name="ck_payment_tender"),
    sa.CheckConstraint("amount_minor >= 0 AND tip_minor >= 0", name="ck_payment_amount"),
    sa.ForeignKeyConstraint(["tenant_id", "created_by"], ["member.tenant_id", "member.id"], name="fk_payment_tenant_id_created_by"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "bill_id"], ["bill.tenant_id", "bill.location_id", "bill.id"], name="fk_payment_tenant_id_location_id_bill_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_payment_tenant_id_location_id_business_day_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_payment_tenant_id_location_id_order_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "register_id"], ["register.tenant_id", "register.location_id", "register.id"], name="fk_payment_tenant_id_location_id_register_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_payment"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_payment_tenant_id_location_id_id")
    )
    op.secure_tenant_table("payment")
    op.create_index("ix_payment_tenant_id_bill_id", "payment", ["tenant_id", "bill_id"], unique=False)
    op.create_index("ix_payment_tenant_id_location_id_business_day_id", "payment", ["tenant_id", "location_id", "business_day_id"], unique=False)
    op.create_index("ix_payment_unresolved", "payment", ["tenant_id", "location_id"], unique=False, postgresql_where=sa.text("state IN ('created', 'sending', 'unknown', 'capturing')"))
    op.create_table("refund",
    sa.Column("payment_id", sa.Uuid(), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("document_id", sa.Uuid(), nullable=True),
    sa.Column("asked", sa.Integer(), nullable=False),
    sa.Column("created_by", sa.Uuid(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('refund', 'reversal')", name="ck_refund_kind"),
    sa.CheckConstraint("state IN ('created', 'sending', 'done', 'failed', 'cancelled', 'unknown')", name="ck_refund_state"),
    sa.CheckConstraint("amount_minor > 0", name="ck_refund_amount"),
    sa.ForeignKeyConstraint(["tenant_id", "created_by"], ["member.tenant_id", "member.id"], name="fk_refund_tenant_id_created_by"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_refund_tenant_id_location_id_business_day_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "document_id"], ["fiscal_document.tenant_id", "fiscal_document.location_id", "fiscal_document.id"], name="fk_refund_tenant_id_location_id_document_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "payment_id"], ["payment.tenant_id", "payment.location_id", "payment.id"], name="fk_refund_tenant_id_location_id_payment_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_refund"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_refund_tenant_id_location_id_id")
    )
    op.secure_tenant_table("refund")
    op.create_index("ix_refund_tenant_id_payment_id", "refund", ["tenant_id", "payment_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_refund_tenant_id_payment_id", table_name="refund")
    op.drop_table("refund")
    op.drop_index("ix_payment_unresolved", table_name="payment", postgresql_where=sa.text("state IN ('created', 'sending', 'unknown', 'capturing')"))
    op.drop_index("ix_payment_tenant_id_location_id_business_day_id", table_name="payment")
    op.drop_index("ix_payment_tenant_id_bill_id", table_name="payment")
    op.drop_table("payment")
    op.drop_index("ix_journal_line_tenant_id_entry_id", table_name="journal_line")
    op.drop_table("journal_line")
    op.drop_index("ix_journal_entry_tenant_id_location_id_business_day_id", table_name="journal_entry")
    op.drop_table("journal_entry")
