"""What a line copies when it is added: three statements, for it is asked at every tap."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    select,
)

from app.core.db import execute
from app.core.errors import Conflict, Invalid, NotFound
from app.menu.models import (
    Availability,
    Category,
    Item,
    ItemModifierGroup,
    Modifier,
    ModifierGroup,
    Price,
    Station,
    TaxRate,
    Variant,
)
from app.menu.queries.prices import Occasion, any_or_this, current_prices, holds_now
from app.menu.queries.views import ChosenModifier, GroupRules, ItemTax, Left, Sellable
from app.tenancy.queries import LocationView


def sellable(
    location: LocationView,
    variant_id: UUID,
    modifier_ids: Sequence[UUID],
    service_type: str,
    channel: str,
    at: datetime,
) -> Sellable:
    """One variant with modifiers, as it sells at `at`; a modifier named twice comes twice.

    Says what is left but does not refuse for it. Raises NotFound for a variant that is not
    sold, Conflict (`no_price`) without a valid price, Invalid (`modifiers`) for a modifier
    that the item does not offer. How many of a group may be chosen is for ordering to check.
    """
    occasion = Occasion(location_id=location.id, service_type=service_type, channel=channel, at=at)
    row = _variant(occasion, variant_id)
    groups, offered = _choices(occasion, row.item_id, modifier_ids)
    modifiers = _chosen(row.name, modifier_ids, offered)
    return Sellable(
        item_id=row.item_id,
        variant_id=variant_id,
        category_id=row.category_id,
        category_name=row.category_name,
        name=row.name,
        kitchen_name=row.kitchen_name,
        variant_name=row.variant_name,
        unit_price_minor=row.amount_minor,
        modifiers=modifiers,
        groups=groups,
        taxes=_taxes(occasion, row.tax_class_id),
        station_ids=_stations(row.station_id, modifiers),
        prep_minutes=row.prep_minutes,
        course=row.course,
        **vars(left_of(row)),
    )


def _variant(occasion: Occasion, variant_id: UUID) -> Row[Any]:
    row = execute(
        _variant_statement(),
        occasion.parameters(variant_id=variant_id, variant_ids=[variant_id]),
    ).one_or_none()
    if row is None:
        raise NotFound("no_sellable", "This is not on the menu any more.")
    if row.amount_minor is None:
        raise Conflict("no_price", f"{row.name} has no price at present.")
    return row


@cache
def _variant_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.variant_id, "variant_ids")
    whole, sized = availabilities()
    return (
        select(
            Item.id.label("item_id"),
            Item.name,
            Item.kitchen_name,
            Item.prep_minutes,
            Variant.name.label("variant_name"),
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            func.coalesce(Item.course, Category.course).label("course"),
            func.coalesce(Item.tax_class_id, Category.tax_class_id).label("tax_class_id"),
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
        .where(
            Variant.tenant_id == bindparam("tenant_id"),
            Variant.id == bindparam("variant_id"),
            Variant.active,
            Item.active,
        )
    )


def _is_named(name: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Joins the location's station of a name."""
    return and_(
        Station.tenant_id == bindparam("tenant_id"),
        Station.location_id == bindparam("location_id"),
        Station.name == name,
    )


def availabilities() -> tuple[FromClause, FromClause]:
    """The availability of the whole item and of one variant, to join both."""
    table = Availability.__table__
    return table.alias("whole"), table.alias("sized")


def is_of_item(whole: FromClause) -> ColumnElement[bool]:
    """Joins the availability of the whole item."""
    return and_(
        whole.c.tenant_id == bindparam("tenant_id"),
        whole.c.location_id == bindparam("location_id"),
        whole.c.item_id == Item.id,
        whole.c.variant_id.is_(None),
    )


def is_of_variant(sized: FromClause) -> ColumnElement[bool]:
    """Joins the availability of one variant."""
    return and_(
        sized.c.tenant_id == bindparam("tenant_id"),
        sized.c.location_id == bindparam("location_id"),
        sized.c.item_id == Item.id,
        sized.c.variant_id == Variant.id,
    )


