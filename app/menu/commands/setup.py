"""What a location's menu stands on: its stations and its taxes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.menu.models import Station, TaxClass, TaxRate
from app.tenancy.domain import slug_from
from app.tenancy.queries import LocationView


class NewStation(NamedTuple):
    """A station; `kind` is prepare or expo, a ticket is late after `late_minutes` at least."""

    name: str
    kind: str = "prepare"
    late_minutes: int = 10


class NewTaxRate(NamedTuple):
    """A rate of a class in per cent; `service_type` None: however it is served."""

    tax_class: str
    name: str
    percent: Decimal
    service_type: str | None = None


def set_stations(location: LocationView, stations: Sequence[NewStation]) -> dict[str, UUID]:
    """Add stations, or change those that have these names, in this order; returns ids by name."""
    with transaction():
        for position, station in enumerate(stations, 1):
            values = {**station._asdict(), "position": position}
            execute(
                upsert(Station)
                .values(
                    tenant_id=current_tenant_id(),
                    id=new_id(),
                    location_id=location.id,
                    slug=_slug(station.name, position),
                    **values,
                )
                .on_conflict_do_update(
                    index_elements=["tenant_id", "location_id", "name"], set_=values
                )
            )
        rows = execute(
            select(Station.name, Station.id).where(
                Station.tenant_id == current_tenant_id(), Station.location_id == location.id
            )
        ).all()
    return {row.name: row.id for row in rows}


def _slug(name: str, position: int) -> str:
    """The name for addresses; one that has no Latin letter is called by its place."""
    return slug_from(name) or f"station-{position}"


def set_tax_rates(location: LocationView, rates: Iterable[NewTaxRate]) -> None:
    """Make these the taxes of a location from now on, with the classes that they name.

    A rate that is not among them, or has another percentage now, ends; it is never changed,
    for what was sold refers to it. One ends at the instant at which the next begins: between
    them nothing is sold untaxed.
    """
    now = clock.now()
    with transaction():
        wanted = {(_class_id(r.tax_class), r.name, r.percent, r.service_type) for r in rates}
        current = _current_rates(location)
        for gone in current.keys() - wanted:
            _end(current[gone], now)
        for new in sorted(wanted - current.keys(), key=str):
            _begin(location, now, *new)


_Rate = tuple[UUID, str, Decimal, str | None]


def _class_id(name: str) -> UUID:
    tenant_id = current_tenant_id()
    execute(
        upsert(TaxClass)
        .values(tenant_id=tenant_id, id=new_id(), name=name)
        .on_conflict_do_nothing(index_elements=["tenant_id", "name"])
    )
    found: UUID = execute(
        select(TaxClass.id).where(TaxClass.tenant_id == tenant_id, TaxClass.name == name)
    ).scalar_one()
    return found


def _current_rates(location: LocationView) -> dict[_Rate, UUID]:
    rows = execute(
        select(
            TaxRate.tax_class_id, TaxRate.name, TaxRate.percent, TaxRate.service_type, TaxRate.id
        ).where(
            TaxRate.tenant_id == current_tenant_id(),
            TaxRate.location_id == location.id,
            TaxRate.valid_until.is_(None),
        )
    ).all()
    return {(row.tax_class_id, row.name, row.percent, row.service_type): row.id for row in rows}


def _end(rate_id: UUID, at: datetime) -> None:
    execute(
        update(TaxRate)
        .where(TaxRate.tenant_id == current_tenant_id(), TaxRate.id == rate_id)
        .values(valid_until=at)
    )


def _begin(
    location: LocationView,
    at: datetime,
    class_id: UUID,
    name: str,
    percent: Decimal,
    service_type: str | None,
) -> None:
    execute(
        insert(TaxRate).values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            location_id=location.id,
            tax_class_id=class_id,
            name=name,
            percent=percent,
            service_type=service_type,
            valid_from=at,
        )
    )
