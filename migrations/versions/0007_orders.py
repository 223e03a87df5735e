"""Orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("orders",
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=True),
    sa.Column("channel", sa.Text(), nullable=False),
    sa.Column("service_type", sa.Text(), nullable=False),
    sa.Column("style", sa.Text(), nullable=False),
    sa.Column("visit_id", sa.Uuid(), nullable=True),
    sa.Column("pickup_name", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("currency", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("opened_by", sa.Uuid(), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("channel IN ('pos', 'qr', 'web', 'api')", name="ck_orders_channel"),
    sa.CheckConstraint("service_type IN ('dine_in', 'takeaway')", name="ck_orders_service_type"),
    sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="ck_orders_state"),
    sa.CheckConstraint("style IN ('pay_first', 'pay_later')", name="ck_orders_style"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_orders_tenant_id_location_id_business_day_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "visit_id"], ["visit.tenant_id", "visit.location_id", "visit.id"], name="fk_orders_tenant_id_location_id_visit_id"),
    sa.ForeignKeyConstraint(["tenant_id", "opened_by"], ["member.tenant_id", "member.id"], name="fk_orders_tenant_id_opened_by"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_orders"),
    sa.UniqueConstraint("tenant_id", "business_day_id", "number", name="uq_orders_tenant_id_business_day_id_number"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_orders_tenant_id_location_id_id")
    )
    op.secure_tenant_table("orders")
    op.create_index("ix_orders_open", "orders", ["tenant_id", "location_id", "opened_at"], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index("uq_orders_open_visit", "orders", ["tenant_id", "visit_id"], unique=True, postgresql_where=sa.text("state = 'open' AND visit_id IS NOT NULL"))
    op.create_table("bill",
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("net_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("under_way_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("state <> 'settled' OR paid_minor = total_minor", name="ck_bill_settled"),
    sa.CheckConstraint("state IN ('open', 'settled', 'void')", name="ck_bill_state"),
    sa.CheckConstraint("net_minor + tax_minor = total_minor", name="ck_bill_total"),
    sa.CheckConstraint("paid_minor >= 0 AND under_way_minor >= 0 AND paid_minor + under_way_minor <= total_minor", name="ck_bill_paid"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_bill_tenant_id_location_id_order_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_bill"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_bill_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "order_id", "number", name="uq_bill_tenant_id_order_id_number")
    )
    op.secure_tenant_table("bill")
    op.create_table("firing",
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("fired_by", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("reason IN ('first', 'remake')", name="ck_firing_reason"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_firing_tenant_id_location_id_order_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_firing"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_firing_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "order_id", "number", name="uq_firing_tenant_id_order_id_number")
    )
    op.secure_tenant_table("firing")
    op.create_table("order_change",
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("act", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor_id", sa.Uuid(), nullable=False),
    sa.Column("detail", postgresql.JSONB(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_order_change_tenant_id_location_id_order_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_order_change"),
    sa.UniqueConstraint("tenant_id", "order_id", "version", name="uq_order_change_tenant_id_order_id_version")
    )
    op.secure_tenant_table("order_change")
    op.create_table("order_line",
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("parent_line_id", sa.Uuid(), nullable=True),
    sa.Column("origin_line_id", sa.Uuid(), nullable=True),
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("variant_id", sa.Uuid(), nullable=False),
    sa.Column("category_id", sa.Uuid(), nullable=False),
    sa.Column("category_name", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kitchen_name", sa.Text(), nullable=False),
    sa.Column("variant_name", sa.Text(), nullable=False),
    sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("unit", sa.Text(), nullable=False),
    sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
    sa.Column("modifiers_minor", sa.BigInteger(), nullable=False),
    sa.Column("gross_minor", sa.BigInteger(), nullable=False),
    sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("net_minor", sa.BigInteger(), nullable=False),
    sa.Column("course", sa.Integer(), nullable=False),
    sa.Column("on_hold", sa.Boolean(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("service_type", sa.Text(), nullable=False),
    sa.Column("stations", postgresql.JSONB(), nullable=False),
    sa.Column("prep_minutes", sa.Integer(), nullable=True),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("added_by", sa.Uuid(), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("counted", sa.Boolean(), nullable=False),
    sa.Column("void_reason", sa.Text(), nullable=True),
    sa.Column("void_made", sa.Boolean(), nullable=True),
    sa.Column("voided_by", sa.Uuid(), nullable=True),
    sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("(state = 'voided') = (void_reason IS NOT NULL)", name="ck_order_line_void_reason"),
    sa.CheckConstraint("kind IN ('item', 'combo', 'deposit', 'fee')", name="ck_order_line_kind"),
    sa.CheckConstraint("state IN ('new', 'held', 'fired', 'preparing', 'ready', 'served', 'voided')", name="ck_order_line_state"),
    sa.CheckConstraint("quantity > 0", name="ck_order_line_quantity"),
    sa.ForeignKeyConstraint(["tenant_id", "added_by"], ["member.tenant_id", "member.id"], name="fk_order_line_tenant_id_added_by"),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_order_line_tenant_id_item_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_order_line_tenant_id_location_id_order_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "origin_line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_order_line_tenant_id_location_id_origin_line_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "parent_line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_order_line_tenant_id_location_id_parent_line_id"),
    sa.ForeignKeyConstraint(["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_order_line_tenant_id_variant_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_order_line"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_order_line_tenant_id_location_id_id")
    )
    op.secure_tenant_table("order_line")
    op.create_index("ix_order_line_tenant_id_order_id", "order_line", ["tenant_id", "order_id"], unique=False)
    op.create_table("bill_line",
    sa.Column("bill_id", sa.Uuid(), nullable=False),
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("weight", sa.Integer(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "bill_id"], ["bill.tenant_id", "bill.location_id", "bill.id"], name="fk_bill_line_tenant_id_location_id_bill_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_bill_line_tenant_id_location_id_line_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_bill_line"),
    sa.UniqueConstraint("tenant_id", "bill_id", "line_id", name="uq_bill_line_tenant_id_bill_id_line_id")
    )
    op.secure_tenant_table("bill_line")
    op.create_index("ix_bill_line_tenant_id_line_id", "bill_line", ["tenant_id", "line_id"], unique=False)
    op.create_table("firing_line",
    sa.Column("firing_id", sa.Uuid(), nullable=False),
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "firing_id"], ["firing.tenant_id", "firing.location_id", "firing.id"], name="fk_firing_line_tenant_id_location_id_firing_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_firing_line_tenant_id_location_id_line_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_firing_line"),
    sa.UniqueConstraint("tenant_id", "firing_id", "line_id", name="uq_firing_line_tenant_id_firing_id_line_id")
    )
    op.secure_tenant_table("firing_line")
    op.create_index("ix_firing_line_tenant_id_line_id", "firing_line", ["tenant_id", "line_id"], unique=False)
    op.create_table("fiscal_document",
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("register_id", sa.Uuid(), nullable=False),
    sa.Column("series", sa.Text(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("order_id", sa.Uuid(), nullable=True),
    sa.Column("bill_id", sa.Uuid(), nullable=True),
    sa.Column("currency", sa.Text(), nullable=False),
    sa.Column("net_minor", sa.BigInteger(), nullable=False),
    sa.Column("tax_minor", sa.BigInteger(), nullable=False),
    sa.Column("total_minor", sa.BigInteger(), nullable=False),
    sa.Column("content", postgresql.JSONB(), nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("issued_by", sa.Uuid(), nullable=False),
    sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
    sa.Column("hash", sa.LargeBinary(), nullable=False),
    sa.Column("signature", sa.Text(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('sale', 'correction', 'refund', 'order', 'pro-forma', 'no-sale', 'training')", name="ck_fiscal_document_kind"),
    sa.CheckConstraint("signature IN ('none', 'pending', 'signed', 'outage')", name="ck_fiscal_document_signature"),
    sa.ForeignKeyConstraint(["tenant_id", "issued_by"], ["member.tenant_id", "member.id"], name="fk_fiscal_document_tenant_id_issued_by"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "bill_id"], ["bill.tenant_id", "bill.location_id", "bill.id"], name="fk_fiscal_document_tenant_id_location_id_bill_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_fiscal_document_tenant_id_location_id_business_day_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_fiscal_document_tenant_id_location_id_order_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "register_id"], ["register.tenant_id", "register.location_id", "register.id"], name="fk_fiscal_document_tenant_id_location_id_register_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_fiscal_document"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_fiscal_document_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "register_id", "series", "number", name="uq_fiscal_document_tenant_id_register_id_series_number")
    )
    op.secure_tenant_table("fiscal_document")
    op.create_index("ix_fiscal_document_tenant_id_bill_id", "fiscal_document", ["tenant_id", "bill_id"], unique=False)
    op.create_index("ix_fiscal_document_tenant_id_location_id_business_day_id", "fiscal_document", ["tenant_id", "location_id", "business_day_id"], unique=False)
    op.create_table("line_allergy",
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("allergen", sa.Text(), nullable=False),
    sa.Column("seat", sa.Integer(), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_line_allergy_tenant_id_location_id_line_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_line_allergy")
    )
    op.secure_tenant_table("line_allergy")
    op.create_index("ix_line_allergy_tenant_id_line_id", "line_allergy", ["tenant_id", "line_id"], unique=False)
    op.create_table("line_modifier",
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("modifier_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("group_name", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kitchen_name", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("price_minor", sa.BigInteger(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_line_modifier_tenant_id_location_id_line_id"),
    sa.ForeignKeyConstraint(["tenant_id", "modifier_id"], ["modifier.tenant_id", "modifier.id"], name="fk_line_modifier_tenant_id_modifier_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_line_modifier")
    )
    op.secure_tenant_table("line_modifier")
    op.create_index("ix_line_modifier_tenant_id_line_id", "line_modifier", ["tenant_id", "line_id"], unique=False)
    op.create_table("line_seat",
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("seat", sa.Integer(), nullable=False),
    sa.Column("weight", sa.Integer(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("seat > 0 AND weight > 0", name="ck_line_seat_seat"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_line_seat_tenant_id_location_id_line_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_line_seat")
    )
    op.secure_tenant_table("line_seat")
    op.create_index("ix_line_seat_tenant_id_line_id", "line_seat", ["tenant_id", "line_id"], unique=False)
    op.create_table("line_tax",
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("tax_rate_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("percent", sa.Numeric(precision=7, scale=4), nullable=False),
    sa.Column("inclusive", sa.Boolean(), nullable=False),
    sa.Column("base_minor", sa.BigInteger(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_line_tax_tenant_id_location_id_line_id"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_rate_id"], ["tax_rate.tenant_id", "tax_rate.id"], name="fk_line_tax_tenant_id_tax_rate_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_line_tax"),
    sa.UniqueConstraint("tenant_id", "line_id", "tax_rate_id", name="uq_line_tax_tenant_id_line_id_tax_rate_id")
    )
    op.secure_tenant_table("line_tax")


def downgrade() -> None:
    op.drop_table("line_tax")
    op.drop_index("ix_line_seat_tenant_id_line_id", table_name="line_seat")
    op.drop_table("line_seat")
    op.drop_index("ix_line_modifier_tenant_id_line_id", table_name="line_modifier")
    op.drop_table("line_modifier")
    op.drop_index("ix_line_allergy_tenant_id_line_id", table_name="line_allergy")
    op.drop_table("line_allergy")
    op.drop_index("ix_fiscal_document_tenant_id_location_id_business_day_id", table_name="fiscal_document")
    op.drop_index("ix_fiscal_document_tenant_id_bill_id", table_name="fiscal_document")
    op.drop_table("fiscal_document")
    op.drop_index("ix_firing_line_tenant_id_line_id", table_name="firing_line")
    op.drop_table("firing_line")
    op.drop_index("ix_bill_line_tenant_id_line_id", table_name="bill_line")
    op.drop_table("bill_line")
    op.drop_index("ix_order_line_tenant_id_order_id", table_name="order_line")
    op.drop_table("order_line")
    op.drop_table("order_change")
    op.drop_table("firing")
    op.drop_table("bill")
    op.drop_index("uq_orders_open_visit", table_name="orders", postgresql_where=sa.text("state = 'open' AND visit_id IS NOT NULL"))
    op.drop_index("ix_orders_open", table_name="orders", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("orders")