def left_columns(whole: FromClause, sized: FromClause) -> list[ColumnElement[Any]]:
    """What is left of a variant: the stricter of its item's row and its own."""
    is_86 = func.coalesce(whole.c.is_86, False) | func.coalesce(sized.c.is_86, False)
    return [
        is_86.label("is_86"),
        func.least(whole.c.counted_left, sized.c.counted_left).label("counted_left"),
        func.least(whole.c.stock_left, sized.c.stock_left).label("stock_left"),
    ]


def left_of(row: Row[Any]) -> Left:
    """Reads `left_columns`."""
    return Left(is_86=row.is_86, counted_left=row.counted_left, stock_left=row.stock_left)


def _choices(
    occasion: Occasion, item_id: UUID, modifier_ids: Sequence[UUID]
) -> tuple[tuple[GroupRules, ...], dict[UUID, ChosenModifier]]:
    """The rules of the item's groups in order, and those of `modifier_ids` that it offers."""
    rows = execute(
        _choices_statement(),
        occasion.parameters(item_id=item_id, modifier_ids=list(modifier_ids)),
    ).all()
    groups = {row.id: rules_of(row) for row in rows}
    offered = {row.modifier_id: _modifier(row) for row in rows if row.modifier_id}
    return tuple(groups.values()), offered


@cache
def _choices_statement() -> Select[*tuple[Any, ...]]:
    price = current_prices(Price.modifier_id, "modifier_ids")
    return (
        select(
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
            and_(is_offered(), Modifier.id.in_(bindparam("modifier_ids", expanding=True))),
        )
        .outerjoin(price, price.c.sold_id == Modifier.id)
        .outerjoin(Station, _is_named(Modifier.station))
        .where(
            ItemModifierGroup.tenant_id == bindparam("tenant_id"),
            ItemModifierGroup.item_id == bindparam("item_id"),
        )
        .order_by(ItemModifierGroup.position)
    )


def group_columns() -> list[Any]:
    """What `rules_of` reads."""
    return [
        ModifierGroup.id,
        ModifierGroup.name,
        ModifierGroup.min,
        ModifierGroup.max,
        ModifierGroup.included_free,
    ]


def is_asked() -> ColumnElement[bool]:
    """Joins the groups of an item."""
    return and_(
        ModifierGroup.tenant_id == ItemModifierGroup.tenant_id,
        ModifierGroup.id == ItemModifierGroup.group_id,
    )


def is_offered() -> ColumnElement[bool]:
    """Joins the modifiers of a group that are on the menu."""
    return and_(
        Modifier.tenant_id == ModifierGroup.tenant_id,
        Modifier.group_id == ModifierGroup.id,
        Modifier.active,
    )


def rules_of(row: Row[Any]) -> GroupRules:
    """Reads a modifier group's columns."""
    return GroupRules(
        id=row.id,
        name=row.name,
        min=row.min,
        max=row.max,
        included_free=row.included_free,
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


def _taxes(occasion: Occasion, tax_class_id: UUID) -> tuple[ItemTax, ...]:
    rows = execute(_taxes_statement(), occasion.parameters(tax_class_id=tax_class_id)).all()
    return tuple(ItemTax(rate_id=row.id, name=row.name, percent=row.percent) for row in rows)


@cache
def _taxes_statement() -> Select[*tuple[Any, ...]]:
    return (
        select(TaxRate.id, TaxRate.name, TaxRate.percent)
        .where(
            TaxRate.tenant_id == bindparam("tenant_id"),
            TaxRate.location_id == bindparam("location_id"),
            TaxRate.tax_class_id == bindparam("tax_class_id"),
            any_or_this(TaxRate.service_type, "service_type"),
            *holds_now(TaxRate.valid_from, TaxRate.valid_until),
        )
        .order_by(TaxRate.name, TaxRate.id)
    )
