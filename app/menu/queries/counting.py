"""The menu for those who say what is left: each item, and its sizes where there are several."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.menu.models import Availability
from app.menu.queries.browsing import catalogue, item_detail
from app.menu.queries.views import ItemView, Left
from app.tenancy.queries import LocationView

Key = tuple[UUID, UUID | None]


@dataclass(frozen=True, kw_only=True)
class CountedView(Left):
    """An item, or one of its sizes, with what was said of it alone.

    `variant_id` None: the whole item. `price_minor` None: its sizes have the prices.
    """

    item_id: UUID
    variant_id: UUID | None
    name: str
    price_minor: int | None

    @property
    def count(self) -> str:
        """The count as a number field holds it; "" where nobody counts."""
        return "" if self.counted_left is None else f"{self.counted_left.normalize():f}"

    @property
    def row_id(self) -> str:
        """The id of its row on the page."""
        return f"left-{self.variant_id or self.item_id}"


@dataclass(frozen=True, kw_only=True)
class CountedCategory:
    """A category with its rows, a size right after its item."""

    category_id: UUID
    name: str
    hue: int
    rows: tuple[CountedView, ...]


def counted_menu(location: LocationView, at: datetime) -> tuple[CountedCategory, ...]:
    """All that is on sale at `at`, with what is left of it."""
    left = _left(location)
    return tuple(
        CountedCategory(
            category_id=category.category_id,
            name=category.name,
            hue=category.hue,
            rows=tuple(row for item in category.items for row in _rows(item, left)),
        )
        for category in catalogue(location, "dine_in", "pos", at).categories
    )


def get_counted(
    location: LocationView, item_id: UUID, variant_id: UUID | None, at: datetime
) -> CountedView:
    """One row of `counted_menu`; raises NotFound."""
    item = item_detail(location, item_id, "dine_in", "pos", at).item
    for row in _rows(item, _left(location)):
        if row.variant_id == variant_id:
            return row
    raise NotFound("no_item", "There is no such item on the menu.")


def _left(location: LocationView) -> Mapping[Key, Left]:
    rows = execute(
        select(
            Availability.item_id,
            Availability.variant_id,
            Availability.is_86,
            Availability.counted_left,
            Availability.stock_left,
        ).where(
            Availability.tenant_id == current_tenant_id(),
            Availability.location_id == location.id,
        )
    ).all()
    return {
        (row.item_id, row.variant_id): Left(
            is_86=row.is_86, counted_left=row.counted_left, stock_left=row.stock_left
        )
        for row in rows
    }


def _rows(item: ItemView, left: Mapping[Key, Left]) -> Iterator[CountedView]:
    sizes = item.variants if len(item.variants) > 1 else ()
    yield _row(item, None, item.name, None if sizes else item.price_minor, left)
    for size in sizes:
        yield _row(item, size.variant_id, size.name, size.price_minor, left)


def _row(
    item: ItemView,
    variant_id: UUID | None,
    name: str,
    price_minor: int | None,
    left: Mapping[Key, Left],
) -> CountedView:
    return CountedView(
        item_id=item.item_id,
        variant_id=variant_id,
        name=name,
        price_minor=price_minor,
        **vars(left.get((item.item_id, variant_id), Left())),
    )
