"""Ingredients, recipes, what is set aside, and the append-only ledger of stock."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    LocationRow,
    TenantRow,
    location_fk,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Ingredient(TenantRow, Base):
    """Something stock is kept of, in one unit. `when_short`: block, warn or ignore."""

    __tablename__ = "ingredient"

    name: Mapped[str]
    unit: Mapped[str]
    when_short: Mapped[str] = mapped_column(default="warn")
    low_at: Mapped[Decimal | None]
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))

    __table_args__ = (
        tenant_unique("name"),
        CheckConstraint("when_short IN ('block', 'warn', 'ignore')", name="when_short"),
    )


class IngredientAllergen(Base):
    """An allergen that an ingredient contains."""

    __tablename__ = "ingredient_allergen"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ingredient_id: Mapped[UUID] = mapped_column(primary_key=True)
    allergen: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (tenant_fk("ingredient_id", "ingredient", ondelete="CASCADE"),)


class RecipeRow(TenantRow, Base):
    """What one item, variant or modifier uses of an ingredient."""

    __tablename__ = "recipe_row"

    item_id: Mapped[UUID | None]
    variant_id: Mapped[UUID | None]
    modifier_id: Mapped[UUID | None]
    ingredient_id: Mapped[UUID]
    quantity: Mapped[Decimal]

    __table_args__ = (
        tenant_fk("item_id", "item"),
        tenant_fk("variant_id", "variant"),
        tenant_fk("modifier_id", "modifier"),
        tenant_fk("ingredient_id", "ingredient"),
        Index(
            "uq_recipe_row_use",
            "tenant_id",
            "item_id",
            "variant_id",
            "modifier_id",
            "ingredient_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        tenant_index("ingredient_id"),
        CheckConstraint("num_nonnulls(item_id, variant_id, modifier_id) = 1", name="user"),
    )


class Stock(Base):
    """How much of an ingredient a location has, and how much of that is set aside."""

    __tablename__ = "stock"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    ingredient_id: Mapped[UUID] = mapped_column(primary_key=True)
    on_hand: Mapped[Decimal] = mapped_column(default=0)
    reserved: Mapped[Decimal] = mapped_column(default=0)

    __table_args__ = (
        tenant_fk("location_id", "location"),
        tenant_fk("ingredient_id", "ingredient"),
        CheckConstraint("reserved >= 0", name="reserved"),
    )


class Reservation(LocationRow, Base):
    """Ingredient and quantity set aside for a placed line, copied from the recipe."""

    __tablename__ = "reservation"

    line_id: Mapped[UUID]
    ingredient_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    state: Mapped[str] = mapped_column(default="held")
    made_at: Mapped[datetime]

    __table_args__ = (
        location_fk("line_id", "order_line", ondelete="CASCADE"),
        tenant_fk("ingredient_id", "ingredient"),
        tenant_unique("line_id", "ingredient_id"),
        CheckConstraint("state IN ('held', 'depleted', 'released')", name="state"),
    )


class Movement(LocationRow, Base):
    """One row of the stock ledger: a signed quantity and its cause. Never changed.

    A (cause, line, ingredient) triple moves stock once; `cause_id` is the firing for a
    depletion, the line for what a void puts back, the import or count otherwise.
    """

    __tablename__ = "movement"

    ingredient_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    cause: Mapped[str]
    cause_id: Mapped[UUID]
    line_id: Mapped[UUID | None]
    at: Mapped[datetime]
    business_day_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_fk("ingredient_id", "ingredient"),
        location_fk("line_id", "order_line"),
        Index(
            "uq_movement_cause",
            "tenant_id",
            "cause",
            "cause_id",
            "line_id",
            "ingredient_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        tenant_index("location_id", "ingredient_id"),
        CheckConstraint(
            "cause IN ('opening', 'count', 'depletion', 'void', 'waste', 'purchase', 'adjustment')",
            name="cause",
        ),
    )
