"""A further location of a demo restaurant: the same menu, with a few prices of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.demo import lines
from app.floor.importing import import_floor
from app.identity.actor import Actor
from app.identity.models import Role
from app.identity.places import place_member
from app.inventory.importing import import_stock
from app.menu.commands import (
    NewStation,
    NewTaxRate,
    Sold,
    set_item_here,
    set_price_here,
    set_stations,
    set_tax_rates,
)
from app.menu.models import Item, Variant
from app.tenancy.commands import NewLocation, open_location
from app.tenancy.queries import LocationView, get_location_by_id


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A location beside the first. Prices in minor units by item without sizes.

    `roles` has the members, by name, who work here in a role of another name.
    """

    location: NewLocation
    tax_rates: tuple[NewTaxRate, ...]
    prices: Mapping[str, int] = field(default_factory=dict)
    not_sold: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)


def open_branch(
    founder: Actor,
    first: LocationView,
    branch: Branch,
    stations: tuple[NewStation, ...],
    files: str,
    members: Mapping[str, UUID],
) -> None:
    """Open it for the founder, with the stations, the tables and the stock of the first one."""
    place = get_location_by_id(open_location(branch.location))
    set_stations(place, stations)
    set_tax_rates(place, branch.tax_rates)
    import_stock(place, lines(f"{files}_stock.csv"))
    import_floor(place, lines(f"{files}_floor.csv"))
    for name, minor in branch.prices.items():
        set_price_here(founder, place, Sold(kind="variant", id=_only_size(name)), minor)
    for name in branch.not_sold:
        set_item_here(founder, place, _item(name), on_sale=False, tax_class_id=None)
    for member, role in branch.roles.items():
        place_member(founder, members[member], [(first.id, None), (place.id, _role(role))])


def _item(name: str) -> UUID:
    found: UUID = execute(
        select(Item.id).where(Item.tenant_id == current_tenant_id(), Item.name == name)
    ).scalar_one()
    return found


def _only_size(name: str) -> UUID:
    found: UUID = execute(
        select(Variant.id).where(
            Variant.tenant_id == current_tenant_id(), Variant.item_id == _item(name)
        )
    ).scalar_one()
    return found


def _role(name: str) -> UUID:
    found: UUID = execute(
        select(Role.id).where(Role.tenant_id == current_tenant_id(), Role.name == name)
    ).scalar_one()
    return found
