"""The CSV file of stock and recipes, read without a database. See docs/formats.md.

Recipe rows name what the menu sells. Whether the menu knows it is for the import command to
check; each row keeps its line for that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.core.csv_cells import Row, by_kind, read_rows
from app.core.csv_names import NAME_LIMIT, Index, index
from app.core.csv_rows import Problems, fold, quoted
from app.menu.allergens import ALLERGENS

UNIT_LIMIT = 12
COST_PLACES = 4  # a gram costs less than a cent
A_COST = "a cost of zero or more, such as 0.0125"
WHEN_SHORT = ("block", "warn", "ignore")

CELLS = {
    "ingredient": (
        "kind", "ingredient", "unit", "on_hand", "when_short", "low_at", "unit_cost", "allergens",
    ),
    "recipe": ("kind", "ingredient", "quantity", "item", "variant", "modifier", "group"),
}  # fmt: skip
COLUMNS = tuple(dict.fromkeys(column for cells in CELLS.values() for column in cells))


@dataclass(frozen=True, kw_only=True)
class IngredientRow:
    """Quantities are in `unit`; `unit_cost` is in the tenant's currency, None if unknown."""

    line: int
    name: str
    unit: str
    on_hand: Decimal
    when_short: str
    low_at: Decimal | None
    unit_cost: Decimal | None
    allergens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RecipeRow:
    """`quantity` of an ingredient, in its unit, that one portion of one thing uses.

    The thing is an item (`variant` None: whichever variant) or a modifier (`group` None: in
    whichever group). The names are as the file spells them.
    """

    line: int
    ingredient: str
    quantity: Decimal
    item: str | None
    variant: str | None
    modifier: str | None
    group: str | None


@dataclass(frozen=True, kw_only=True)
class StockFile:
    """Whole, valid stock. Ingredients of recipes are spelt as on their own rows."""

    ingredients: tuple[IngredientRow, ...]
    recipes: tuple[RecipeRow, ...]


def read_stock(lines: Iterable[str]) -> StockFile:
    """Read the lines of a stock file. Raises FileRefused with every error that the file shows."""
    problems = Problems()
    kinds = by_kind(read_rows(lines, COLUMNS, ("kind", "ingredient"), problems), CELLS)
    ingredients = index(kinds["ingredient"], "ingredient", "ingredient")
    stock = StockFile(
        ingredients=tuple(_ingredient(row) for row in kinds["ingredient"]),
        recipes=tuple(_recipe(row, ingredients) for row in kinds["recipe"]),
    )
    _refuse_repeats(stock.recipes, problems)
    problems.raise_if_any()
    return stock


def _ingredient(row: Row) -> IngredientRow:
    return IngredientRow(
        line=row.line,
        name=row.text("ingredient", NAME_LIMIT),
        unit=row.text("unit", UNIT_LIMIT, required=True),
        on_hand=row.quantity("on_hand") if row.has("on_hand") else Decimal(0),
        when_short=row.choice("when_short", WHEN_SHORT, default="warn"),
        low_at=row.quantity("low_at") if row.has("low_at") else None,
        unit_cost=row.decimal("unit_cost", COST_PLACES, A_COST) if row.has("unit_cost") else None,
        allergens=row.codes("allergens", ALLERGENS),
    )


def _recipe(row: Row, ingredients: Index) -> RecipeRow:
    recipe = RecipeRow(
        line=row.line,
        ingredient=ingredients.find(row, "ingredient"),
        quantity=row.quantity("quantity", positive=True),
        item=row.maybe_text("item", NAME_LIMIT),
        variant=row.maybe_text("variant", NAME_LIMIT),
        modifier=row.maybe_text("modifier", NAME_LIMIT),
        group=row.maybe_text("group", NAME_LIMIT),
    )
    _refuse_unclear(row, recipe)
    return recipe


def _refuse_unclear(row: Row, recipe: RecipeRow) -> None:
    if bool(recipe.item) == bool(recipe.modifier):
        row.refuse("item", "Name what uses the ingredient: an item or a modifier, one of the two.")
    if recipe.variant and not recipe.item:
        row.refuse("variant", "A variant belongs to an item. Name the item too.")
    if recipe.group and not recipe.modifier:
        row.refuse("group", "A group belongs to a modifier. Name the modifier too.")


def _refuse_repeats(recipes: Iterable[RecipeRow], problems: Problems) -> None:
    first: dict[tuple[str, ...], RecipeRow] = {}
    for recipe in recipes:
        user = (recipe.item, recipe.variant, recipe.modifier, recipe.group)
        key = (recipe.ingredient, *(fold(name or "") for name in user))
        earlier = first.setdefault(key, recipe)
        if recipe.ingredient and earlier is not recipe:
            place = f"Line {earlier.line} has {quoted(recipe.ingredient)} for this too."
            problems.add(recipe.line, "ingredient", f"{place} Write the sum on one line.")
