"""A restaurant with two locations: one menu, and what each of them says differently."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from app.core import clock
from app.core.errors import Forbidden, Invalid, NotFound
from app.menu import commands as menu
from app.menu.commands import Sold
from app.menu.importing import import_menu
from app.menu.queries import catalogue, item_detail, priced_menu, sellable, tax_classes
from app.reporting import queries as reports
from app.settings.locations import SetUp, add_location, edit_location
from app.tenancy.commands import NewLocation, change_location, current_business_day
from app.tenancy.queries import get_location_by_id, locations
from tests.support.chain import open_second
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.takings import document_of
from tests.support.trade import Wanted, order, owner_of, pay
from tests.support.truth import offences

NewRestaurant = Callable[..., Restaurant]
MENU = ("kind,name,of,price,tax,colour", "category,Mains,,,food,1", "item,Soup,Mains,5.50,,")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEW = NewLocation(
    slug="station",
    name="Station",
    time_zone="Europe/Rome",
    locale="en",
    currency="EUR",
    tax_inclusive=True,
)


@dataclass(frozen=True)
class Chain:
    """One restaurant as it stands at its two locations."""

    first: Restaurant
    second: Restaurant

    def price(self, name: str, minor: int, **more: Any) -> None:
        """Give a size a price of the second location's own."""
        second = self.second
        sold = Sold(kind="variant", id=second.variants[name])
        menu.set_price_here(owner_of(second), second.location, sold, minor, **more)

    def class_id(self, name: str) -> UUID:
        return next(one.id for one in tax_classes(None, clock.now()) if one.name == name)


@pytest.fixture
def chain(new_restaurant: NewRestaurant) -> Chain:
    first = new_restaurant()
    return Chain(first, open_second(first))


def costs(place: Restaurant, name: str, at: datetime | None = None) -> int:
    """What a size costs, as a line would copy it."""
    at = at or clock.now()
    return sellable(place.location, place.variants[name], (), "dine_in", "pos", at).unit_price_minor


def shown(place: Restaurant) -> dict[str, int]:
    """The menu as people see it: lowest price by item."""
    found = catalogue(place.location, "dine_in", "pos", clock.now())
    return {item.name: item.price_minor for group in found.categories for item in group.items}


def test_the_same_order_costs_what_each_location_says(chain: Chain) -> None:
    first, second = chain.first, chain.second
    with first.inside():
        chain.price("Espresso", 210)
        rare = Sold(kind="modifier", id=second.modifiers["Rare"])
        menu.set_price_here(owner_of(second), second.location, rare, 50)
        menu.set_item_here(
            owner_of(second),
            second.location,
            second.items["Espresso"],
            on_sale=True,
            tax_class_id=chain.class_id("food"),
        )

    papers = []
    for place in (first, second):
        with place.inside():
            placed = order(place, Wanted("Steak", 1, ("Rare",)), Wanted("Espresso", 2))
            pay(place, placed)
            papers.append(reports.receipt(place.location, document_of(placed)))

    assert [paper.total_minor for paper in papers] == [2400 + 300, 2450 + 420]
    # Included: 10 % on 24.00 and 22 % on 3.00, and at the other location 10 % on all of it.
    assert [sorted(tax.percent for tax in paper.taxes) for paper in papers] == [
        [Decimal(10), Decimal(22)],
        [Decimal(10)],
    ]
    assert [paper.tax_minor for paper in papers] == [218 + 54, 223 + 38]


def test_each_location_reports_its_own_sales_alone(
    chain: Chain, addresses: Addresses, drain: Callable[[], None]
) -> None:
    totals = []
    with chain.first.inside():
        chain.price("Espresso", 210)
    for place, times in ((chain.first, 1), (chain.second, 2)):
        for _ in range(times):
            with place.inside():
                pay(place, order(place, "Espresso"))
    for place in (chain.first, chain.second):
        with place.inside():
            today = reports.today(place.location)
            totals.append(reports.day_report(place.location, today).sales.total_minor)

    drain()

    assert totals == [150, 420]
    assert offences(addresses.owner_url, chain.first.tenant.id) == []


