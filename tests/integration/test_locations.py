"""Locations: opened like another or afresh, changed as far as their orders allow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from app.core import clock
from app.core.errors import Forbidden, Invalid, NotFound
from app.menu import commands as menu
from app.reporting import queries as reports
from app.settings.locations import SetUp, add_location, edit_location
from app.tenancy.commands import NewLocation, change_location, current_business_day
from app.tenancy.queries import get_location_by_id, locations
from tests.support.chain import Chain, open_second, shown
from tests.support.restaurants import Restaurant
from tests.support.takings import document_of
from tests.support.trade import Wanted, order, owner_of, pay

NewRestaurant = Callable[..., Restaurant]
NEW = NewLocation(
    slug="station",
    name="Station",
    time_zone="Europe/Rome",
    locale="en",
    currency="EUR",
    tax_inclusive=True,
)


@pytest.fixture
def chain(new_restaurant: NewRestaurant) -> Chain:
    first = new_restaurant()
    return Chain(first, open_second(first))


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
