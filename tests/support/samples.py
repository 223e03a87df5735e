"""The tests' own menu: few items, one for each thing that a menu can do.

Bruschetta and Margherita have recipes; Mozzarella blocks when it is short, Tomato warns. Fish of
the day is counted. Steak asks for exactly one doneness, Margherita allows three extras. Gelato
and House wine come in sizes. Food and drinks are taxed at different rates.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class SampleItem:
    """An item with its prices in minor units by size; an item without sizes has the size ""."""

    name: str
    category: str
    prices: dict[str, int]
    groups: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    counted_left: Decimal | None = None
    prep_minutes: int | None = None


@dataclass(frozen=True)
class SampleCategory:
    """A category with the station that prepares it, its tax class and its course."""

    name: str
    station: str
    tax_class: str
    course: int


@dataclass(frozen=True)
class SampleModifier:
    """A choice: `kind` as on the menu, price in minor units."""

    name: str
    kind: str
    price: int


@dataclass(frozen=True)
class SampleGroup:
    """A choice about an item, with its limits."""

    name: str
    min: int
    max: int | None
    modifiers: tuple[SampleModifier, ...]


@dataclass(frozen=True)
class SampleIngredient:
    """Something stock is kept of, with how much a new restaurant has."""

    name: str
    unit: str
    when_short: str
    on_hand: Decimal


STATIONS = {"Kitchen": "prepare", "Bar": "prepare", "Pass": "expo"}
TABLES = ("T1", "T2", "T3", "T4")

CATEGORIES = (
    SampleCategory("Starters", "Kitchen", "food", 1),
    SampleCategory("Mains", "Kitchen", "food", 2),
    SampleCategory("Desserts", "Kitchen", "food", 3),
    SampleCategory("Drinks", "Bar", "drinks", 1),
)

GROUPS = (
    SampleGroup(
        "Extras",
        0,
        3,
        (
            SampleModifier("Extra cheese", "add", 150),
            SampleModifier("Olives", "add", 100),
            SampleModifier("No basil", "no", 0),
        ),
    ),
    SampleGroup(
        "Doneness",
        1,
        1,
        (
            SampleModifier("Rare", "choice", 0),
            SampleModifier("Medium", "choice", 0),
            SampleModifier("Well done", "choice", 0),
        ),
    ),
)

ITEMS = (
    SampleItem("Bruschetta", "Starters", {"": 650}, allergens=("gluten",), prep_minutes=5),
    SampleItem(
        "Margherita",
        "Mains",
        {"": 900},
        groups=("Extras",),
        allergens=("gluten", "milk"),
        prep_minutes=12,
    ),
    SampleItem("Steak", "Mains", {"": 2400}, groups=("Doneness",), prep_minutes=15),
    SampleItem(
        "Fish of the day",
        "Mains",
        {"": 2200},
        allergens=("fish",),
        counted_left=Decimal(500),
    ),
    SampleItem("Gelato", "Desserts", {"Small": 300, "Large": 500}, allergens=("milk",)),
    SampleItem("Espresso", "Drinks", {"": 150}),
    SampleItem("House wine", "Drinks", {"Glass": 500, "Bottle": 2000}),
    SampleItem("Water", "Drinks", {"": 250}),
)

INGREDIENTS = (
    SampleIngredient("Mozzarella", "kg", "block", Decimal(500)),
    SampleIngredient("Tomato", "kg", "warn", Decimal(500)),
)

# (item or modifier, ingredient, quantity of one)
ITEM_RECIPES = (
    ("Bruschetta", "Tomato", Decimal("0.200")),
    ("Margherita", "Mozzarella", Decimal("0.150")),
    ("Margherita", "Tomato", Decimal("0.100")),
)
MODIFIER_RECIPES = (("Extra cheese", "Mozzarella", Decimal("0.050")),)
