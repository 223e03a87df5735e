"""The menu of one location beside the restaurant's: prices, tax classes, what is sold there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, select

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.menu.models import (
    Category,
    Item,
    LocationItem,
    Modifier,
    ModifierGroup,
    Price,
    PriceList,
    TaxClass,
    TaxRate,
    Variant,
)
from app.menu.queries.joins import differs_here, is_offered, is_sold_here
from app.menu.queries.priced import (
    Kind,
    OwnPrice,
    PricedCategory,
    PricedGroup,
    PricedItem,
    PricedMenu,
    PricedRow,
    RateView,
    TaxClassView,
)
from app.menu.queries.prices import Occasion, current_prices, holds_now
from app.tenancy.queries import LocationView

NOWHERE = UUID(int=0)  # no location's own list applies there: the restaurant's prices do


def priced_menu(location: LocationView, at: datetime, search: str = "") -> PricedMenu:
    """What is on the restaurant's menu, as it is priced, taxed and sold at a location.

    `search` is part of a name of items and modifiers, in any case of letters.
    """
    prices = _Prices(location, at)
    wanted = search.strip().casefold()
    return PricedMenu(
        categories=_categories(_items(location), prices, wanted),
        groups=_groups(_choices(), prices, wanted),
        tax_classes=tax_classes(location, at),
    )


def tax_classes(location: LocationView | None, at: datetime) -> tuple[TaxClassView, ...]:
    """The tenant's tax classes by name, with the rates that hold at a location."""
    rates: dict[UUID, list[RateView]] = defaultdict(list)
    for row in _rates(location, at) if location else ():
        rates[row.tax_class_id].append(RateView(row.name, row.percent, row.service_type))
    classes = execute(
        select(TaxClass.id, TaxClass.name)
        .where(TaxClass.tenant_id == current_tenant_id())
        .order_by(TaxClass.name)
    )
    return tuple(
        TaxClassView(id=row.id, name=row.name, rates=tuple(rates[row.id])) for row in classes
    )


class _Prices:
    """The restaurant's prices and the location's own, by what is sold."""

    def __init__(self, location: LocationView, at: datetime) -> None:
        occasion = Occasion(location_id=NOWHERE, service_type="dine_in", channel="pos", at=at)
        self._at = at
        self._standard: dict[UUID, int] = {}
        for sold in (Price.variant_id, Price.modifier_id):
            rows = execute(select(current_prices(sold)), occasion.parameters())
            self._standard |= {row.sold_id: row.amount_minor for row in rows}
        self._own = _own_prices(location, at)

    def row(self, kind: Kind, some_id: UUID, name: str) -> PricedRow:
        """What one thing costs. A modifier without a price costs nothing."""
        own = self._own.get(some_id, [])
        now = [price for price in own if price.starts is None or price.starts <= self._at]
        return PricedRow(
            kind=kind,
            id=some_id,
            name=name,
            standard_minor=self._standard.get(some_id, 0 if kind == "modifier" else None),
            here_minor=now[-1].amount_minor if now else None,
            planned=tuple(own[len(now) :]),
        )


def _own_prices(location: LocationView, at: datetime) -> Mapping[UUID, list[OwnPrice]]:
    """Prices of the location's own list that are not over, by what is sold, in time."""
    own: dict[UUID, list[OwnPrice]] = defaultdict(list)
    rows = execute(
        select(Price.variant_id, Price.modifier_id, Price.amount_minor, Price.valid_from)
        .join(
            PriceList, and_(PriceList.tenant_id == Price.tenant_id, PriceList.id == Price.list_id)
        )
        .where(
            Price.tenant_id == current_tenant_id(),
            PriceList.location_id == location.id,
            PriceList.channel.is_(None),
            PriceList.service_type.is_(None),
            Price.valid_until.is_(None) | (Price.valid_until > at),
        )
        .order_by(Price.valid_from.nulls_first(), Price.id)
    )
    for row in rows:
        price = OwnPrice(amount_minor=row.amount_minor, starts=row.valid_from)
        own[row.variant_id or row.modifier_id].append(price)
    return own


def _items(location: LocationView) -> Iterable[Row[Any]]:
    statement = (
        select(
            Category.id.label("category_id"),
            Category.name.label("category_name"),
            Category.tax_class_id.label("category_class"),
            Item.id.label("item_id"),
            Item.name,
            Item.tax_class_id.label("item_class"),
            Variant.id.label("variant_id"),
            Variant.name.label("variant_name"),
            is_sold_here().label("on_sale"),
            LocationItem.tax_class_id,
        )
        .select_from(Item)
        .join(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
        .join(Variant, and_(Variant.tenant_id == Item.tenant_id, Variant.item_id == Item.id))
        .outerjoin(LocationItem, differs_here())
        .where(Item.tenant_id == bindparam("tenant_id"), Item.active, Variant.active)
        .order_by(
            Category.position, Category.id, Item.position, Item.id, Variant.position, Variant.id
        )
    )
    return execute(statement, {"tenant_id": current_tenant_id(), "location_id": location.id}).all()


def _categories(
    rows: Iterable[Row[Any]], prices: _Prices, search: str
) -> tuple[PricedCategory, ...]:
    found = [row for row in rows if search in row.name.casefold()]
    return tuple(
        PricedCategory(
            category_id=category_id,
            name=name,
            items=tuple(
                _item(list(sizes), prices) for _, sizes in groupby(members, lambda it: it.item_id)
            ),
        )
        for (category_id, name), members in groupby(
            found, lambda it: (it.category_id, it.category_name)
        )
    )


def _item(sizes: list[Row[Any]], prices: _Prices) -> PricedItem:
    first = sizes[0]
    return PricedItem(
        item_id=first.item_id,
        name=first.name,
        on_sale=first.on_sale,
        tax_class_id=first.tax_class_id,
        usual_class=first.item_class or first.category_class,
        rows=tuple(prices.row("variant", size.variant_id, size.variant_name) for size in sizes),
    )


def _choices() -> Iterable[Row[Any]]:
    return execute(
        select(
            ModifierGroup.id.label("group_id"),
            ModifierGroup.name.label("group_name"),
            Modifier.id,
            Modifier.name,
        )
        .select_from(ModifierGroup)
        .join(Modifier, is_offered())
        .where(ModifierGroup.tenant_id == current_tenant_id())
        .order_by(ModifierGroup.name, ModifierGroup.id, Modifier.position, Modifier.id)
    ).all()


def _groups(rows: Iterable[Row[Any]], prices: _Prices, search: str) -> tuple[PricedGroup, ...]:
    found = [row for row in rows if search in row.name.casefold()]
    return tuple(
        PricedGroup(
            group_id=group_id,
            name=name,
            rows=tuple(prices.row("modifier", member.id, member.name) for member in members),
        )
        for (group_id, name), members in groupby(found, lambda it: (it.group_id, it.group_name))
    )


def _rates(location: LocationView, at: datetime) -> Iterable[Row[Any]]:
    return execute(
        select(TaxRate.tax_class_id, TaxRate.name, TaxRate.percent, TaxRate.service_type)
        .where(
            TaxRate.tenant_id == current_tenant_id(),
            TaxRate.location_id == location.id,
            *holds_now(TaxRate.valid_from, TaxRate.valid_until),
        )
        .order_by(TaxRate.name, TaxRate.id),
        {"at": at},
    ).all()
