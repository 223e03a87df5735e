"""How many portions of each item the stock still makes, written where menus read it."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select

from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.core.turns import take_turn
from app.inventory.commands.recipes import Rows, recipe_rows
from app.inventory.domain import RecipeRow, StockLevel, WhenShort, portions_left
from app.inventory.models import Ingredient, Stock
from app.inventory.models import RecipeRow as RecipeTable
from app.menu.commands import write_stock_left
from app.menu.models import Variant
from app.tenancy.queries import LocationView

Sellable = tuple[UUID, UUID | None]


def show_left(location: LocationView, ingredient_ids: Collection[UUID]) -> None:
    """Write what is left of every item and variant whose recipe uses these ingredients.

    Only ingredients that block limit what the menu shows: the others are sold below zero.
    """
    with transaction():
        # Two jobs at once would let the one that read first write last.
        take_turn(f"stock-left:{location.id}")
        sellables = _sellables(ingredient_ids)
        rows = recipe_rows(one for pair in sellables for one in pair if one)
        stock = _limits(location.id, {row.ingredient_id for own in rows.values() for row in own})
        write_stock_left(
            location,
            {pair: portions_left(_rows_of(pair, rows), stock) for pair in sellables},
        )


def _sellables(ingredient_ids: Collection[UUID]) -> set[Sellable]:
    """(item, None) and (item, variant) pairs with a recipe row of their own."""
    tenant_id = current_tenant_id()
    used = execute(
        select(RecipeTable.item_id, RecipeTable.variant_id, Variant.item_id.label("of_item"))
        .outerjoin(
            Variant, and_(Variant.tenant_id == tenant_id, Variant.id == RecipeTable.variant_id)
        )
        .where(
            RecipeTable.tenant_id == tenant_id,
            RecipeTable.ingredient_id.in_(ingredient_ids),
            RecipeTable.modifier_id.is_(None),
        )
    ).all()
    return {(row.item_id or row.of_item, row.variant_id) for row in used}


def _rows_of(pair: Sellable, rows: Rows) -> list[RecipeRow]:
    item_id, variant_id = pair
    return rows[item_id] + (rows[variant_id] if variant_id else [])


def _limits(location_id: UUID, ingredient_ids: Collection[UUID]) -> dict[UUID, StockLevel]:
    tenant_id = current_tenant_id()
    found = execute(
        select(Stock.ingredient_id, Stock.on_hand, Stock.reserved)
        .join(
            Ingredient,
            and_(Ingredient.tenant_id == tenant_id, Ingredient.id == Stock.ingredient_id),
        )
        .where(
            Stock.tenant_id == tenant_id,
            Stock.location_id == location_id,
            Stock.ingredient_id.in_(ingredient_ids),
            Ingredient.when_short == WhenShort.BLOCK,
        )
    ).all()
    return {
        row.ingredient_id: StockLevel(
            on_hand=Decimal(row.on_hand), reserved=row.reserved, when_short=WhenShort.BLOCK
        )
        for row in found
    }
