"""Menu."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("modifier_group",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("min", sa.Integer(), nullable=False),
    sa.Column("max", sa.Integer(), nullable=True),
    sa.Column("included_free", sa.Integer(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("min >= 0 AND (max IS NULL OR max >= min)", name="ck_modifier_group_limits"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_modifier_group"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_modifier_group_tenant_id_name")
    )
    op.secure_tenant_table("modifier_group")
    op.create_table("tax_class",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_tax_class"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_tax_class_tenant_id_name")
    )
    op.secure_tenant_table("tax_class")
    op.create_table("category",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("hue", sa.Integer(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("course", sa.Integer(), nullable=False),
    sa.Column("station", sa.Text(), nullable=True),
    sa.Column("tax_class_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("hue BETWEEN 0 AND 11", name="ck_category_hue"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_class_id"], ["tax_class.tenant_id", "tax_class.id"], name="fk_category_tenant_id_tax_class_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_category"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_category_tenant_id_name")
    )
    op.secure_tenant_table("category")
    op.create_table("modifier",
    sa.Column("group_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kitchen_name", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("usual", sa.Boolean(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("station", sa.Text(), nullable=True),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('choice', 'add', 'no')", name="ck_modifier_kind"),
    sa.ForeignKeyConstraint(["tenant_id", "group_id"], ["modifier_group.tenant_id", "modifier_group.id"], name="fk_modifier_tenant_id_group_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_modifier"),
    sa.UniqueConstraint("tenant_id", "group_id", "name", name="uq_modifier_tenant_id_group_id_name")
    )
    op.secure_tenant_table("modifier")
    op.create_table("modifier_allergen",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("modifier_id", sa.Uuid(), nullable=False),
    sa.Column("allergen", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "modifier_id"], ["modifier.tenant_id", "modifier.id"], name="fk_modifier_allergen_tenant_id_modifier_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "modifier_id", "allergen", name="pk_modifier_allergen")
    )
    op.secure_tenant_table("modifier_allergen")
    op.create_table("price_list",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=True),
    sa.Column("channel", sa.Text(), nullable=True),
    sa.Column("service_type", sa.Text(), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_price_list_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_price_list"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_price_list_tenant_id_name")
    )
    op.secure_tenant_table("price_list")
    op.create_table("station",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("slug", sa.Text(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("late_minutes", sa.Integer(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('prepare', 'expo')", name="ck_station_kind"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_station_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_station"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_station_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "location_id", "name", name="uq_station_tenant_id_location_id_name"),
    sa.UniqueConstraint("tenant_id", "location_id", "slug", name="uq_station_tenant_id_location_id_slug")
    )
    op.secure_tenant_table("station")
    op.create_table("tax_rate",
    sa.Column("tax_class_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("percent", sa.Numeric(precision=7, scale=4), nullable=False),
    sa.Column("service_type", sa.Text(), nullable=True),
    sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
    sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("percent >= 0", name="ck_tax_rate_percent"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_tax_rate_tenant_id_location_id"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_class_id"], ["tax_class.tenant_id", "tax_class.id"], name="fk_tax_rate_tenant_id_tax_class_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_tax_rate")
    )
    op.secure_tenant_table("tax_rate")
    op.create_index("ix_tax_rate_tenant_id_location_id_tax_class_id", "tax_rate", ["tenant_id", "location_id", "tax_class_id"], unique=False)
    op.create_table("item",
    sa.Column("category_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("button_name", sa.Text(), nullable=False),
    sa.Column("kitchen_name", sa.Text(), nullable=False),
    sa.Column("description", sa.Text(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("station", sa.Text(), nullable=True),
    sa.Column("tax_class_id", sa.Uuid(), nullable=True),
    sa.Column("course", sa.Integer(), nullable=True),
    sa.Column("prep_minutes", sa.Integer(), nullable=True),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("length(button_name) <= 24", name="ck_item_button_name"),
    sa.ForeignKeyConstraint(["tenant_id", "category_id"], ["category.tenant_id", "category.id"], name="fk_item_tenant_id_category_id"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_class_id"], ["tax_class.tenant_id", "tax_class.id"], name="fk_item_tenant_id_tax_class_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_item"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_item_tenant_id_name")
    )
    op.secure_tenant_table("item")
    op.create_index("ix_item_tenant_id_category_id", "item", ["tenant_id", "category_id"], unique=False)
    op.create_table("item_allergen",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("allergen", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_item_allergen_tenant_id_item_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "item_id", "allergen", name="pk_item_allergen")
    )
    op.secure_tenant_table("item_allergen")
    op.create_table("item_modifier_group",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("group_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "group_id"], ["modifier_group.tenant_id", "modifier_group.id"], name="fk_item_modifier_group_tenant_id_group_id", ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_item_modifier_group_tenant_id_item_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "item_id", "group_id", name="pk_item_modifier_group")
    )
    op.secure_tenant_table("item_modifier_group")
    op.create_table("variant",
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("kitchen_name", sa.Text(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("station", sa.Text(), nullable=True),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_variant_tenant_id_item_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_variant"),
    sa.UniqueConstraint("tenant_id", "item_id", "name", name="uq_variant_tenant_id_item_id_name")
    )
    op.secure_tenant_table("variant")
    op.create_table("availability",
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("variant_id", sa.Uuid(), nullable=True),
    sa.Column("is_86", sa.Boolean(), server_default="false", nullable=False),
    sa.Column("counted_left", sa.Numeric(precision=12, scale=3), nullable=True),
    sa.Column("stock_left", sa.Numeric(precision=12, scale=3), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("counted_left >= 0", name="ck_availability_counted_left"),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_availability_tenant_id_item_id", ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_availability_tenant_id_location_id"),
    sa.ForeignKeyConstraint(["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_availability_tenant_id_variant_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_availability")
    )
    op.secure_tenant_table("availability")
    op.create_index("uq_availability_sellable", "availability", ["tenant_id", "location_id", "item_id", "variant_id"], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table("price",
    sa.Column("list_id", sa.Uuid(), nullable=False),
    sa.Column("variant_id", sa.Uuid(), nullable=True),
    sa.Column("modifier_id", sa.Uuid(), nullable=True),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
    sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("amount_minor >= 0", name="ck_price_amount"),
    sa.CheckConstraint("num_nonnulls(variant_id, modifier_id) = 1", name="ck_price_sellable"),
    sa.ForeignKeyConstraint(["tenant_id", "list_id"], ["price_list.tenant_id", "price_list.id"], name="fk_price_tenant_id_list_id"),
    sa.ForeignKeyConstraint(["tenant_id", "modifier_id"], ["modifier.tenant_id", "modifier.id"], name="fk_price_tenant_id_modifier_id"),
    sa.ForeignKeyConstraint(["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_price_tenant_id_variant_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_price")
    )
    op.secure_tenant_table("price")
    op.create_index("ix_price_tenant_id_modifier_id", "price", ["tenant_id", "modifier_id"], unique=False)
    op.create_index("ix_price_tenant_id_variant_id", "price", ["tenant_id", "variant_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_price_tenant_id_variant_id", table_name="price")
    op.drop_index("ix_price_tenant_id_modifier_id", table_name="price")
    op.drop_table("price")
    op.drop_index("uq_availability_sellable", table_name="availability", postgresql_nulls_not_distinct=True)
    op.drop_table("availability")
    op.drop_table("variant")
    op.drop_table("item_modifier_group")
    op.drop_table("item_allergen")
    op.drop_index("ix_item_tenant_id_category_id", table_name="item")
    op.drop_table("item")
    op.drop_index("ix_tax_rate_tenant_id_location_id_tax_class_id", table_name="tax_rate")
    op.drop_table("tax_rate")
    op.drop_table("station")
    op.drop_table("price_list")
    op.drop_table("modifier_allergen")
    op.drop_table("modifier")
    op.drop_table("category")
    op.drop_table("tax_class")
    op.drop_table("modifier_group")