def test_what_a_location_does_not_sell_is_on_no_menu_of_it_and_in_no_order(chain: Chain) -> None:
    first, second = chain.first, chain.second
    steak = second.items["Steak"]
    with first.inside():
        menu.set_item_here(
            owner_of(second), second.location, steak, on_sale=False, tax_class_id=None
        )

        assert "Steak" in shown(first)
        assert "Steak" not in shown(second)
        with pytest.raises(NotFound):
            item_detail(second.location, steak, "dine_in", "pos", clock.now())
        with pytest.raises(NotFound):
            order(second, Wanted("Steak", 1, ("Rare",)))
        assert order(first, Wanted("Steak", 1, ("Rare",))).total_minor == 2400

        menu.set_item_here(
            owner_of(second), second.location, steak, on_sale=True, tax_class_id=None
        )
        assert "Steak" in shown(second)


def test_a_price_begins_on_its_day_and_ends_when_the_next_begins(chain: Chain) -> None:
    second = chain.second
    with second.inside(), clock.use(NOON):
        chain.price("Water", 300)
        chain.price("Water", 350, day=(NOON + timedelta(days=3)).date())
    begins = datetime(2026, 11, 28, 3, tzinfo=UTC)  # four in the morning in Rome

    with second.inside():
        assert costs(second, "Water", NOON - timedelta(seconds=1)) == 250
        assert costs(second, "Water", NOON) == 300
        assert costs(second, "Water", begins - timedelta(seconds=1)) == 300
        assert costs(second, "Water", begins) == 350
        assert costs(chain.first, "Water", begins) == 250


def test_going_back_leaves_the_restaurants_price_for_ever(chain: Chain) -> None:
    second = chain.second
    water = Sold(kind="variant", id=second.variants["Water"])
    with second.inside(), clock.use(NOON):
        chain.price("Water", 300)
        chain.price("Water", 350, day=(NOON + timedelta(days=3)).date())
    later = NOON + timedelta(hours=1)
    with second.inside(), clock.use(later):
        menu.clear_price_here(owner_of(second), second.location, water)

        row = priced_menu(second.location, later).item_of(water.id).rows[0]
        assert costs(second, "Water", later + timedelta(days=9)) == 250
        assert costs(second, "Water", NOON) == 300, "what was charged then can be told"
        assert not row.is_own


def test_a_price_that_is_none_is_refused(chain: Chain) -> None:
    with chain.second.inside(), clock.use(NOON):
        with pytest.raises(Invalid, match="below zero"):
            chain.price("Water", -1)
        with pytest.raises(Invalid, match="today or later"):
            chain.price("Water", 100, day=(NOON - timedelta(days=1)).date())


def test_screens_of_the_location_alone_are_told_of_a_price(
    chain: Chain, owner_connection: Connection
) -> None:
    with chain.second.inside():
        chain.price("Espresso", 210)

    rows = owner_connection.execute(
        "SELECT location_id, payload FROM outbox WHERE tenant_id = %s AND seq IS NOT NULL"
        " AND payload->'topics' ? 'menu' ORDER BY id DESC",
        [chain.first.tenant.id],
    ).fetchall()
    assert {row[0] for row in rows} == {chain.second.location.id}


def test_screens_of_every_location_are_told_of_a_new_menu(
    chain: Chain, owner_connection: Connection
) -> None:
    with chain.first.inside():
        import_menu(chain.first.location, MENU)
        costs_now = shown(chain.second)

    rows = owner_connection.execute(
        "SELECT location_id FROM outbox WHERE tenant_id = %s AND payload->'topics' ? 'menu'",
        [chain.first.tenant.id],
    ).fetchall()
    assert {row[0] for row in rows} == {place.location.id for place in (chain.first, chain.second)}
    assert costs_now == {"Soup": 550}


