"""What fixes a location's money and clock, asked and changed at the same moment."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.core.errors import Conflict, DomainError
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.identity.actor import Actor
from app.identity.permissions import ALL
from app.menu.commands import NewTaxRate
from app.menu.queries import tax_classes
from app.onboarding.commands import FirstLocation, open_first_location
from app.settings.locations import SetUp, add_location, edit_location
from app.settings.taxes import change_taxes
from app.tenancy.commands import NewLocation, open_tenant
from app.tenancy.queries import get_location_by_id, locations
from tests.support.restaurants import Restaurant
from tests.support.together import together
from tests.support.trade import order, owner_of

ROUNDS = 5
NEW = NewLocation(
    slug="harbour",
    name="Harbour",
    time_zone="Europe/Rome",
    locale="en",
    currency="EUR",
    tax_inclusive=True,
)
CHANGES = [{"currency": "CHF"}, {"tax_inclusive": False}, {"time_zone": "Asia/Tokyo"}]


def told(act: Callable[[], object]) -> str:
    """ "done", or the code of the refusal."""
    try:
        act()
    except DomainError as refused:
        return refused.code
    return "done"


@pytest.mark.parametrize("change", CHANGES)
def test_the_first_order_fixes_what_it_is_counted_by(
    change: dict[str, object], new_restaurant: Callable[..., Restaurant]
) -> None:
    for _ in range(ROUNDS):
        place = new_restaurant()
        acts = [
            lambda: order(place, "Water"),  # noqa: B023 (called at once)
            lambda: edit_location(owner_of(place), place.location.id, change),  # noqa: B023
        ]

        def do(index: int) -> str:
            with place.inside():  # noqa: B023
                return told(acts[index])  # noqa: B023

        assert together(do, 2) in (["done", "fixed"], ["location_changed", "done"])


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_read_the_location_before_it_changed_begins_nothing(
    change: dict[str, object], new_restaurant: Callable[..., Restaurant]
) -> None:
    place = new_restaurant()
    with place.inside():
        edit_location(owner_of(place), place.location.id, change)
        with pytest.raises(Conflict, match="has just been changed"):
            order(place, "Water")

        order(replace(place, location=get_location_by_id(place.location.id)), "Water")


def test_a_new_location_and_a_new_currency_at_once_leave_one_currency(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    for _ in range(ROUNDS):
        place = new_restaurant()
        alice, first = owner_of(place), place.location.id
        acts = [
            lambda: add_location(alice, NEW, SetUp(copy_from=first)),  # noqa: B023
            lambda: edit_location(alice, first, {"currency": "CHF"}),  # noqa: B023
        ]

        def do(index: int) -> str:
            with place.inside():  # noqa: B023
                return told(acts[index])  # noqa: B023

        assert sorted(together(do, 2)) == ["currency", "done"]
        currencies = owner_connection.execute(
            "SELECT count(DISTINCT currency) FROM location WHERE tenant_id = %s", [place.tenant.id]
        ).fetchone()
        assert currencies == (1,)


def test_of_two_first_locations_one_is_opened(app: Flask) -> None:
    for _ in range(ROUNDS):
        tenant_id, nora = new_id(), Actor(new_id(), ALL)
        with app.app_context(), tenant_scope(tenant_id):
            open_tenant(f"chez-{tenant_id.hex[-12:]}", "Chez Nous", tenant_id)

        def do(index: int) -> str:
            new = replace(NEW, slug=f"first-{index}")
            first = FirstLocation(location=new, stations=("Kitchen", "Bar"), taxes=())
            with app.app_context(), tenant_scope(tenant_id):  # noqa: B023
                return told(lambda: open_first_location(nora, first))  # noqa: B023

        assert sorted(together(do, 2)) == ["done", "location"]
        with app.app_context(), tenant_scope(tenant_id):
            assert len(locations()) == 1


def test_of_two_who_change_the_taxes_at_once_one_counts(
    new_restaurant: Callable[..., Restaurant],
) -> None:
    place = new_restaurant()

    def change(index: int) -> None:
        rates = [NewTaxRate(name, "VAT", Decimal(5 + index)) for name in ("food", "drinks")]
        with place.inside():
            change_taxes(owner_of(place), place.location.id, rates)

    for _ in range(ROUNDS):
        together(change, 2)

        with place.inside():
            found = [len(one.rates) for one in tax_classes(place.location, clock.now())]
        assert found == [1, 1]
