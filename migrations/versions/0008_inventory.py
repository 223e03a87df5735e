"""Inventory."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("ingredient",
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("unit", sa.Text(), nullable=False),
    sa.Column("when_short", sa.Text(), nullable=False),
    sa.Column("low_at", sa.Numeric(precision=12, scale=3), nullable=True),
    sa.Column("unit_cost", sa.Numeric(precision=12, scale=4), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("when_short IN ('block', 'warn', 'ignore')", name="ck_ingredient_when_short"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_ingredient"),
    sa.UniqueConstraint("tenant_id", "name", name="uq_ingredient_tenant_id_name")
    )
    op.secure_tenant_table("ingredient")
    op.create_table("ingredient_allergen",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("ingredient_id", sa.Uuid(), nullable=False),
    sa.Column("allergen", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "ingredient_id"], ["ingredient.tenant_id", "ingredient.id"], name="fk_ingredient_allergen_tenant_id_ingredient_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "ingredient_id", "allergen", name="pk_ingredient_allergen")
    )
    op.secure_tenant_table("ingredient_allergen")
    op.create_table("stock",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("ingredient_id", sa.Uuid(), nullable=False),
    sa.Column("on_hand", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("reserved", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.CheckConstraint("reserved >= 0", name="ck_stock_reserved"),
    sa.ForeignKeyConstraint(["tenant_id", "ingredient_id"], ["ingredient.tenant_id", "ingredient.id"], name="fk_stock_tenant_id_ingredient_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_stock_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "location_id", "ingredient_id", name="pk_stock")
    )
    op.secure_tenant_table("stock")
    op.create_table("recipe_row",
    sa.Column("item_id", sa.Uuid(), nullable=True),
    sa.Column("variant_id", sa.Uuid(), nullable=True),
    sa.Column("modifier_id", sa.Uuid(), nullable=True),
    sa.Column("ingredient_id", sa.Uuid(), nullable=False),
    sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("num_nonnulls(item_id, variant_id, modifier_id) = 1", name="ck_recipe_row_user"),
    sa.ForeignKeyConstraint(["tenant_id", "ingredient_id"], ["ingredient.tenant_id", "ingredient.id"], name="fk_recipe_row_tenant_id_ingredient_id"),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_recipe_row_tenant_id_item_id"),
    sa.ForeignKeyConstraint(["tenant_id", "modifier_id"], ["modifier.tenant_id", "modifier.id"], name="fk_recipe_row_tenant_id_modifier_id"),
    sa.ForeignKeyConstraint(["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_recipe_row_tenant_id_variant_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_recipe_row")
    )
    op.secure_tenant_table("recipe_row")
    op.create_index("ix_recipe_row_tenant_id_ingredient_id", "recipe_row", ["tenant_id", "ingredient_id"], unique=False)
    op.create_index("uq_recipe_row_use", "recipe_row", ["tenant_id", "item_id", "variant_id", "modifier_id", "ingredient_id"], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table("movement",
    sa.Column("ingredient_id", sa.Uuid(), nullable=False),
    sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("cause", sa.Text(), nullable=False),
    sa.Column("cause_id", sa.Uuid(), nullable=False),
    sa.Column("line_id", sa.Uuid(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("cause IN ('opening', 'count', 'depletion', 'void', 'waste', 'purchase', 'adjustment')", name="ck_movement_cause"),
    sa.ForeignKeyConstraint(["tenant_id", "ingredient_id"], ["ingredient.tenant_id", "ingredient.id"], name="fk_movement_tenant_id_ingredient_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_movement_tenant_id_location_id_line_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_movement")
    )
    op.secure_tenant_table("movement")
    op.create_index("ix_movement_tenant_id_location_id_ingredient_id", "movement", ["tenant_id", "location_id", "ingredient_id"], unique=False)
    op.create_index("uq_movement_cause", "movement", ["tenant_id", "cause", "cause_id", "line_id", "ingredient_id"], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table("reservation",
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("ingredient_id", sa.Uuid(), nullable=False),
    sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("state IN ('held', 'depleted', 'released')", name="ck_reservation_state"),
    sa.ForeignKeyConstraint(["tenant_id", "ingredient_id"], ["ingredient.tenant_id", "ingredient.id"], name="fk_reservation_tenant_id_ingredient_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_reservation_tenant_id_location_id_line_id", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_reservation"),
    sa.UniqueConstraint("tenant_id", "line_id", "ingredient_id", name="uq_reservation_tenant_id_line_id_ingredient_id")
    )
    op.secure_tenant_table("reservation")


def downgrade() -> None:
    op.drop_table("reservation")
    op.drop_index("uq_movement_cause", table_name="movement", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_movement_tenant_id_location_id_ingredient_id", table_name="movement")
    op.drop_table("movement")
    op.drop_index("uq_recipe_row_use", table_name="recipe_row", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_recipe_row_tenant_id_ingredient_id", table_name="recipe_row")
    op.drop_table("recipe_row")
    op.drop_table("stock")
    op.drop_table("ingredient_allergen")
    op.drop_table("ingredient")
