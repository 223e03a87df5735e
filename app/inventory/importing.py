"""A stock file written into the tables: all of it or nothing, found again by name."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, select

from app.core import audit
from app.core.csv_rows import Problems, fold
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.inserting import Values, insert_rows
from app.core.rows import (
    IdsByName,
    put_rows,
    refuse_unknown,
    replace_rows,
    spellings,
)
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import INVENTORY_ADJUST
from app.inventory.commands.stock import Move, left_changed, lock_stock, move
from app.inventory.csv_format import IngredientRow, RecipeRow, StockFile, read_stock
from app.inventory.models import Ingredient, IngredientAllergen, Stock
from app.inventory.models import RecipeRow as RecipeTable
from app.menu.models import Item, Modifier, ModifierGroup, Variant
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class StockCounts:
    """How much a stock file holds; `opened`: ingredients that the location had none of yet."""

    ingredients: int
    recipes: int
    opened: int


class _User(NamedTuple):
    """What a recipe row is for: an item, a variant or a modifier."""

    item_id: UUID | None = None
    variant_id: UUID | None = None
    modifier_id: UUID | None = None


def import_stock(
    location: LocationView, lines: Iterable[str], actor: Actor | None = None
) -> StockCounts:
    """Make a stock file (docs/formats.md) the tenant's ingredients and recipes.

    What is on hand opens the ledger of ingredients that are new to the location; of others
    only counts and movements change it. Recipes are replaced: what is set aside keeps the
    quantities of its time. `actor` needs inventory.adjust; None is the operator. Raises
    FileRefused with every error, names that the menu does not know included.
    """
    stock = read_stock(lines)
    with transaction():
        if actor is not None:
            actor.require(INVENTORY_ADJUST)
        ids = IdsByName(Ingredient)
        recipes = _Recipes().rows(stock, ids)
        _write_ingredients(stock, ids)
        _write_recipes(recipes)
        opened = _open(location, stock, ids)
        counts = StockCounts(
            ingredients=len(stock.ingredients), recipes=len(stock.recipes), opened=opened
        )
        audit.record(
            INVENTORY_ADJUST,
            "location",
            location.id,
            actor_id=actor.member_id if actor else None,
            location_id=location.id,
            after=asdict(counts),
        )
        left_changed(location.id, [ids.of(row.name) for row in stock.ingredients])
        changed(location.id, "stock")
    return counts


def _write_ingredients(stock: StockFile, ids: IdsByName) -> None:
    put_rows(Ingredient, [_ingredient(row, ids) for row in stock.ingredients])
    replace_rows(
        IngredientAllergen,
        IngredientAllergen.ingredient_id,
        [ids.of(row.name) for row in stock.ingredients],
        [
            {"ingredient_id": ids.of(row.name), "allergen": allergen}
            for row in stock.ingredients
            for allergen in row.allergens
        ],
    )


def _ingredient(row: IngredientRow, ids: IdsByName) -> Values:
    return {
        "id": ids.of(row.name),
        "name": row.name,
        "unit": row.unit,
        "when_short": row.when_short,
        "low_at": row.low_at,
        "unit_cost": row.unit_cost,
    }


def _write_recipes(rows: list[Values]) -> None:
    execute(delete(RecipeTable).where(RecipeTable.tenant_id == current_tenant_id()))
    insert_rows(RecipeTable, rows)


def _open(location: LocationView, stock: StockFile, ids: IdsByName) -> int:
    """Open the ledger of ingredients that the location does not keep yet."""
    kept = set(
        execute(
            select(Stock.ingredient_id).where(
                Stock.tenant_id == current_tenant_id(), Stock.location_id == location.id
            )
        ).scalars()
    )
    on_hand = {ids.of(row.name): row.on_hand for row in stock.ingredients}
    new = {one: quantity for one, quantity in on_hand.items() if one not in kept}
    lock_stock(location.id, new)
    cause_id = new_id()
    move(
        location.id,
        [
            Move(ingredient_id=one, quantity=quantity, cause="opening", cause_id=cause_id)
            for one, quantity in new.items()
        ],
    )
    return len(new)


class _Recipes:
    """Finds what recipe rows name on the menu."""

    def __init__(self) -> None:
        self.problems = Problems()
        self.items = IdsByName(Item)
        self.item_names = spellings(Item)
        self.variants = _variants()
        self.modifiers = _modifiers()
        self.groups = spellings(ModifierGroup)

    def rows(self, stock: StockFile, ids: IdsByName) -> list[Values]:
        """The rows of `recipe_row`; raises FileRefused for names that the menu lacks."""
        seen: dict[tuple[_User, UUID], int] = {}
        rows = []
        for recipe in stock.recipes:
            for user in self._users(recipe):
                ingredient_id = ids.of(recipe.ingredient)
                self._refuse_twice(recipe, seen.setdefault((user, ingredient_id), recipe.line))
                rows.append(
                    {
                        "id": new_id(),
                        "ingredient_id": ingredient_id,
                        "quantity": recipe.quantity,
                        **user._asdict(),
                    }
                )
        self.problems.raise_if_any()
        return rows

    def _refuse_twice(self, recipe: RecipeRow, line: int) -> None:
        if line != recipe.line:
            reason = f"Line {line} says the same of this ingredient. Take one out."
            self.problems.add(recipe.line, "ingredient", reason)

    def _users(self, recipe: RecipeRow) -> list[_User]:
        if recipe.modifier:
            return self._modifier_users(recipe, recipe.modifier)
        return self._item_users(recipe, recipe.item or "")

    def _item_users(self, recipe: RecipeRow, item: str) -> list[_User]:
        refuse_unknown(self.problems, recipe.line, "item", "item", item, self.item_names)
        if fold(item) not in self.item_names:
            return []
        item_id = self.items.of(item)
        if not recipe.variant:
            return [_User(item_id=item_id)]
        sizes = self.variants.get(item_id, {})
        known = {folded: name for folded, (name, _) in sizes.items()}
        refuse_unknown(self.problems, recipe.line, "variant", "variant", recipe.variant, known)
        found = sizes.get(fold(recipe.variant))
        return [_User(variant_id=found[1])] if found else []

    def _modifier_users(self, recipe: RecipeRow, modifier: str) -> list[_User]:
        if recipe.group:
            refuse_unknown(self.problems, recipe.line, "group", "group", recipe.group, self.groups)
        of_name = self.modifiers.get(fold(modifier), {})
        found = [
            _User(modifier_id=modifier_id)
            for group, modifier_id in of_name.items()
            if not recipe.group or group == fold(recipe.group)
        ]
        if not found:
            known = {} if recipe.group else {name: name for name in self.modifiers}
            refuse_unknown(self.problems, recipe.line, "modifier", "modifier", modifier, known)
        return found


def _variants() -> dict[UUID, dict[str, tuple[str, UUID]]]:
    """Names and ids of variants by their item, then by folded name."""
    rows = execute(
        select(Variant.item_id, Variant.name, Variant.id).where(
            Variant.tenant_id == current_tenant_id()
        )
    ).all()
    names: dict[UUID, dict[str, tuple[str, UUID]]] = {}
    for row in rows:
        names.setdefault(row.item_id, {})[fold(row.name)] = (row.name, row.id)
    return names


def _modifiers() -> dict[str, dict[str, UUID]]:
    """Modifier ids by folded name, then by their group's."""
    tenant_id = current_tenant_id()
    rows = execute(
        select(Modifier.name, ModifierGroup.name.label("group_name"), Modifier.id)
        .join(
            ModifierGroup,
            and_(ModifierGroup.tenant_id == tenant_id, ModifierGroup.id == Modifier.group_id),
        )
        .where(Modifier.tenant_id == tenant_id)
    ).all()
    names: dict[str, dict[str, UUID]] = {}
    for row in rows:
        names.setdefault(fold(row.name), {})[fold(row.group_name)] = row.id
    return names
