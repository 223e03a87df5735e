"""By which clock pages of no location tell the time, where a restaurant has places in two zones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.core import clock
from app.identity.devices import NewDevice, pair_here
from app.tenancy.commands import open_location
from app.tenancy.queries import get_location_by_id
from tests.support.restaurants import HARBOUR, Restaurant
from tests.support.trade import Wanted, order, owner_of
from tests.support.visitor import signed_in

NOTE = "Times are by the clock of Europe/Rome."
# 21:30 in Rome, 05:30 of the next day in Tokyo.
EVENING = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """Opened in Rome; its other place comes before that by name."""
    first = new_restaurant()
    with first.inside():
        open_location(replace(HARBOUR, slug="annex", name="Annex", time_zone="Asia/Tokyo"))
    with clock.use(EVENING):
        yield first


@pytest.mark.parametrize("page", ["account/sessions", "settings/staff/{alice}", "settings/audit"])
def test_what_is_of_the_whole_restaurant_goes_by_its_first_locations_clock(
    app: Flask, house: Restaurant, page: str
) -> None:
    alice = house.people["alice"]
    visitor = signed_in(app, alice)

    text = visitor.get(f"/t/{alice.tenant}/{page.format(alice=alice.member_id)}").get_text()

    assert "21:30" in text
    assert NOTE in text


def test_where_all_places_have_one_clock_nothing_is_said_of_it(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    alice = new_restaurant().people["alice"]

    text = signed_in(app, alice).get(f"/t/{alice.tenant}/account/sessions").get_text()

    assert "by the clock of" not in text


def test_a_device_goes_by_the_clock_of_its_location(app: Flask, house: Restaurant) -> None:
    alice = house.people["alice"]
    with house.inside():
        annex = open_location(replace(HARBOUR, slug="ginza", name="Ginza", time_zone="Asia/Tokyo"))
        pair_here(owner_of(house), NewDevice(location_id=annex, kind="tablet", name="Till"))
    visitor = signed_in(app, alice)

    listed = visitor.get(f"/t/{alice.tenant}/settings/devices")
    link = listed.select_one("tbody a")
    assert link is not None
    shown = visitor.get(str(link["href"]))

    assert "2 Mar, 05:30" in listed.get_text()
    assert "Paired until 31 May 2026" in shown.get_text()  # 90 days on: 30 May in Rome


def test_a_guests_order_has_the_day_of_its_location(app: Flask, house: Restaurant) -> None:
    alice = house.people["alice"]
    with house.inside():
        found = open_location(replace(HARBOUR, slug="ginza", name="Ginza", time_zone="Asia/Tokyo"))
        order(replace(house, location=get_location_by_id(found)), Wanted("Espresso"))
    visitor = signed_in(app, alice)

    page = visitor.get(f"/t/{alice.tenant}/settings/privacy?guest=1")

    guests = page.select_one("#guests")
    assert guests is not None
    assert "2 Mar 2026" in guests.get_text()
