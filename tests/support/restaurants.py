"""Restaurants that tests work in, and the fixed cast that works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from uuid import UUID

from flask import Flask
from sqlalchemy import insert

from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.floor.models import FloorTable
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, make_given_roles
from app.identity.permissions import ALL, ROLES
from app.tenancy.commands import NewLocation, open_location, open_tenant
from app.tenancy.queries import LocationView, TenantView, get_location_by_id
from tests.support import menu_rows, samples

PASSWORD = "a long and boring password"
PIN = "2468"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What distinguishes one sample restaurant from another."""

    name: str
    currency: str
    tax_inclusive: bool
    time_zone: str
    location_slug: str
    location_name: str
    rates: dict[str, Decimal]
    staff: dict[str, str]


TRATTORIA = Plan(
    name="Trattoria Demo",
    currency="EUR",
    tax_inclusive=True,
    time_zone="Europe/Rome",
    location_slug="old-town",
    location_name="Old Town",
    rates={"food": Decimal(10), "drinks": Decimal(22)},
    staff={"alice": "owner", "bob": "server", "carol": "kitchen", "dan": "cashier"},
)
DINER = Plan(
    name="Diner Demo",
    currency="USD",
    tax_inclusive=False,
    time_zone="America/New_York",
    location_slug="main-street",
    location_name="Main Street",
    rates={"food": Decimal("8.875"), "drinks": Decimal("8.875")},
    staff={"charlie": "owner"},
)
# The second location of a restaurant that has one.
HARBOUR = NewLocation(
    slug="harbour",
    name="Harbour",
    time_zone="Europe/Rome",
    locale="en",
    currency="EUR",
    tax_inclusive=True,
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One of the cast, with what he signs in with. `tenant` is a slug."""

    name: str
    role: str
    email: str
    tenant: str
    member_id: UUID = field(default_factory=new_id)
    password: str = PASSWORD
    pin: str = PIN

    @property
    def actor(self) -> Actor:
        """This person as commands know him."""
        return Actor(self.member_id, ROLES[self.role])


@dataclass(frozen=True, kw_only=True)
class Restaurant:
    """A tenant with one location and its rows by name.

    `variants` are named "Steak", or "Gelato/Large" where there are sizes; `prices` (minor
    units) have the names of variants and modifiers.
    """

    app: Flask
    tenant: TenantView
    location: LocationView
    people: dict[str, Person]
    tables: dict[str, UUID]
    menu: menu_rows.MenuRows = field(repr=False)

    @property
    def stations(self) -> dict[str, UUID]:
        """Station ids by name."""
        return self.menu.stations

    @property
    def items(self) -> dict[str, UUID]:
        """Item ids by name."""
        return self.menu.items

    @property
    def variants(self) -> dict[str, UUID]:
        """Variant ids by name of item, and size where there is one."""
        return self.menu.variants

    @property
    def modifiers(self) -> dict[str, UUID]:
        """Modifier ids by name."""
        return self.menu.modifiers

    @property
    def prices(self) -> dict[str, int]:
        """Prices in minor units by name of variant or modifier."""
        return self.menu.prices

    @property
    def ingredients(self) -> dict[str, UUID]:
        """Ingredient ids by name."""
        return self.menu.ingredients

    @property
    def url(self) -> str:
        """The prefix of this location's staff pages."""
        return f"/t/{self.tenant.slug}/{self.location.slug}"

    @contextmanager
    def inside(self) -> Iterator[None]:
        """An application context in this tenant, as a request or a job has one."""
        with self.app.app_context(), tenant_scope(self.tenant.id):
            yield

    def new_table(self, seats: int = 4) -> UUID:
        """A table that nobody sits at, for a test that leaves its guests there."""
        with self.inside(), transaction():
            return _add_table(self.tenant.id, self.location.id, f"N{new_id().hex[-10:]}", seats)


@dataclass(frozen=True)
class Cast:
    """Alice owns the trattoria where Bob serves, Carol cooks and Dan is cashier; Charlie owns
    the diner.
    """

    alice: Person
    bob: Person
    carol: Person
    dan: Person
    charlie: Person


def open_restaurant(app: Flask, plan: Plan, slug: str) -> Restaurant:
    """Open a restaurant under a free slug, staffed and with the sample menu."""
    with app.app_context():
        tenant_id = open_tenant(slug, plan.name)
    with app.app_context(), tenant_scope(tenant_id):
        with transaction():
            location_id = open_location(_location(plan))
            people = _hire(plan, slug)
            tables = {
                name: _add_table(tenant_id, location_id, name, 4, col=4 * index)
                for index, name in enumerate(samples.TABLES)
            }
            menu = menu_rows.insert_menu(tenant_id, location_id, plan.rates)
        location = get_location_by_id(location_id)
    return Restaurant(
        app=app,
        tenant=TenantView(id=tenant_id, slug=slug, name=plan.name),
        location=location,
        people=people,
        tables=tables,
        menu=menu,
    )


def _location(plan: Plan) -> NewLocation:
    return NewLocation(
        slug=plan.location_slug,
        name=plan.location_name,
        time_zone=plan.time_zone,
        locale="en",
        currency=plan.currency,
        tax_inclusive=plan.tax_inclusive,
        cut_off=time(4),
    )


def _hire(plan: Plan, slug: str) -> dict[str, Person]:
    founder = Actor(new_id(), ALL)
    make_given_roles(founder)
    return {name: _hire_one(founder, name, role, slug) for name, role in plan.staff.items()}


def _hire_one(founder: Actor, name: str, role: str, slug: str) -> Person:
    person = Person(name=name.capitalize(), role=role, email=f"{name}@{slug}.example", tenant=slug)
    new = NewMember(
        name=person.name, role=role, email=person.email, password=person.password, pin=person.pin
    )
    return replace(person, member_id=add_member(founder, new))


def _add_table(tenant_id: UUID, location_id: UUID, name: str, seats: int, *, col: int = 20) -> UUID:
    table_id = new_id()
    execute(
        insert(FloorTable).values(
            tenant_id=tenant_id,
            id=table_id,
            location_id=location_id,
            area="Main room",
            area_position=1,
            name=name,
            seats=seats,
            shape="square",
            col=col,
            row=1,
            width=3,
            height=3,
        )
    )
    return table_id
