"""What a menu file becomes: the rows of each table, by column."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.csv_rows import fold
from app.core.ids import new_id
from app.core.inserting import Values
from app.core.rows import IdsByName
from app.menu.menu_file import GroupRow, ItemRow, MenuFile, ModifierRow, PriceRow, VariantRow
from app.tenancy.domain import business_day_start
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class MenuIds:
    """The ids of everything that a menu names."""

    taxes: IdsByName
    categories: IdsByName
    items: IdsByName
    variants: IdsByName
    groups: IdsByName
    modifiers: IdsByName


@dataclass(frozen=True)
class MenuRows:
    """The rows of a menu file at a location; `stations` has their spelling by folded name."""

    location: LocationView
    menu: MenuFile
    ids: MenuIds
    stations: dict[str, str]

    def categories(self) -> list[Values]:
        """Rows of `category`."""
        return [
            {
                "id": self.ids.categories.of(row.name),
                "name": row.name,
                "hue": row.hue,
                "position": row.position,
                "course": row.course,
                "station": self._station(row.station),
                "tax_class_id": self.ids.taxes.of(row.tax_class),
            }
            for row in self.menu.categories
        ]

    def groups(self) -> list[Values]:
        """Rows of `modifier_group`."""
        return [
            {
                "id": self.ids.groups.of(row.name),
                "name": row.name,
                "min": row.min_choices,
                "max": row.max_choices,
                "included_free": row.included_free,
            }
            for row in self.menu.groups
        ]

    def modifiers(self) -> list[Values]:
        """Rows of `modifier`."""
        return [
            {
                "id": self._modifier_id(group, row),
                "group_id": self.ids.groups.of(group.name),
                "name": row.name,
                "kitchen_name": row.kitchen_name,
                "kind": row.kind,
                "usual": row.usual,
                "position": row.position,
                "station": self._station(row.station),
                "active": True,
            }
            for group, row in self._modifiers()
        ]

    def modifier_allergens(self) -> list[Values]:
        """Rows of `modifier_allergen`."""
        return [
            {"modifier_id": self._modifier_id(group, row), "allergen": allergen}
            for group, row in self._modifiers()
            for allergen in row.allergens
        ]

    def items(self) -> list[Values]:
        """Rows of `item`."""
        return [self._item(row) for row in self.menu.items]

    def item_allergens(self) -> list[Values]:
        """Rows of `item_allergen`."""
        return [
            {"item_id": self.ids.items.of(row.name), "allergen": allergen}
            for row in self.menu.items
            for allergen in row.allergens
        ]

    def item_groups(self) -> list[Values]:
        """Rows of `item_modifier_group`."""
        return [
            {
                "item_id": self.ids.items.of(row.name),
                "group_id": self.ids.groups.of(group),
                "position": position,
            }
            for row in self.menu.items
            for position, group in enumerate(row.groups, 1)
        ]

    def variants(self) -> list[Values]:
        """Rows of `variant`."""
        return [
            {
                "id": self.ids.variants.of(row.name, item_id),
                "item_id": item_id,
                "name": row.name,
                "kitchen_name": row.kitchen_name,
                "position": row.position,
                "station": self._station(row.station),
                "active": True,
            }
            for item_id, row in self._variants()
        ]

    def counts(self) -> list[Values]:
        """Rows of `availability`, for counted items that are new."""
        return [
            {
                "id": new_id(),
                "location_id": self.location.id,
                "item_id": item_id,
                "counted_left": row.counted_left,
            }
            for row in self.menu.items
            if row.counted_left is not None
            and (item_id := self.ids.items.of(row.name)) not in self.ids.items.known
        ]

    def prices(self, list_id: UUID) -> list[Values]:
        """Rows of `price` on one list."""
        rows = [*self._prices_of_variants(), *self._prices_of_modifiers()]
        return [{"id": new_id(), "list_id": list_id, **row} for row in rows]

    def _station(self, name: str | None) -> str | None:
        return self.stations[fold(name)] if name else None

    def _modifiers(self) -> Iterator[tuple[GroupRow, ModifierRow]]:
        return ((group, row) for group in self.menu.groups for row in group.modifiers)

    def _modifier_id(self, group: GroupRow, row: ModifierRow) -> UUID:
        return self.ids.modifiers.of(row.name, self.ids.groups.of(group.name))

    def _item(self, row: ItemRow) -> Values:
        return {
            "id": self.ids.items.of(row.name),
            "category_id": self.ids.categories.of(row.category),
            "name": row.name,
            "button_name": row.button_name,
            "kitchen_name": row.kitchen_name,
            "description": row.description,
            "position": row.position,
            "station": self._station(row.station),
            "tax_class_id": self.ids.taxes.of(row.tax_class) if row.tax_class else None,
            "course": row.course,
            "prep_minutes": row.prep_minutes,
            "active": True,
        }

    def _variants(self) -> Iterator[tuple[UUID, VariantRow]]:
        """Every size with its item's id; an item without sizes is one of an empty name."""
        for item in self.menu.items:
            for row in item.variants or (_only_variant(item),):
                yield self.ids.items.of(item.name), row

    def _prices_of_variants(self) -> Iterator[Values]:
        for item_id, row in self._variants():
            for price in row.prices:
                yield {
                    "variant_id": self.ids.variants.of(row.name, item_id),
                    "modifier_id": None,
                    "amount_minor": price.amount_minor,
                    "valid_from": self._start(price.valid_from),
                    "valid_until": self._start(_next_day(price)),
                }

    def _prices_of_modifiers(self) -> Iterator[Values]:
        for group, row in self._modifiers():
            yield {
                "variant_id": None,
                "modifier_id": self._modifier_id(group, row),
                "amount_minor": row.amount_minor,
                "valid_from": None,
                "valid_until": None,
            }

    def _start(self, day: date | None) -> datetime | None:
        if day is None:
            return None
        return business_day_start(day, self.location.zone, self.location.cut_off)


def _only_variant(item: ItemRow) -> VariantRow:
    return VariantRow(
        line=item.line, position=1, name="", kitchen_name="", station=None, prices=item.prices
    )


def _next_day(price: PriceRow) -> date | None:
    return price.valid_until and price.valid_until + timedelta(days=1)
