"""What lines copy when they are added: three statements for any number, asked at every tap."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    select,
)

from app.core.db import among, execute
from app.core.errors import Conflict, Invalid, NotFound
from app.menu.models import (
    Category,
    Item,
    ItemModifierGroup,
    LocationItem,
    Modifier,
    ModifierGroup,
    Price,
    Station,
    TaxRate,
    Variant,
)
from app.menu.queries.joins import (
    availabilities,
    differs_here,
    group_columns,
    is_asked,
    is_of_item,
    is_of_variant,
    is_offered,
    is_sold_here,
    left_columns,
    left_of,
    rules_of,
    tax_class_here,
)
from app.menu.queries.prices import Occasion, any_or_this, current_prices, holds_now
from app.menu.queries.views import ChosenModifier, GroupRules, ItemTax, Sellable
from app.tenancy.queries import LocationView


@dataclass
class _Choices:
    """What an item asks for, and those of the wanted modifiers that it offers."""

    groups: dict[UUID, GroupRules] = field(default_factory=dict)
    offered: dict[UUID, ChosenModifier] = field(default_factory=dict)


def sellable(
    location: LocationView,
    variant_id: UUID,
    modifier_ids: Sequence[UUID],
    service_type: str,
    channel: str,
    at: datetime,
) -> Sellable:
    """One variant with modifiers, as `sellables` answers it."""
    return sellables(location, [(variant_id, modifier_ids)], service_type, channel, at)[0]


def sellables(
    location: LocationView,
    wanted: Sequence[tuple[UUID, Sequence[UUID]]],
    service_type: str,
    channel: str,
    at: datetime,
) -> list[Sellable]:
    """Variants, each with its modifiers, as they sell at `at`, in the order of `wanted`.

    A modifier named twice comes twice. Says what is left but does not refuse for it. Raises
    NotFound for a variant that is not sold, Conflict (`no_price`) without a valid price, Invalid
    (`modifiers`) for a modifier that the item does not offer. How many of a group may be chosen
    is for ordering to check.
    """
    occasion = Occasion(location_id=location.id, service_type=service_type, channel=channel, at=at)
    rows = _variants(occasion, [variant_id for variant_id, _ in wanted])
    modifier_ids = {modifier_id for _, chosen in wanted for modifier_id in chosen}
    choices = _choices(occasion, {row.item_id for row in rows}, modifier_ids)
    taxes = _taxes(occasion, {row.tax_class_id for row in rows})
    return [
        _sellable(row, chosen, choices[row.item_id], taxes[row.tax_class_id])
        for row, (_, chosen) in zip(rows, wanted, strict=True)
    ]


def _sellable(
    row: Row[Any], modifier_ids: Sequence[UUID], choices: _Choices, taxes: Sequence[ItemTax]
) -> Sellable:
    modifiers = _chosen(row.name, modifier_ids, choices.offered)
    return Sellable(
        item_id=row.item_id,
        variant_id=row.variant_id,
        category_id=row.category_id,
        category_name=row.category_name,
        name=row.name,
        kitchen_name=row.kitchen_name,
        variant_name=row.variant_name,
        unit_price_minor=row.amount_minor,
        modifiers=modifiers,
        groups=tuple(choices.groups.values()),
        taxes=tuple(taxes),
        station_ids=_stations(row.station_id, modifiers),
        prep_minutes=row.prep_minutes,
        course=row.course,
        **vars(left_of(row)),
    )


def _variants(occasion: Occasion, variant_ids: Sequence[UUID]) -> list[Row[Any]]:
    """A row for each of `variant_ids`, in their order."""
    found = {
        row.variant_id: row
        for row in execute(
            _variants_statement(), occasion.parameters(variant_ids=sorted(set(variant_ids)))
        )
    }
    return [_priced(found.get(variant_id)) for variant_id in variant_ids]


def _priced(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise NotFound("no_sellable", "This is not on the menu any more.")
    if row.amount_minor is None:
        raise Conflict("no_price", f"{row.name} has no price at present.")
    return row


@cache
def _variants_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.variant_id, "variant_ids")
    whole, sized = availabilities()
    return (
        select(
            Item.id.label("item_id"),
            Item.name,
            Item.kitchen_name,
            Item.prep_minutes,
            Variant.id.label("variant_id"),
            Variant.name.label("variant_name"),
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            func.coalesce(Item.course, Category.course).label("course"),
            tax_class_here().label("tax_class_id"),
            Station.id.label("station_id"),
            price.c.amount_minor,
            *left_columns(whole, sized),
        )
        .select_from(Variant)
        .join(Item, and_(Item.tenant_id == Variant.tenant_id, Item.id == Variant.item_id))
        .join(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
        .outerjoin(
            Station, _is_named(func.coalesce(Variant.station, Item.station, Category.station))
        )
        .outerjoin(price, price.c.sold_id == Variant.id)
        .outerjoin(whole, is_of_item(whole))
        .outerjoin(sized, is_of_variant(sized))
        .outerjoin(LocationItem, differs_here())
        .where(
            Variant.tenant_id == bindparam("tenant_id"),
            among(Variant.id, "variant_ids"),
            Variant.active,
            Item.active,
            is_sold_here(),
        )
    )


def _is_named(name: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Joins the location's station of a name."""
    return and_(
        Station.tenant_id == bindparam("tenant_id"),
        Station.location_id == bindparam("location_id"),
        Station.name == name,
    )


