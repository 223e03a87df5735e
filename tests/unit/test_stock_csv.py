"""The stock file: ingredients, and the recipes that use them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import demo
from app.core.csv_rows import FileRefused, fold
from app.inventory.csv_format import COLUMNS, IngredientRow, RecipeRow, StockFile, read_stock
from app.menu.allergens import ALLERGENS
from app.menu.csv_format import read_menu
from app.menu.menu_file import ItemRow, MenuFile

HEADER = "kind,ingredient,unit,on_hand,when_short,low_at,unit_cost,allergens"
RECIPE_HEADER = "kind,ingredient,unit,item,variant,modifier,group,quantity"
DEMOS = [("trattoria", "EUR"), ("diner", "USD")]


def errors_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as refused:
        read_stock(text.splitlines())
    return [(error.line, error.column, error.reason) for error in refused.value.errors]


def demo_of(name: str, currency: str) -> tuple[MenuFile, StockFile]:
    return (
        read_menu(demo.lines(f"{name}_menu.csv"), currency),
        read_stock(demo.lines(f"{name}_stock.csv")),
    )


@pytest.mark.parametrize(("name", "currency"), DEMOS)
def test_a_demo_keeps_stock_of_each_kind(name: str, currency: str) -> None:
    _, stock = demo_of(name, currency)

    assert len(stock.ingredients) >= 30
    kinds = [ingredient.when_short for ingredient in stock.ingredients]
    assert 0 < kinds.count("ignore") < kinds.count("warn")
    assert 0 < kinds.count("block") < kinds.count("warn")
    assert {recipe.ingredient for recipe in stock.recipes} == {i.name for i in stock.ingredients}


@pytest.mark.parametrize(("name", "currency"), DEMOS)
def test_the_recipes_of_a_demo_name_what_its_menu_sells(name: str, currency: str) -> None:
    menu, stock = demo_of(name, currency)
    sold: set[tuple[str | None, ...]] = set()
    for item in menu.items:
        sold |= {(item.name, v.name, None, None) for v in item.variants} or {
            (item.name, None, None, None)
        }
    for group in menu.groups:
        for modifier in group.modifiers:
            sold |= {(None, None, modifier.name, g) for g in (group.name, None)}

    uses = {(r.item, r.variant, r.modifier, r.group) for r in stock.recipes}

    assert uses <= sold
    assert any(variant for _, variant, _, _ in uses)
    assert any(modifier for _, _, modifier, _ in uses)
    assert len({item for item, _, _, _ in uses if item}) > len(menu.items) / 2


@pytest.mark.parametrize(("name", "currency"), DEMOS)
def test_a_demo_item_declares_every_allergen_of_its_ingredients(name: str, currency: str) -> None:
    menu, stock = demo_of(name, currency)
    allergens = {ingredient.name: ingredient.allergens for ingredient in stock.ingredients}

    def missing(item: ItemRow) -> set[str]:
        used = [allergens[r.ingredient] for r in stock.recipes if r.item == item.name]
        return set().union(*used) - set(item.allergens)

    assert {item.name: missing(item) for item in menu.items if missing(item)} == {}
    assert {code for codes in allergens.values() for code in codes} <= set(ALLERGENS)


def test_an_ingredient_has_its_defaults() -> None:
    rows = [HEADER, "ingredient,Salt,kg,,,,,", "ingredient,Cod,piece,8,BLOCK,2,3.60,fish"]

    stock = read_stock(rows)

    salt, cod = stock.ingredients
    assert salt == IngredientRow(
        line=2,
        name="Salt",
        unit="kg",
        on_hand=Decimal(0),
        when_short="warn",
        low_at=None,
        unit_cost=None,
        allergens=(),
    )
    assert (cod.on_hand, cod.when_short, cod.low_at) == (Decimal(8), "block", Decimal(2))
    assert (cod.unit_cost, cod.allergens) == (Decimal("3.60"), ("fish",))


def test_a_recipe_belongs_to_an_item_a_variant_or_a_modifier() -> None:
    rows = [
        RECIPE_HEADER,
        "recipe,potatoes,,Chips,Small,,,0.18",
        "recipe,Potatoes,,,,Chips,Choice of side,0.200",
        "ingredient,Potatoes,kg,,,,,",
    ]

    stock = read_stock(rows)

    assert stock.recipes == (
        RecipeRow(
            line=2,
            ingredient="Potatoes",
            quantity=Decimal("0.18"),
            item="Chips",
            variant="Small",
            modifier=None,
            group=None,
        ),
        RecipeRow(
            line=3,
            ingredient="Potatoes",
            quantity=Decimal("0.200"),
            item=None,
            variant=None,
            modifier="Chips",
            group="Choice of side",
        ),
    )


def test_semicolons_bring_decimal_commas() -> None:
    text = HEADER.replace(",", ";") + "\ningredient;Flour;kg;2,5;;;1,10;"

    flour = read_stock(text.splitlines()).ingredients[0]

    assert (flour.on_hand, flour.unit_cost) == (Decimal("2.5"), Decimal("1.10"))


NOT_A_QUANTITY = "Write a quantity of zero or more, such as 0.250."
NOT_A_USE = "Write a quantity of more than zero, such as 0.250."
ONE_OF_TWO = "Name what uses the ingredient: an item or a modifier, one of the two."
SALT = "ingredient,Salt,kg,,,,,"
BROKEN = {
    "no columns": ("item,quantity\n", [
        (1, "ingredient", "The header lacks this column. Add it to the first row."),
        (1, "kind", "The header lacks this column. Add it to the first row."),
    ]),
    "unknown kind": (f"{HEADER}\nstuff,Salt,kg,,,,,", [
        (2, "kind", '"stuff" does not fit. Write one of: ingredient, recipe.'),
    ]),
    "bad ingredient": (f"{HEADER}\ningredient,Salt,,-1,stop,few,1.23456,salt", [
        (2, "allergens", ('"salt" is no code. Write: gluten, crustaceans, eggs, fish, peanuts, '
                         "soya, milk, nuts, celery, mustard, sesame, sulphites, lupin, molluscs.")),
        (2, "low_at", f'"few" does not fit. {NOT_A_QUANTITY}'),
        (2, "on_hand", f'"-1" does not fit. {NOT_A_QUANTITY}'),
        (2, "unit", "The cell is empty. Fill it in."),
        (2, "unit_cost", '"1.23456" has too many decimals. Use at most 4.'),
        (2, "when_short", '"stop" does not fit. Write one of: block, warn, ignore.'),
    ]),
    "ingredient twice": (f"{HEADER}\n{SALT}\ningredient,SALT,g,,,,,", [
        (3, "ingredient", ('The ingredient "SALT" stands on line 2 too. '
                          "Take one out or rename it.")),
    ]),
    "recipe with a unit": (f"{RECIPE_HEADER}\n{SALT}\nrecipe,Salt,kg,Soup,,,,0.001", [
        (3, "unit", "A row of kind recipe has no unit. Empty the cell."),
    ]),
    "unknown ingredient": (f"{RECIPE_HEADER}\n{SALT}\nrecipe,Slat,,A,,,,1\nrecipe,,,A,,,,1", [
        (3, "ingredient", 'There is no ingredient "Slat". Did you mean "Salt"?'),
        (4, "ingredient", "The cell is empty. Fill it in."),
    ]),
    "quantities": ((f"{RECIPE_HEADER}\n{SALT}\nrecipe,Salt,,A,,,,\nrecipe,Salt,,B,,,,0\n"
                   "recipe,Salt,,C,,,,0.0001\nrecipe,Salt,,D,,,,1e3"), [
        (3, "quantity", f"The cell is empty. {NOT_A_USE}"),
        (4, "quantity", "Zero does not fit. Write more, or take the row out."),
        (5, "quantity", '"0.0001" has too many decimals. Use at most 3.'),
        (6, "quantity", f'"1e3" does not fit. {NOT_A_USE}'),
    ]),
    "unclear use": ((f"{RECIPE_HEADER}\n{SALT}\nrecipe,Salt,,,,,,1\nrecipe,Salt,,Soup,,Sauce,,1\n"
                    "recipe,Salt,,,Large,Sauce,,1\nrecipe,Salt,,Soup,,,Sauces,1"), [
        (3, "item", ONE_OF_TWO),
        (4, "item", ONE_OF_TWO),
        (5, "variant", "A variant belongs to an item. Name the item too."),
        (6, "group", "A group belongs to a modifier. Name the modifier too."),
    ]),
    "use twice": (f"{RECIPE_HEADER}\n{SALT}\nrecipe,Salt,,Soup,,,,1\nrecipe,salt,,SOUP,,,,2", [
        (4, "ingredient", 'Line 3 has "Salt" for this too. Write the sum on one line.'),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_each_error_is_named_with_its_line(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert errors_of(text) == expected


CELL = st.one_of(
    st.sampled_from(["ingredient", "recipe", "Salt", "salt", "kg", "1", "0", "warn", "fish"]),
    st.text(max_size=30),
)


@given(st.lists(st.text(), max_size=8))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    read_or_refused(lines)


@given(st.lists(st.lists(CELL, max_size=len(COLUMNS)), max_size=8), st.sampled_from(",;\t"))
def test_any_cells_below_a_good_header_are_read_or_refused(
    rows: list[list[str]], delimiter: str
) -> None:
    read_or_refused([delimiter.join(row) for row in [list(COLUMNS), *rows]])


def read_or_refused(lines: list[str]) -> None:
    """Passes on anything but a refusal, whose errors must point into the file."""
    try:
        stock = read_stock(lines)
    except FileRefused as refused:
        assert refused.errors
        assert all(1 <= error.line <= len(lines) + 1 and error.reason for error in refused.errors)
    else:
        known = {fold(ingredient.name) for ingredient in stock.ingredients}
        assert all(fold(recipe.ingredient) in known for recipe in stock.recipes)
