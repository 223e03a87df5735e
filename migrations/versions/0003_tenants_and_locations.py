"""Tenants and locations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("account",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("email", sa.Text(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_account")
    )
    op.create_index("uq_account_email", "account", [sa.literal_column("lower(email)")], unique=True)
    op.create_table("location",
    sa.Column("slug", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("time_zone", sa.Text(), nullable=False),
    sa.Column("locale", sa.Text(), nullable=False),
    sa.Column("currency", sa.Text(), nullable=False),
    sa.Column("cut_off", sa.Time(), nullable=False),
    sa.Column("tax_inclusive", sa.Boolean(), nullable=False),
    sa.Column("rounding_mode", sa.Text(), nullable=False),
    sa.Column("rounding_level", sa.Text(), nullable=False),
    sa.Column("cash_step_minor", sa.Integer(), nullable=False),
    sa.Column("dine_in_style", sa.Text(), nullable=False),
    sa.Column("takeaway_style", sa.Text(), nullable=False),
    sa.Column("receipt_header", sa.Text(), nullable=False),
    sa.Column("receipt_footer", sa.Text(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("dine_in_style IN ('pay_first', 'pay_later') AND takeaway_style IN ('pay_first', 'pay_later')", name="ck_location_style"),
    sa.CheckConstraint("kind IN ('live', 'training')", name="ck_location_kind"),
    sa.CheckConstraint("rounding_level IN ('line', 'bill')", name="ck_location_rounding_level"),
    sa.CheckConstraint("rounding_mode IN ('half_up', 'half_even')", name="ck_location_rounding_mode"),
    sa.CheckConstraint("cash_step_minor > 0", name="ck_location_cash_step"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_location"),
    sa.UniqueConstraint("tenant_id", "slug", name="uq_location_tenant_id_slug")
    )
    op.secure_tenant_table("location")
    op.create_table("tenant",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("slug", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_tenant"),
    sa.UniqueConstraint("slug", name="uq_tenant_slug")
    )
    op.create_table("business_day",
    sa.Column("date", sa.Date(), nullable=False),
    sa.Column("cut_off", sa.Time(), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_business_day_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_business_day"),
    sa.UniqueConstraint("tenant_id", "location_id", "date", name="uq_business_day_tenant_id_location_id_date"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_business_day_tenant_id_location_id_id")
    )
    op.secure_tenant_table("business_day")
    op.create_index("uq_business_day_open", "business_day", ["tenant_id", "location_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL"))
    op.create_table("credential",
    sa.Column("account_id", sa.Uuid(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("secret", sa.Text(), nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_credential_account_id"),
    sa.PrimaryKeyConstraint("account_id", "kind", name="pk_credential")
    )
    op.create_table("register",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("series", sa.Text(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_register_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_register"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_register_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "location_id", "series", name="uq_register_tenant_id_location_id_series")
    )
    op.secure_tenant_table("register")
    op.create_table("tenant_host",
    sa.Column("host", sa.Text(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_tenant_host_tenant_id"),
    sa.PrimaryKeyConstraint("host", name="pk_tenant_host")
    )


def downgrade() -> None:
    op.drop_table("tenant_host")
    op.drop_table("register")
    op.drop_table("credential")
    op.drop_index("uq_business_day_open", table_name="business_day", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("business_day")
    op.drop_table("tenant")
    op.drop_table("location")
    op.drop_index("uq_account_email", table_name="account")
    op.drop_table("account")