def _choices(
    occasion: Occasion, item_ids: Collection[UUID], modifier_ids: Collection[UUID]
) -> Mapping[UUID, _Choices]:
    """By item: the rules of its groups in order, and what it offers of `modifier_ids`."""
    choices: dict[UUID, _Choices] = defaultdict(_Choices)
    parameters = occasion.parameters(item_ids=sorted(item_ids), modifier_ids=sorted(modifier_ids))
    for row in execute(_choices_statement(), parameters):
        choices[row.item_id].groups.setdefault(row.id, rules_of(row))
        if row.modifier_id:
            choices[row.item_id].offered[row.modifier_id] = _modifier(row)
    return choices


@cache
def _choices_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.modifier_id, "modifier_ids")
    return (
        select(
            ItemModifierGroup.item_id,
            *group_columns(),
            Modifier.id.label("modifier_id"),
            Modifier.name.label("modifier_name"),
            Modifier.kitchen_name,
            Modifier.kind,
            func.coalesce(price.c.amount_minor, 0).label("price_minor"),
            Station.id.label("station_id"),
        )
        .select_from(ItemModifierGroup)
        .join(ModifierGroup, is_asked())
        .outerjoin(
            Modifier,
            and_(is_offered(), among(Modifier.id, "modifier_ids")),
        )
        .outerjoin(price, price.c.sold_id == Modifier.id)
        .outerjoin(Station, _is_named(Modifier.station))
        .where(
            ItemModifierGroup.tenant_id == bindparam("tenant_id"),
            among(ItemModifierGroup.item_id, "item_ids"),
        )
        .order_by(ItemModifierGroup.item_id, ItemModifierGroup.position)
    )


def _modifier(row: Row[Any]) -> ChosenModifier:
    return ChosenModifier(
        id=row.modifier_id,
        group_id=row.id,
        group_name=row.name,
        name=row.modifier_name,
        kitchen_name=row.kitchen_name,
        kind=row.kind,
        price_minor=row.price_minor,
        station_id=row.station_id,
    )


def _chosen(
    item: str, modifier_ids: Sequence[UUID], offered: dict[UUID, ChosenModifier]
) -> tuple[ChosenModifier, ...]:
    if any(wanted not in offered for wanted in modifier_ids):
        sentence = f"{item}: one of the choices is not offered with it any more."
        raise Invalid("modifiers", sentence, {"modifier_ids": [sentence]})
    return tuple(offered[wanted] for wanted in modifier_ids)


def _stations(main: UUID | None, modifiers: Sequence[ChosenModifier]) -> tuple[UUID, ...]:
    named = [main, *(modifier.station_id for modifier in modifiers)]
    return tuple(dict.fromkeys(station for station in named if station))


def _taxes(occasion: Occasion, tax_class_ids: Collection[UUID]) -> Mapping[UUID, Sequence[ItemTax]]:
    """By tax class: the rates that hold."""
    taxes: dict[UUID, list[ItemTax]] = defaultdict(list)
    parameters = occasion.parameters(tax_class_ids=sorted(tax_class_ids))
    for row in execute(_taxes_statement(), parameters):
        rate = ItemTax(rate_id=row.id, name=row.name, percent=row.percent)
        taxes[row.tax_class_id].append(rate)
    return taxes


@cache
def _taxes_statement() -> Select[*tuple[Any, ...]]:
    return (
        select(TaxRate.tax_class_id, TaxRate.id, TaxRate.name, TaxRate.percent)
        .where(
            TaxRate.tenant_id == bindparam("tenant_id"),
            TaxRate.location_id == bindparam("location_id"),
            among(TaxRate.tax_class_id, "tax_class_ids"),
            any_or_this(TaxRate.service_type, "service_type"),
            *holds_now(TaxRate.valid_from, TaxRate.valid_until),
        )
        .order_by(TaxRate.name, TaxRate.id)
    )
