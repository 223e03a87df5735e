"""Stock: units, what a line uses, what is missing, how many portions are left."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inventory.domain import (
    Need,
    RecipeRow,
    StockLevel,
    WhenShort,
    blocking,
    merge_needs,
    needs_of_line,
    portions_left,
    refusal,
    shortfalls,
)

FLOUR, CHEESE, BASIL = UUID(int=1), UUID(int=2), UUID(int=3)

needs_of_any_kind = st.lists(
    st.builds(
        Need,
        recipe_row_id=st.uuids(),
        ingredient_id=st.sampled_from([FLOUR, CHEESE, BASIL]),
        quantity=st.decimals("0.001", "99", places=3),
    )
)


def row(number: int, ingredient: UUID, quantity: str) -> RecipeRow:
    return RecipeRow(
        recipe_row_id=UUID(int=number), ingredient_id=ingredient, quantity=Decimal(quantity)
    )


def level(on_hand: str, when_short: WhenShort = WhenShort.BLOCK, reserved: str = "0") -> StockLevel:
    return StockLevel(on_hand=Decimal(on_hand), reserved=Decimal(reserved), when_short=when_short)


PIZZA = [row(10, FLOUR, "250"), row(11, CHEESE, "80.5")]
EXTRA_CHEESE = [row(20, CHEESE, "40")]
NO_CHEESE = [row(21, CHEESE, "-80.5")]


def test_a_line_uses_its_recipe_by_the_quantity() -> None:
    needs = needs_of_line(Decimal(3), PIZZA, [(2, EXTRA_CHEESE)])

    assert [(need.recipe_row_id.int, need.quantity) for need in needs] == [
        (10, Decimal(750)),
        (11, Decimal("241.5")),
        (20, Decimal(240)),
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_a_modifier_takes_away_no_more_than_there_is(times: int) -> None:
    merged = merge_needs(needs_of_line(Decimal(2), PIZZA, [(times, NO_CHEESE)]))

    assert merged == {FLOUR: Decimal(500)}


def test_a_modifier_may_take_away_a_part() -> None:
    less_cheese = [row(22, CHEESE, "-40.5")]

    merged = merge_needs(needs_of_line(Decimal(2), PIZZA, [(1, less_cheese)]))

    assert merged == {FLOUR: Decimal(500), CHEESE: Decimal(80)}


def test_needs_are_merged_in_order_of_id() -> None:
    needs = needs_of_line(Decimal(1), [row(1, BASIL, "1"), row(2, FLOUR, "2"), row(3, BASIL, "4")])

    assert list(merge_needs(needs).items()) == [(FLOUR, Decimal(2)), (BASIL, Decimal(5))]


@given(needs_of_any_kind)
def test_merging_loses_nothing_and_keeps_the_order_of_locks(needs: list[Need]) -> None:
    merged = merge_needs(needs)

    assert sum(merged.values()) == sum(need.quantity for need in needs)
    assert list(merged) == sorted(merged)


def test_only_a_blocking_ingredient_refuses_the_sale() -> None:
    needed = {FLOUR: Decimal(100), CHEESE: Decimal(100), BASIL: Decimal(100)}
    stock = {
        FLOUR: level("150", WhenShort.BLOCK, reserved="60"),
        CHEESE: level("0", WhenShort.WARN),
        BASIL: level("0", WhenShort.IGNORE),
    }

    found = shortfalls(needed, stock)

    assert [(short.ingredient_id, short.left) for short in found] == [
        (FLOUR, Decimal(90)),
        (CHEESE, Decimal(0)),
    ]
    assert [short.ingredient_id for short in blocking(found)] == [FLOUR]


def test_the_last_portion_is_enough() -> None:
    assert shortfalls({FLOUR: Decimal(250)}, {FLOUR: level("250")}) == ()


def test_nothing_needed_is_never_short() -> None:
    assert shortfalls({FLOUR: Decimal(0)}, {FLOUR: level("-5")}) == ()


def test_an_ingredient_without_stock_warns() -> None:
    [short] = shortfalls({FLOUR: Decimal(1)}, {})

    assert short.when_short is WhenShort.WARN


@pytest.mark.parametrize(
    ("flour", "cheese", "left"), [("1000", "1000", 4), ("1000", "161", 2), ("249", "999", 0)]
)
def test_the_scarcest_ingredient_limits_the_portions(flour: str, cheese: str, left: int) -> None:
    assert portions_left(PIZZA, {FLOUR: level(flour), CHEESE: level(cheese)}) == left


def test_stock_below_zero_leaves_no_portion() -> None:
    assert portions_left(PIZZA, {FLOUR: level("-100", WhenShort.WARN)}) == 0


def test_what_is_ignored_or_not_counted_does_not_limit() -> None:
    assert portions_left(PIZZA, {FLOUR: level("0", WhenShort.IGNORE)}) is None
    assert portions_left([], {}) is None


@given(st.decimals("0", "5000", places=3), st.decimals("0", "5000", places=3))
def test_the_portions_left_can_be_sold_and_one_more_cannot(flour: Decimal, cheese: Decimal) -> None:
    stock = {FLOUR: level(str(flour)), CHEESE: level(str(cheese))}

    left = portions_left(PIZZA, stock)

    assert left is not None
    assert shortfalls(merge_needs(needs_of_line(Decimal(left), PIZZA)), stock) == ()
    assert shortfalls(merge_needs(needs_of_line(Decimal(left + 1), PIZZA)), stock) != ()


@pytest.mark.parametrize(
    ("left", "sentence"), [(2, "Margherita: only 2 left."), (0, "Margherita: none left.")]
)
def test_a_refusal_names_the_item_and_what_is_left(left: int, sentence: str) -> None:
    assert refusal("Margherita", left).sentence == sentence
