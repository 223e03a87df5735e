"""The menu that an order file implies, and its lines as they are played on that menu.

Every distinct unit price of an item becomes a variant. The file prices a line for its whole
quantity; where that does not divide, the line is played as two lines whose unit prices are one
minor unit apart (largest remainder), so that the sum stays exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.replay.orders_file import FileLine, FileOrder


@dataclass(frozen=True)
class PlayedLine:
    """Part of a file line with one exact unit price, in minor units."""

    quantity: int
    item_name: str
    unit_minor: int
    choices: tuple[str, ...]


@dataclass(frozen=True)
class MenuVariant:
    """A variant, named after its unit price, such as `8.75`."""

    name: str
    unit_minor: int


@dataclass(frozen=True)
class MenuItem:
    """An item; `choices` are its modifiers (price 0), in one group, sorted."""

    name: str
    variants: tuple[MenuVariant, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class ReplayMenu:
    """Items by name; `uneven_lines` counts lines whose price does not divide by the quantity."""

    items: tuple[MenuItem, ...]
    uneven_lines: int


@dataclass(frozen=True)
class Totals:
    """What a file holds: `items` is the sum of quantities, `total_minor` of line prices."""

    orders: int
    lines: int
    items: int
    total_minor: int


def played_lines(line: FileLine) -> list[PlayedLine]:
    """Split a file line into one or two lines with exact unit prices; the sum is kept."""
    unit, dearer = divmod(line.price_minor, line.quantity)
    parts = [(dearer, unit + 1), (line.quantity - dearer, unit)]
    return [
        PlayedLine(quantity, line.item_name, unit_minor, line.choices)
        for quantity, unit_minor in parts
        if quantity
    ]


def derive_menu(orders: Iterable[FileOrder]) -> ReplayMenu:
    """Collect items, their unit prices and their choices over all orders."""
    prices: dict[str, set[int]] = {}
    choices: dict[str, set[str]] = {}
    uneven = 0
    for line in (line for order in orders for line in order.lines):
        played = played_lines(line)
        prices.setdefault(line.item_name, set()).update(part.unit_minor for part in played)
        choices.setdefault(line.item_name, set()).update(line.choices)
        uneven += len(played) > 1
    items = (_item(name, prices[name], choices[name]) for name in sorted(prices))
    return ReplayMenu(tuple(items), uneven)


def count(orders: Iterable[FileOrder]) -> Totals:
    """Add up what a run has to come out equal to."""
    totals = Totals(0, 0, 0, 0)
    for order in orders:
        totals = Totals(
            orders=totals.orders + 1,
            lines=totals.lines + len(order.lines),
            items=totals.items + sum(line.quantity for line in order.lines),
            total_minor=totals.total_minor + sum(line.price_minor for line in order.lines),
        )
    return totals


def variant_name(unit_minor: int) -> str:
    """The name of the variant with that unit price."""
    return f"{unit_minor // 100}.{unit_minor % 100:02d}"


def _item(name: str, prices: set[int], choices: set[str]) -> MenuItem:
    variants = (MenuVariant(variant_name(unit), unit) for unit in sorted(prices))
    return MenuItem(name, tuple(variants), tuple(sorted(choices)))
