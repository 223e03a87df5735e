"""What a new location's menu stands on, taken from another one or from what the menu names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from app.core import clock
from app.core.db import execute, transaction
from app.core.inserting import insert_rows
from app.core.tenant import current_tenant_id
from app.menu.commands.here import list_of
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates
from app.menu.models import (
    Category,
    Item,
    LocationItem,
    Modifier,
    Price,
    Station,
    TaxClass,
    TaxRate,
    Variant,
)
from app.tenancy.queries import LocationView

ONLY_STATION = "Kitchen"
_ROUTED = (Category, Item, Variant, Modifier)


def copy_stations(source: LocationView, target: LocationView) -> None:
    """The same stations: items find theirs by name."""
    rows = execute(
        select(Station.name, Station.kind, Station.late_minutes)
        .where(Station.tenant_id == current_tenant_id(), Station.location_id == source.id)
        .order_by(Station.position, Station.id)
    ).all()
    set_stations(target, [NewStation(*row) for row in rows])


def make_named_stations(target: LocationView) -> None:
    """A station for every name that the menu sends something to; one where it names none."""
    names = {name for model in _ROUTED for name in execute(_names(model)).scalars()}
    found = sorted(name for name in names if name)
    set_stations(target, [NewStation(name) for name in found or [ONLY_STATION]])


def copy_tax_rates(source: LocationView, target: LocationView) -> None:
    """The taxes that hold now; those that are over, or planned, stay behind."""
    now = clock.now()
    rows = execute(
        select(
            TaxClass.name.label("tax_class"), TaxRate.name, TaxRate.percent, TaxRate.service_type
        )
        .join(
            TaxClass,
            (TaxClass.tenant_id == TaxRate.tenant_id) & (TaxClass.id == TaxRate.tax_class_id),
        )
        .where(
            TaxRate.tenant_id == current_tenant_id(),
            TaxRate.location_id == source.id,
            TaxRate.valid_from.is_(None) | (TaxRate.valid_from <= now),
            TaxRate.valid_until.is_(None) | (TaxRate.valid_until > now),
        )
    ).all()
    set_tax_rates(target, [NewTaxRate(**row._mapping) for row in rows])


def begin_tax_rates(target: LocationView, name: str, percents: Mapping[str, Decimal]) -> None:
    """One rate for each tax class, by the class's name."""
    rates = [NewTaxRate(tax_class, name, percent) for tax_class, percent in percents.items()]
    set_tax_rates(target, rates)


def copy_overrides(source: LocationView, target: LocationView) -> None:
    """The location's own prices, with those that are planned, and what differs about items."""
    with transaction():
        insert_rows(Price, [row | {"list_id": list_of(target)} for row in _prices_of(source)])
        insert_rows(LocationItem, [row | {"location_id": target.id} for row in _items_of(source)])


def _names(model: type[Any]) -> Select[Any]:
    return select(model.station).where(model.tenant_id == current_tenant_id()).distinct()


def _prices_of(source: LocationView) -> list[dict[str, object]]:
    columns = (
        Price.variant_id,
        Price.modifier_id,
        Price.amount_minor,
        Price.valid_from,
        Price.valid_until,
    )
    rows = execute(
        select(*columns).where(
            Price.tenant_id == current_tenant_id(),
            Price.list_id == list_of(source),
            Price.valid_until.is_(None) | (Price.valid_until > clock.now()),
        )
    ).all()
    return [row._asdict() for row in rows]


def _items_of(source: LocationView) -> list[dict[str, object]]:
    rows = execute(
        select(LocationItem.item_id, LocationItem.on_sale, LocationItem.tax_class_id).where(
            LocationItem.tenant_id == current_tenant_id(), LocationItem.location_id == source.id
        )
    ).all()
    return [row._asdict() for row in rows]
