"""What the menu tells others: frozen views, amounts in minor units."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.core.uploads import Picture

LOW = 5  # from here on a tile says how many are left


@dataclass(frozen=True, kw_only=True)
class GroupRules:
    """How many of a group may be chosen, at least `min`; `max` None: any number."""

    id: UUID
    name: str
    min: int
    max: int | None
    included_free: int


@dataclass(frozen=True, kw_only=True)
class ChosenModifier:
    """A modifier as a line copies it. `station_id` is added to where the item is made."""

    id: UUID
    group_id: UUID
    group_name: str
    name: str
    kitchen_name: str
    kind: str
    price_minor: int
    station_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ItemTax:
    """A tax on an item, in per cent; whether prices hold it is the location's to say."""

    rate_id: UUID
    name: str
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left to sell.

    `counted_left` is counted by hand, `stock_left` is how many portions there are before an
    ingredient that blocks runs out; None: not limited.
    """

    is_86: bool = False
    counted_left: Decimal | None = None
    stock_left: Decimal | None = None

    @property
    def left(self) -> Decimal | None:
        """The smaller of both limits, not below zero; None: not limited."""
        limits = [n for n in (self.counted_left, self.stock_left) if n is not None]
        return max(min(limits), Decimal()) if limits else None

    @property
    def is_out(self) -> bool:
        """Whether sending one would be refused now."""
        return self.is_86 or self.left == 0

    @property
    def is_low(self) -> bool:
        """Whether so few are left that a tile says it."""
        return not self.is_out and self.left is not None and self.left <= LOW


@dataclass(frozen=True, kw_only=True)
class Sellable(Left):
    """All that a line copies of one variant with the modifiers chosen for it."""

    item_id: UUID
    variant_id: UUID
    category_id: UUID
    category_name: str
    name: str
    kitchen_name: str
    variant_name: str
    unit_price_minor: int
    modifiers: tuple[ChosenModifier, ...]
    groups: tuple[GroupRules, ...]
    taxes: tuple[ItemTax, ...]
    station_ids: tuple[UUID, ...]
    prep_minutes: int | None
    course: int


@dataclass(frozen=True, kw_only=True)
class VariantView(Left):
    """A size on sale, and what it costs now. An item without sizes has one without a name."""

    variant_id: UUID
    name: str
    price_minor: int


@dataclass(frozen=True, kw_only=True)
class ItemView(Left):
    """An item on sale. `has_choices`: tapping it asks for something, so it opens a sheet."""

    item_id: UUID
    name: str
    button_name: str
    description: str
    course: int
    allergens: tuple[str, ...]
    variants: tuple[VariantView, ...]
    must_choose: bool

    @property
    def is_out(self) -> bool:
        """Whether every size is out."""
        return all(variant.is_out for variant in self.variants)

    @property
    def has_choices(self) -> bool:
        """Whether one tap cannot say what is meant: several sizes, or a choice that must be."""
        return len(self.variants) > 1 or self.must_choose

    @property
    def price_minor(self) -> int:
        """The lowest price."""
        return min(variant.price_minor for variant in self.variants)


@dataclass(frozen=True, kw_only=True)
class CategoryView:
    """A category with the items on sale; `hue` from 0 to 11."""

    category_id: UUID
    name: str
    hue: int
    course: int
    items: tuple[ItemView, ...]


@dataclass(frozen=True, kw_only=True)
class CatalogueView:
    """All that is on sale at a location now."""

    categories: tuple[CategoryView, ...]


@dataclass(frozen=True, kw_only=True)
class ModifierView:
    """A modifier that may be chosen, with its price. `usual` is chosen beforehand."""

    modifier_id: UUID
    name: str
    kind: str
    usual: bool
    price_minor: int
    allergens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """A group as the sheet asks for it."""

    rules: GroupRules
    modifiers: tuple[ModifierView, ...]


@dataclass(frozen=True, kw_only=True)
class ItemDetail:
    """What the modifier sheet shows of one item."""

    item: ItemView
    groups: tuple[GroupView, ...]
    picture: Picture | None
