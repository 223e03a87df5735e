"""The rules of stock: what a line uses, and what is missing for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from app.core.errors import Conflict

QUANTUM = Decimal("0.001")


class WhenShort(StrEnum):
    """What a sale does when theory says that an ingredient is short."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True)
class RecipeRow:
    """What one unit of an item, variant or modifier uses, in the ingredient's own unit.

    A negative quantity takes away what another row of the line adds ("no cheese").
    """

    recipe_row_id: UUID
    ingredient_id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a line uses by one recipe row; reservations and depletion are keyed by the row."""

    recipe_row_id: UUID
    ingredient_id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class StockLevel:
    """An ingredient's stock at a location."""

    on_hand: Decimal
    reserved: Decimal
    when_short: WhenShort = WhenShort.WARN

    @property
    def left(self) -> Decimal:
        """What is on hand and not set aside; below zero where theory and shelf differ."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """An ingredient of which less is left than needed."""

    ingredient_id: UUID
    needed: Decimal
    left: Decimal
    when_short: WhenShort


def needs_of_line(
    quantity: Decimal,
    rows: Iterable[RecipeRow],
    modifiers: Iterable[tuple[int, Iterable[RecipeRow]]] = (),
) -> tuple[Need, ...]:
    """Return what `quantity` units of a line use, one need a recipe row.

    `rows` are those of the item and of its variant; each modifier comes as its count per
    unit and its rows. A row that comes twice is added up. An ingredient of which the line
    uses nothing in the end is left out: what a modifier takes away goes no lower than that.
    """
    counted = [(1, row) for row in rows]
    counted += [(times, row) for times, its_rows in modifiers for row in its_rows]
    amounts: dict[RecipeRow, Decimal] = defaultdict(Decimal)
    for times, row in counted:
        amounts[row] += quantity * times * row.quantity
    needs = [_need(row, amount) for row, amount in amounts.items()]
    used = {ingredient for ingredient, sum_ in merge_needs(needs).items() if sum_ > 0}
    return tuple(need for need in needs if need.ingredient_id in used)


def merge_needs(needs: Iterable[Need]) -> dict[UUID, Decimal]:
    """Sum up needs an ingredient, in order of id: the order in which stock rows are locked."""
    sums: dict[UUID, Decimal] = defaultdict(Decimal)
    for need in needs:
        sums[need.ingredient_id] += need.quantity
    return dict(sorted(sums.items()))


def shortfalls(
    needed: Mapping[UUID, Decimal], stock: Mapping[UUID, StockLevel]
) -> tuple[Shortfall, ...]:
    """Return the ingredients of which too little is left, in the order needed.

    One that says `ignore` never counts; one without a stock row has nothing left and warns.
    """
    nothing = StockLevel(on_hand=Decimal(), reserved=Decimal())
    levels = (
        (ingredient, need, stock.get(ingredient, nothing)) for ingredient, need in needed.items()
    )
    return tuple(
        Shortfall(
            ingredient_id=ingredient, needed=need, left=level.left, when_short=level.when_short
        )
        for ingredient, need, level in levels
        if need > 0 and need > level.left and level.when_short is not WhenShort.IGNORE
    )


def blocking(found: Iterable[Shortfall]) -> tuple[Shortfall, ...]:
    """Return the shortfalls that refuse the sale."""
    return tuple(short for short in found if short.when_short is WhenShort.BLOCK)


def portions_left(rows: Sequence[RecipeRow], stock: Mapping[UUID, StockLevel]) -> int | None:
    """Return how many units the stock still makes, None where nothing limits it.

    Ingredients that say `ignore`, or have no stock row, do not limit.
    """
    per_unit = merge_needs(needs_of_line(Decimal(1), rows))
    counts = [
        int(max(stock[ingredient].left, Decimal()) // need)
        for ingredient, need in per_unit.items()
        if need > 0 and ingredient in stock and stock[ingredient].when_short is not WhenShort.IGNORE
    ]
    return min(counts, default=None)


def refusal(item_name: str, left: int) -> Conflict:
    """Return the failure that names an item and what is left of it."""
    rest = f"only {left} left" if left > 0 else "none left"
    return Conflict("out_of_stock", f"{item_name}: {rest}.")


def _need(row: RecipeRow, amount: Decimal) -> Need:
    return Need(
        recipe_row_id=row.recipe_row_id,
        ingredient_id=row.ingredient_id,
        quantity=_quantised(amount),
    )


def _quantised(quantity: Decimal) -> Decimal:
    return quantity.quantize(QUANTUM, ROUND_HALF_UP)
