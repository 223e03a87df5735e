"""Reads of stock: frozen views, quantities in each ingredient's unit."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, func, select

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.inventory.models import Ingredient, RecipeRow, Stock
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class StockView:
    """An ingredient at a location; `left` is what is on hand and not set aside."""

    ingredient_id: UUID
    name: str
    unit: str
    when_short: str
    low_at: Decimal | None
    on_hand: Decimal
    reserved: Decimal

    @property
    def left(self) -> Decimal:
        """What is on hand and not set aside; below zero where theory and shelf differ."""
        return self.on_hand - self.reserved

    @property
    def is_short(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0

    @property
    def is_low(self) -> bool:
        """Whether it is time to buy more."""
        return not self.is_short and self.low_at is not None and self.left <= self.low_at


@dataclass(frozen=True, kw_only=True)
class RecipeView:
    """One ingredient of a recipe."""

    ingredient_id: UUID
    name: str
    unit: str
    quantity: Decimal


def stock_list(location: LocationView) -> tuple[StockView, ...]:
    """Every ingredient at a location, by name."""
    tenant_id = current_tenant_id()
    rows = execute(
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name,
            Ingredient.unit,
            Ingredient.when_short,
            Ingredient.low_at,
            func.coalesce(Stock.on_hand, 0).label("on_hand"),
            func.coalesce(Stock.reserved, 0).label("reserved"),
        )
        .outerjoin(
            Stock,
            and_(
                Stock.tenant_id == tenant_id,
                Stock.location_id == location.id,
                Stock.ingredient_id == Ingredient.id,
            ),
        )
        .where(Ingredient.tenant_id == tenant_id)
        .order_by(func.lower(Ingredient.name), Ingredient.id)
    ).all()
    return tuple(StockView(**row._mapping) for row in rows)


def recipe(
    *,
    item_id: UUID | None = None,
    variant_id: UUID | None = None,
    modifier_id: UUID | None = None,
) -> tuple[RecipeView, ...]:
    """What one portion of an item, or one variant or modifier by itself, uses."""
    tenant_id = current_tenant_id()
    rows = execute(
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name,
            Ingredient.unit,
            RecipeRow.quantity,
        )
        .join(
            RecipeRow,
            and_(RecipeRow.tenant_id == tenant_id, RecipeRow.ingredient_id == Ingredient.id),
        )
        .where(
            Ingredient.tenant_id == tenant_id,
            RecipeRow.item_id.is_not_distinct_from(item_id),
            RecipeRow.variant_id.is_not_distinct_from(variant_id),
            RecipeRow.modifier_id.is_not_distinct_from(modifier_id),
        )
        .order_by(Ingredient.name)
    ).all()
    return tuple(RecipeView(**row._mapping) for row in rows)


def get_ingredient(ingredient_id: UUID) -> str:
    """The name of an ingredient; raises NotFound."""
    name: str | None = execute(
        select(Ingredient.name).where(
            Ingredient.tenant_id == current_tenant_id(), Ingredient.id == ingredient_id
        )
    ).scalar_one_or_none()
    if name is None:
        raise NotFound("no_ingredient", "There is no such ingredient.")
    return name
