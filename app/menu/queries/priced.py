"""What a location's prices look like beside the restaurant's: frozen views, in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple, TypeVar
from uuid import UUID

from app.core.errors import NotFound

Kind = Literal["variant", "modifier"]
One = TypeVar("One")


@dataclass(frozen=True, kw_only=True)
class OwnPrice:
    """A price of the location's own; `starts` None or past: it holds now."""

    amount_minor: int
    starts: datetime | None


@dataclass(frozen=True, kw_only=True)
class PricedRow:
    """One thing that has a price: the restaurant's (None: it has none), the location's own now,
    and its own ones that are planned, the next first.
    """

    kind: Kind
    id: UUID
    name: str
    standard_minor: int | None
    here_minor: int | None
    planned: tuple[OwnPrice, ...]

    @property
    def is_own(self) -> bool:
        """Whether the location says a price at all."""
        return self.here_minor is not None or bool(self.planned)

    @property
    def price_minor(self) -> int | None:
        """What it costs here now."""
        return self.standard_minor if self.here_minor is None else self.here_minor


class RateView(NamedTuple):
    """A rate in per cent, such as "VAT 10"; `service_type` None: however it is served."""

    name: str
    percent: Decimal
    service_type: str | None


@dataclass(frozen=True, kw_only=True)
class TaxClassView:
    """A tax class with the rates that hold at a location."""

    id: UUID
    name: str
    rates: tuple[RateView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PricedItem:
    """An item with its sizes; `tax_class_id` None: it has the restaurant's class, `usual_class`."""

    item_id: UUID
    name: str
    on_sale: bool
    tax_class_id: UUID | None
    usual_class: UUID
    rows: tuple[PricedRow, ...]

    @property
    def differs(self) -> bool:
        """Whether anything about it is the location's own."""
        own_price = any(row.is_own for row in self.rows)
        return own_price or not self.on_sale or self.tax_class_id is not None


@dataclass(frozen=True, kw_only=True)
class PricedCategory:
    """A category with its items."""

    category_id: UUID
    name: str
    items: tuple[PricedItem, ...]


@dataclass(frozen=True, kw_only=True)
class PricedGroup:
    """A modifier group with its choices."""

    group_id: UUID
    name: str
    rows: tuple[PricedRow, ...]


@dataclass(frozen=True, kw_only=True)
class PricedMenu:
    """The whole menu as a location prices it."""

    categories: tuple[PricedCategory, ...]
    groups: tuple[PricedGroup, ...]
    tax_classes: tuple[TaxClassView, ...]

    def item(self, item_id: UUID) -> PricedItem:
        """One of its items; raises NotFound."""
        found = (item for category in self.categories for item in category.items)
        return _one(item for item in found if item.item_id == item_id)

    def item_of(self, variant_id: UUID) -> PricedItem:
        """The item of one of its sizes; raises NotFound."""
        found = (item for category in self.categories for item in category.items)
        return _one(item for item in found if any(row.id == variant_id for row in item.rows))

    def choice(self, modifier_id: UUID) -> PricedRow:
        """One of its modifiers; raises NotFound."""
        found = (row for group in self.groups for row in group.rows)
        return _one(row for row in found if row.id == modifier_id)


def _one(found: Iterable[One]) -> One:
    for each in found:
        return each
    raise NotFound("no_item", "There is no such item on the menu.")
