"""A restaurant with two locations: one menu, and what each of them says differently."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg import Connection

from app.core import clock
from app.core.errors import Forbidden, Invalid, NotFound
from app.menu import commands as menu
from app.menu.commands import Sold
from app.menu.importing import import_menu
from app.menu.queries import item_detail, priced_menu, sellable
from app.reporting import queries as reports
from tests.support.chain import Chain, open_second, shown
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.takings import document_of
from tests.support.trade import Wanted, order, owner_of, pay
from tests.support.truth import offences

NewRestaurant = Callable[..., Restaurant]
MENU = ("kind,name,of,price,tax,colour", "category,Mains,,,food,1", "item,Soup,Mains,5.50,,")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def chain(new_restaurant: NewRestaurant) -> Chain:
    first = new_restaurant()
    return Chain(first, open_second(first))


def costs(place: Restaurant, name: str, at: datetime | None = None) -> int:
    """What a size costs, as a line would copy it."""
    at = at or clock.now()
    return sellable(place.location, place.variants[name], (), "dine_in", "pos", at).unit_price_minor


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


def test_orders_of_one_location_are_none_of_the_other(chain: Chain) -> None:
    with chain.first.inside():
        placed = order(chain.first, "Espresso")
        with pytest.raises(NotFound):
            reports.provisional(chain.second.location, placed.order_id)