def test_what_a_location_changes_is_in_the_audit_trail(
    chain: Chain, owner_connection: Connection
) -> None:
    second = chain.second
    with second.inside():
        chain.price("Espresso", 210)
        chain.price("Espresso", 230)

    entries = owner_connection.execute(
        "SELECT subject_id, location_id, before->>'price_minor', after->>'price_minor'"
        " FROM audit_entry WHERE tenant_id = %s AND act = 'menu.edit' AND subject_kind = 'variant'"
        " ORDER BY id",
        [second.tenant.id],
    ).fetchall()
    espresso, place = second.variants["Espresso"], second.location.id
    assert entries == [(espresso, place, None, "210"), (espresso, place, "210", "230")]


def test_a_server_changes_no_price(chain: Chain) -> None:
    bob, second = chain.second.people["bob"].actor, chain.second
    water = Sold(kind="variant", id=second.variants["Water"])
    with second.inside():
        with pytest.raises(Forbidden):
            menu.set_price_here(bob, second.location, water, 1)
        with pytest.raises(Forbidden):
            menu.clear_price_here(bob, second.location, water)
        with pytest.raises(Forbidden):
            menu.set_item_here(
                bob, second.location, second.items["Water"], on_sale=False, tax_class_id=None
            )


def test_another_restaurants_things_have_no_price_here(chain: Chain, diner: Restaurant) -> None:
    second, alice = chain.second, owner_of(chain.second)
    with second.inside():
        with pytest.raises(NotFound):
            menu.set_price_here(
                alice, second.location, Sold(kind="variant", id=diner.variants["Water"]), 1
            )
        with pytest.raises(NotFound):
            menu.set_item_here(
                alice, second.location, diner.items["Water"], on_sale=False, tax_class_id=None
            )
        with pytest.raises(NotFound):
            menu.set_item_here(
                alice,
                second.location,
                second.items["Water"],
                on_sale=True,
                tax_class_id=diner.menu.tax_classes["food"],
            )


def test_a_third_location_takes_over_tables_taxes_and_prices(chain: Chain) -> None:
    second = chain.second
    with second.inside():
        chain.price("Espresso", 210)
        menu.set_item_here(
            owner_of(second),
            second.location,
            second.items["Steak"],
            on_sale=False,
            tax_class_id=None,
        )
        setup = SetUp(copy_from=second.location.id, overrides=True)
        third = get_location_by_id(add_location(owner_of(second), NEW, setup))
        at_third = replace(second, location=third)

        assert shown(at_third) == shown(second)
        placed = order(at_third, "Espresso")
        pay(at_third, placed)
        assert reports.receipt(third, document_of(placed)).tax_minor == 38


def test_a_location_that_starts_afresh_has_the_stations_and_rates_it_needs(
    chain: Chain, owner_connection: Connection
) -> None:
    first = chain.first
    with first.inside():
        percents = {"food": Decimal(4), "drinks": Decimal(20)}
        setup = SetUp(tax_name="IVA", percents=percents)
        location_id = add_location(owner_of(first), NEW, setup)
        place = replace(first, location=get_location_by_id(location_id))
        paper = order(place, Wanted("Steak", 1, ("Rare",)), "Espresso")
        pay(place, paper)
        taxes = reports.receipt(place.location, document_of(paper)).taxes

    made = owner_connection.execute(
        "SELECT s.name FROM ticket t JOIN station s ON s.tenant_id = t.tenant_id"
        " AND s.id = t.station_id WHERE t.location_id = %s ORDER BY 1",
        [location_id],
    ).fetchall()
    assert made == [("Bar",), ("Kitchen",)]
    assert [(tax.name, tax.percent) for tax in taxes] == [
        ("IVA", Decimal(4)),
        ("IVA", Decimal(20)),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "settings"}, "slug"),
        ({"slug": "harbour"}, "slug"),
        ({"slug": "Not One"}, "slug"),
        ({"currency": "CHF"}, "currency"),
    ],
)
def test_a_location_that_cannot_be_is_not_half_opened(
    chain: Chain, change: dict[str, Any], field: str
) -> None:
    first = chain.first
    with first.inside():
        new = replace(NEW, **change)
        with pytest.raises(Invalid) as refused:
            add_location(owner_of(first), new, SetUp(copy_from=first.location.id))

        assert list(refused.value.fields) == [field]
        assert len(locations()) == 2


