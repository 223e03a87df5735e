"""What a menu file says, once it is read and found right."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class PriceRow:
    """A price in minor units from one day to another, both included; None is without end."""

    line: int
    amount_minor: int
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, kw_only=True)
class VariantRow:
    """A size of an item. `station` None: the item's. `position` counts within the item."""

    line: int
    position: int
    name: str
    kitchen_name: str
    station: str | None
    prices: tuple[PriceRow, ...]


@dataclass(frozen=True, kw_only=True)
class ModifierRow:
    """`kind` is choice, add or no; `usual` is chosen in one tap. `station` None: the item's."""

    line: int
    position: int
    name: str
    kitchen_name: str
    kind: str
    usual: bool
    station: str | None
    amount_minor: int
    allergens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """`max_choices` None: as many as one likes."""

    line: int
    name: str
    min_choices: int
    max_choices: int | None
    included_free: int
    modifiers: tuple[ModifierRow, ...]


@dataclass(frozen=True, kw_only=True)
class CategoryRow:
    """`hue` from 0 to 11; `course` 0 waits for no course; `position` counts from 1."""

    line: int
    position: int
    name: str
    hue: int
    station: str | None
    tax_class: str
    course: int


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """An item has prices of its own or variants that have them, never both.

    `station`, `tax_class` and `course` None: the category's. `counted_left` None: not counted.
    `groups` names modifier groups in order of asking. `position` counts within the category.
    """

    line: int
    position: int
    category: str
    name: str
    button_name: str
    kitchen_name: str
    description: str
    prep_minutes: int | None
    course: int | None
    station: str | None
    tax_class: str | None
    allergens: tuple[str, ...]
    counted_left: Decimal | None
    groups: tuple[str, ...]
    prices: tuple[PriceRow, ...]
    variants: tuple[VariantRow, ...]


@dataclass(frozen=True, kw_only=True)
class MenuFile:
    """A whole, valid menu. Names refer to each other in one spelling."""

    categories: tuple[CategoryRow, ...]
    items: tuple[ItemRow, ...]
    groups: tuple[GroupRow, ...]
