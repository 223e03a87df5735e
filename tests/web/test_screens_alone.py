"""Kitchen screens and pickup boards, at which nobody is signed in."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.kitchen.queries import board
from tests.support.kitchen import send, tickets_of
from tests.support.restaurants import Restaurant
from tests.support.signing_in import open_device
from tests.support.trade import order, pay
from tests.support.visitor import Visitor


@pytest.mark.parametrize(
    ("stations", "start"),
    [(["Kitchen"], "/kitchen/kitchen"), (["Kitchen", "Bar"], "/kitchen")],
)
def test_a_kitchen_screen_starts_at_its_board_or_at_the_list_of_its_boards(
    app: Flask, trattoria: Restaurant, stations: list[str], start: str
) -> None:
    screen = Visitor(app)
    screen.client = open_device(app, trattoria, "kitchen", *stations)

    screen.get("/t/trattoria/")

    assert screen.path == trattoria.url + start
    assert screen.page is not None
    if len(stations) > 1:
        shown = [card.get_text() for card in screen.page.select(".stations strong")]
        assert sorted(shown) == sorted(stations)


def test_a_kitchen_screen_bumps_and_recalls_at_its_own_station_alone(
    app: Flask, trattoria: Restaurant
) -> None:
    tickets = tickets_of(trattoria, send(trattoria, "Bruschetta", "Espresso"))
    screen = Visitor(app)
    screen.client = open_device(app, trattoria, "kitchen", "Kitchen")
    screen.get(f"{trattoria.url}/kitchen/kitchen")

    def act(station: str, what: str, version: int) -> int:
        path = f"{trattoria.url}/kitchen/tickets/{tickets[station].id}/{what}"
        headers = {"HX-Request": "true", "X-CSRFToken": screen.token}
        return screen.client.post(path, data={"version": version}, headers=headers).status_code

    assert act("Bar", "bump", tickets["Bar"].version) == 404
    assert act("Kitchen", "bump", tickets["Kitchen"].version) == 200
    assert act("Kitchen", "recall", tickets["Kitchen"].version + 1) == 200
    for path in ("bar", "bar/recall", "bar/all-day"):
        assert screen.client.get(f"{trattoria.url}/kitchen/{path}").status_code == 404
    with trattoria.inside():
        shown = board(trattoria.location.id, trattoria.stations["Kitchen"]).tickets
    assert tickets["Kitchen"].id in {ticket.id for ticket in shown}


def test_a_pickup_board_shows_what_is_made_and_what_is_ready(
    app: Flask, new_restaurant: Callable[[], Restaurant], drain: Callable[[], None]
) -> None:
    place = new_restaurant()
    with place.inside():
        placed = order(place, "Bruschetta", service_type="takeaway")
        pay(place, placed)
        order(place, "Bruschetta")  # at a table: nobody waits for it at the counter
    drain()
    screen = Visitor(app)
    screen.client = open_device(app, place, "pickup")

    def numbers(kind: str) -> list[str]:
        page = screen.get(f"/t/{place.tenant.slug}/")
        return [it.get_text() for it in page.select(f".pickup .{kind} strong")]

    before = numbers("preparing"), numbers("ready")
    cook = Visitor(app)
    cook.client = open_device(app, place, "kitchen", "Kitchen")
    cook.get(f"{place.url}/kitchen/kitchen")
    ticket = tickets_of(place, placed.order_id)["Kitchen"]
    cook.post(f"{place.url}/kitchen/tickets/{ticket.id}/bump", version=ticket.version)

    assert screen.path == f"{place.url}/pickup"
    assert len(before[0]) == 1
    assert (numbers("preparing"), numbers("ready")) == ([], before[0])