def test_currency_tax_and_clock_are_fixed_by_the_first_order(
    new_restaurant: NewRestaurant, owner_connection: Connection
) -> None:
    place = new_restaurant()
    alice, location_id = owner_of(place), place.location.id
    with place.inside():
        edit_location(alice, location_id, {"currency": "CHF", "time_zone": "Europe/Zurich"})
        order(replace(place, location=get_location_by_id(location_id)), "Water")
        for name, value in (
            ("currency", "EUR"),
            ("time_zone", "Europe/Rome"),
            ("tax_inclusive", False),
        ):
            with pytest.raises(Invalid, match="fixed"):
                edit_location(alice, location_id, {name: value})
        edit_location(alice, location_id, {"currency": "CHF", "receipt_footer": "Ciao"})

    entries = owner_connection.execute(
        "SELECT before, after FROM audit_entry WHERE tenant_id = %s AND act = 'settings.edit'"
        " ORDER BY id",
        [place.tenant.id],
    ).fetchall()
    assert entries == [
        (
            {"currency": "EUR", "time_zone": "Europe/Rome"},
            {"currency": "CHF", "time_zone": "Europe/Zurich"},
        ),
        ({"receipt_footer": ""}, {"receipt_footer": "Ciao"}),
    ]


def test_a_new_cut_off_leaves_the_open_day_as_it_began(
    new_restaurant: NewRestaurant, owner_connection: Connection
) -> None:
    """Rome at three in the morning: that day ends at four, the next one at six."""
    place = new_restaurant()
    at = datetime(2026, 11, 25, 2, tzinfo=UTC)

    def day(hours: int) -> UUID:
        location = get_location_by_id(place.location.id)
        with clock.use(at + timedelta(hours=hours)):
            return current_business_day(location, clock.now())

    with place.inside():
        before = day(0)
        change_location(place.location.id, {"cut_off": time(6)})
        days = [day(hours) for hours in (0, 2, 26, 28)]

    rows = owner_connection.execute(
        "SELECT id, date::text, cut_off::text FROM business_day WHERE location_id = %s"
        " ORDER BY date",
        [place.location.id],
    ).fetchall()
    assert [row[1:] for row in rows] == [
        ("2026-11-24", "04:00:00"),
        ("2026-11-25", "06:00:00"),
        ("2026-11-26", "06:00:00"),
    ]
    assert [before, *days] == [rows[0][0], rows[0][0], rows[1][0], rows[1][0], rows[2][0]]


def test_who_works_at_one_location_opens_none_and_changes_no_other(chain: Chain) -> None:
    first, second = chain.first, chain.second
    alice = owner_of(first)
    bound = replace(alice, location_ids=frozenset({first.location.id}))
    with first.inside():
        with pytest.raises(Forbidden):
            add_location(bound, NEW, SetUp(copy_from=first.location.id))
        with pytest.raises(NotFound):
            edit_location(bound, second.location.id, {"name": "Mine"})
        edit_location(bound, first.location.id, {"name": "Mine"})


def test_orders_of_one_location_are_none_of_the_other(chain: Chain) -> None:
    with chain.first.inside():
        placed = order(chain.first, "Espresso")
        with pytest.raises(NotFound):
            reports.provisional(chain.second.location, placed.order_id)
