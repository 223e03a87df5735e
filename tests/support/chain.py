"""A restaurant with a second location, opened as its owner would."""

from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import execute, transaction
from app.identity.models import Role
from app.identity.places import place_member
from app.menu import commands as menu
from app.menu.commands import Sold
from app.menu.queries import catalogue, tax_classes
from app.settings.locations import SetUp, add_location
from app.tenancy.commands import NewLocation
from app.tenancy.queries import get_location_by_id
from tests.support.restaurants import Restaurant
from tests.support.trade import owner_of


def open_second(restaurant: Restaurant, slug: str = "harbour") -> Restaurant:
    """The same restaurant at its new location, set up like the first one."""
    first = restaurant.location
    new = NewLocation(
        slug=slug,
        name=slug.capitalize(),
        time_zone=first.time_zone,
        locale=first.locale,
        currency=first.currency,
        tax_inclusive=first.tax_inclusive,
        cut_off=time(4),
    )
    with restaurant.inside():
        location_id = add_location(owner_of(restaurant), new, SetUp(copy_from=first.id))
        place = get_location_by_id(location_id)
    return replace(restaurant, location=place)


@dataclass(frozen=True)
class Chain:
    """One restaurant as it stands at its two locations."""

    first: Restaurant
    second: Restaurant

    def price(self, name: str, minor: int, day: date | None = None) -> None:
        """Give a size a price of the second location's own."""
        second = self.second
        sold = Sold(kind="variant", id=second.variants[name])
        menu.set_price_here(owner_of(second), second.location, sold, minor, day)

    def class_id(self, name: str) -> UUID:
        """A tax class by its name."""
        return next(one.id for one in tax_classes(None, clock.now()) if one.name == name)


def shown(place: Restaurant) -> dict[str, int]:
    """The menu as people see it: lowest price by item."""
    found = catalogue(place.location, "dine_in", "pos", clock.now())
    return {item.name: item.price_minor for group in found.categories for item in group.items}


def role_id(restaurant: Restaurant, name: str) -> UUID:
    """The id of a role by its name."""
    with restaurant.inside():
        found: UUID = execute(
            select(Role.id).where(Role.tenant_id == restaurant.tenant.id, Role.name == name)
        ).scalar_one()
    return found


def send_to(restaurant: Restaurant, name: str, *places: tuple[Restaurant, str | None]) -> None:
    """Let somebody work at these places, each in a role by name (None: his own)."""
    wanted = [
        (place.location.id, role_id(restaurant, role) if role else None) for place, role in places
    ]
    with restaurant.inside(), transaction():
        place_member(owner_of(restaurant), restaurant.people[name].member_id, wanted)
