"""A house as large as real ones: the demo trattoria with its menu of 60 items, opened anew."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id, tenant_scope
from app.demo.seed import DEMOS, PASSWORD, open_demo
from app.floor.models import FloorTable
from app.identity.actor import Actor
from app.identity.permissions import ALL
from app.inventory.commands import adjust
from app.inventory.models import Ingredient
from app.menu.models import Category, Item, Station
from app.menu.queries import catalogue
from app.replay.browser import Browser
from app.tenancy.queries import LocationView
from tests.support.restaurants import Person

PEOPLE = ("alice", "bob", "carol")

_ORDER = re.compile(r'hx-get="[^"]*/orders/([0-9a-f-]{36})/bill"')


@dataclass(frozen=True)
class Dish:
    """An item that one tap orders: its id on a tile, and what a line of it names."""

    item_id: UUID
    variant_id: UUID


@dataclass(frozen=True, kw_only=True)
class House:
    """One restaurant. Stations by slug, and the dishes that they make."""

    slug: str
    tenant_id: UUID
    location: LocationView
    tables: tuple[UUID, ...]
    stations: dict[str, UUID]
    dishes: dict[str, tuple[Dish, ...]]

    @property
    def url(self) -> str:
        """The prefix of the staff's pages."""
        return f"/t/{self.slug}/{self.location.slug}"

    @cached_property
    def people(self) -> dict[str, Person]:
        """Alice owns it, Bob serves, Carol cooks."""
        return {
            name: Person(
                name=name,
                role="",
                email=f"{name}@{self.slug}.example",
                tenant=self.slug,
                password=PASSWORD,
            )
            for name in PEOPLE
        }

    def sign_in(self, base_url: str, name: str) -> Browser:
        """One of the people, in a browser of their own."""
        browser, person = Browser(base_url), self.people[name]
        browser.sign_in(person.tenant, person.email, person.password)
        return browser

    def open_order(self, server: Browser, guest: str = "Ada") -> UUID:
        """Open an order without lines and look at it, as a tablet does; returns its id."""
        form = {"service_type": "dine_in", "pickup_name": guest, "csrf_token": server.token}
        found = _ORDER.search(server.post(f"{self.url}/orders", form, new_id()))
        if found is None:
            raise RuntimeError("the page of a new order does not say which it is")
        return UUID(found[1])

    def place(self, server: Browser, *wanted: Dish) -> UUID:
        """Have an order placed whose lines are sent to the kitchen; returns its id."""
        order_id = new_id()
        lines = [{"line_id": str(new_id()), "variant_id": str(dish.variant_id)} for dish in wanted]
        content = {"order_id": str(order_id), "service_type": "dine_in", "lines": lines}
        server.post_json(
            f"{self.url}/api/orders", content | {"pickup_name": str(order_id)[-6:]}, order_id
        )
        return order_id


def open_house(app: Flask, slug: str) -> House:
    """Open a house under a free slug."""
    demo = DEMOS[0]
    members = tuple(
        replace(member, email=f"{member.name.lower()}@{slug}.example", pin=None)
        for member in demo.members
        if member.name.lower() in PEOPLE
    )
    with app.app_context():
        opened = open_demo(replace(demo, slug=slug, members=members))
        with tenant_scope(opened.tenant_id):
            _fill_the_larder(opened.location)
            return House(
                slug=slug,
                tenant_id=opened.tenant_id,
                location=opened.location,
                tables=_tables(),
                stations=_stations(),
                dishes=_dishes(opened.location),
            )


def _fill_the_larder(location: LocationView) -> None:
    """So much of everything that no evening is long enough."""
    owner = Actor(new_id(), ALL)
    with transaction():
        everything = select(Ingredient.id).where(Ingredient.tenant_id == current_tenant_id())
        for ingredient_id in list(execute(everything).scalars()):
            adjust(owner, location, ingredient_id, Decimal(100_000), "a long evening")


def _tables() -> tuple[UUID, ...]:
    statement = select(FloorTable.id).where(FloorTable.tenant_id == current_tenant_id())
    return tuple(execute(statement.order_by(FloorTable.name)).scalars())


def _stations() -> dict[str, UUID]:
    statement = select(Station.slug, Station.id).where(Station.tenant_id == current_tenant_id())
    return {row.slug: row.id for row in execute(statement)}


def _dishes(location: LocationView) -> dict[str, tuple[Dish, ...]]:
    stations = _stations_of_items()
    found: defaultdict[str, list[Dish]] = defaultdict(list)
    for category in catalogue(location, "dine_in", "pos", clock.now()).categories:
        for item in category.items:
            if not item.has_choices and item.left is None:  # it never runs out
                dish = Dish(item.item_id, item.variants[0].variant_id)
                found[stations[item.item_id]].append(dish)
    return {station: tuple(dishes) for station, dishes in found.items()}


def _stations_of_items() -> dict[UUID, str]:
    rows = execute(
        select(Item.id, Item.station, Category.station.label("of_category"))
        .join(Category, (Category.tenant_id == Item.tenant_id) & (Category.id == Item.category_id))
        .where(Item.tenant_id == current_tenant_id())
    )
    return {row.id: (row.station or row.of_category).lower() for row in rows}
