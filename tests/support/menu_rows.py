"""Puts the sample menu and its stock into the database."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.core import clock
from app.core.db import execute
from app.core.ids import new_id
from app.core.model import Base
from app.inventory.models import Ingredient, Movement, RecipeRow, Stock
from app.menu.models import (
    Availability,
    Category,
    Item,
    ItemAllergen,
    ItemModifierGroup,
    Modifier,
    ModifierGroup,
    Price,
    PriceList,
    Station,
    TaxClass,
    TaxRate,
    Variant,
)
from tests.support import samples
from tests.support.samples import SampleItem


@dataclass
class MenuRows:
    """Ids and prices of what was put in, by name."""

    tenant_id: UUID
    location_id: UUID
    stations: dict[str, UUID] = field(default_factory=dict)
    tax_classes: dict[str, UUID] = field(default_factory=dict)
    tax_rates: dict[str, UUID] = field(default_factory=dict)
    categories: dict[str, UUID] = field(default_factory=dict)
    groups: dict[str, UUID] = field(default_factory=dict)
    modifiers: dict[str, UUID] = field(default_factory=dict)
    items: dict[str, UUID] = field(default_factory=dict)
    variants: dict[str, UUID] = field(default_factory=dict)
    ingredients: dict[str, UUID] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)


def insert_menu(tenant_id: UUID, location_id: UUID, rates: dict[str, Decimal]) -> MenuRows:
    """Insert stations, taxes, the menu, prices, ingredients, recipes and stock."""
    rows = MenuRows(tenant_id, location_id)
    _stations(rows)
    _taxes(rows, rates)
    _categories(rows)
    _groups(rows)
    _items(rows)
    _stock(rows)
    _recipes(rows)
    _prices(rows)
    return rows


def _stations(rows: MenuRows) -> None:
    for position, (name, kind) in enumerate(samples.STATIONS.items(), 1):
        rows.stations[name] = _add(
            rows,
            Station,
            location_id=rows.location_id,
            name=name,
            slug=name.lower(),
            position=position,
            kind=kind,
        )


def _taxes(rows: MenuRows, rates: dict[str, Decimal]) -> None:
    for name, percent in rates.items():
        rows.tax_classes[name] = _add(rows, TaxClass, name=name)
        rows.tax_rates[name] = _add(
            rows,
            TaxRate,
            location_id=rows.location_id,
            tax_class_id=rows.tax_classes[name],
            name=f"Tax on {name}",
            percent=percent,
        )


def _categories(rows: MenuRows) -> None:
    for position, category in enumerate(samples.CATEGORIES, 1):
        rows.categories[category.name] = _add(
            rows,
            Category,
            name=category.name,
            hue=position,
            position=position,
            course=category.course,
            station=category.station,
            tax_class_id=rows.tax_classes[category.tax_class],
        )


def _groups(rows: MenuRows) -> None:
    for group in samples.GROUPS:
        group_id = _add(rows, ModifierGroup, name=group.name, min=group.min, max=group.max)
        rows.groups[group.name] = group_id
        for position, modifier in enumerate(group.modifiers, 1):
            rows.prices[modifier.name] = modifier.price
            rows.modifiers[modifier.name] = _add(
                rows,
                Modifier,
                group_id=group_id,
                name=modifier.name,
                kitchen_name=modifier.name,
                kind=modifier.kind,
                position=position,
            )


def _items(rows: MenuRows) -> None:
    for position, item in enumerate(samples.ITEMS, 1):
        item_id = _add(
            rows,
            Item,
            category_id=rows.categories[item.category],
            name=item.name,
            button_name=item.name,
            kitchen_name=item.name,
            position=position,
            prep_minutes=item.prep_minutes,
        )
        rows.items[item.name] = item_id
        _item_details(rows, item, item_id)


def _item_details(rows: MenuRows, item: SampleItem, item_id: UUID) -> None:
    for position, (size, price) in enumerate(item.prices.items(), 1):
        name = f"{item.name}/{size}" if size else item.name
        rows.prices[name] = price
        rows.variants[name] = _add(
            rows, Variant, item_id=item_id, name=size, kitchen_name=size, position=position
        )
    for position, group in enumerate(item.groups, 1):
        group_id = rows.groups[group]
        _link(rows, ItemModifierGroup, item_id=item_id, group_id=group_id, position=position)
    for allergen in item.allergens:
        _link(rows, ItemAllergen, item_id=item_id, allergen=allergen)
    if item.counted_left is not None:
        _add(
            rows,
            Availability,
            location_id=rows.location_id,
            item_id=item_id,
            counted_left=item.counted_left,
        )


def _stock(rows: MenuRows) -> None:
    for ingredient in samples.INGREDIENTS:
        ingredient_id = _add(
            rows,
            Ingredient,
            name=ingredient.name,
            unit=ingredient.unit,
            when_short=ingredient.when_short,
        )
        rows.ingredients[ingredient.name] = ingredient_id
        _add(
            rows,
            Movement,
            location_id=rows.location_id,
            ingredient_id=ingredient_id,
            quantity=ingredient.on_hand,
            cause="opening",
            cause_id=new_id(),
            at=clock.now(),
        )
        _link(
            rows,
            Stock,
            location_id=rows.location_id,
            ingredient_id=ingredient_id,
            on_hand=ingredient.on_hand,
        )


def _recipes(rows: MenuRows) -> None:
    for name, ingredient, quantity in samples.ITEM_RECIPES:
        _add(
            rows,
            RecipeRow,
            item_id=rows.items[name],
            ingredient_id=rows.ingredients[ingredient],
            quantity=quantity,
        )
    for name, ingredient, quantity in samples.MODIFIER_RECIPES:
        _add(
            rows,
            RecipeRow,
            modifier_id=rows.modifiers[name],
            ingredient_id=rows.ingredients[ingredient],
            quantity=quantity,
        )


def _prices(rows: MenuRows) -> None:
    list_id = _add(rows, PriceList, name="Standard")
    for name, variant_id in rows.variants.items():
        _add(rows, Price, list_id=list_id, variant_id=variant_id, amount_minor=rows.prices[name])
    for name, modifier_id in rows.modifiers.items():
        _add(rows, Price, list_id=list_id, modifier_id=modifier_id, amount_minor=rows.prices[name])


def _add(rows: MenuRows, model: type[Base], **values: Any) -> UUID:
    row_id = new_id()
    execute(insert(model).values(tenant_id=rows.tenant_id, id=row_id, **values))
    return row_id


def _link(rows: MenuRows, model: type[Base], **values: Any) -> None:
    execute(insert(model).values(tenant_id=rows.tenant_id, **values))
