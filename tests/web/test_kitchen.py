"""The kitchen's pages, as a cook taps them."""

from collections.abc import Callable

import pytest
from bs4 import Tag

from tests.support.kitchen import send, tickets_of, wanted
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor


@pytest.fixture
def cook(house: Restaurant, client_of: Callable[[Person | None], Visitor]) -> Visitor:
    """Carol, signed in."""
    return client_of(house.people["carol"])


def _one(shown: Tag, selector: str) -> Tag:
    found = shown.select_one(selector)
    assert found is not None, f"no {selector} in {shown}"
    return found


def _station(house: Restaurant) -> str:
    return f"{house.url}/kitchen/kitchen"


def test_the_stations_say_what_they_have_undone(house: Restaurant, cook: Visitor) -> None:
    send(house, "Bruschetta")

    page = cook.get(f"{house.url}/kitchen")

    found = {_one(card, "strong").text: _one(card, ".num").text for card in page.select(".card")}
    assert found == {"Kitchen": "1", "Bar": "0", "Pass": "0"}


def test_a_board_shows_its_tickets_oldest_first(house: Restaurant, cook: Visitor) -> None:
    orders = [send(house, wanted(house, "Margherita", "No basil")) for _ in range(3)]

    page = cook.get(_station(house))

    tickets = [tickets_of(house, order)["Kitchen"] for order in orders]
    assert [found["id"] for found in page.select(".ticket")] == [
        f"ticket-{ticket.id}" for ticket in tickets
    ]
    assert _one(page, "#all-day").get_text(" ", strip=True) == "3 Margherita"
    assert _one(page, ".ticket .m").get_text(" ", strip=True) == "NO basil"
    assert f"{house.url}/stream?" in _one(page, "[data-stream]")["hx-ws:connect"]


def test_fragments_of_a_board_hold_no_token(house: Restaurant, cook: Visitor) -> None:
    send(house, "Bruschetta")

    page = cook.get(_station(house))

    assert cook.token
    assert cook.token not in str(_one(page, "#tickets"))
    assert page.select("#tickets [name=csrf_token]") == []


def test_a_bump_takes_the_ticket_away_and_offers_a_way_back(
    house: Restaurant, cook: Visitor
) -> None:
    order_id = send(house, "Bruschetta")
    ticket = tickets_of(house, order_id)["Kitchen"]
    cook.get(_station(house))

    answer = cook.post(f"{house.url}/kitchen/tickets/{ticket.id}/bump", version=ticket.version)

    gone = _one(answer, f'[hx-target="#ticket-{ticket.id}"]')
    assert gone["hx-swap"] == "delete"
    way_back = _one(answer, '[hx-target="#undo"] form')
    cook.post(str(way_back["action"]), version=_one(way_back, "[name=version]")["value"])
    assert tickets_of(house, order_id)["Kitchen"].state == "open"


def test_a_refused_bump_shows_the_ticket_as_it_is_now(house: Restaurant, cook: Visitor) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    cook.get(_station(house))

    answer = cook.post(
        f"{house.url}/kitchen/tickets/{ticket.id}/bump", version=ticket.version - 1, status=409
    )

    assert _one(answer, f"#ticket-{ticket.id} [name=version]")["value"] == str(ticket.version)
    assert "has changed" in _one(answer, ".toast").text


def test_a_tap_on_a_line_ticks_it(house: Restaurant, cook: Visitor) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta", "Gelato/Small"))["Kitchen"]
    page = cook.get(_station(house))
    tap = _one(page, f"form:has(#line-{ticket.lines[0].id})")

    answer = cook.submit(tap, fragment=True)

    assert _one(answer, f"#line-{ticket.lines[0].id}")["aria-pressed"] == "true"
    assert _one(answer, f"#line-{ticket.lines[1].id}")["aria-pressed"] == "false"


def test_a_bumped_ticket_is_in_the_recall_drawer(house: Restaurant, cook: Visitor) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    cook.get(_station(house))
    cook.post(f"{house.url}/kitchen/tickets/{ticket.id}/bump", version=ticket.version)

    drawer = cook.get(f"{_station(house)}/recall", fragment=True)

    assert [form["action"] for form in drawer.select("form")] == [
        f"{house.url}/kitchen/tickets/{ticket.id}/recall"
    ]


def test_a_screen_says_what_it_has_shown(house: Restaurant, cook: Visitor) -> None:
    order_id = send(house, "Bruschetta")
    page = cook.get(_station(house))
    unseen = _one(page, "[data-unseen]")["data-unseen"]

    cook.post(str(_one(page, "[data-seen-url]")["data-seen-url"]), ticket=unseen, status=204)

    assert tickets_of(house, order_id)["Kitchen"].seen_at is not None
    assert cook.get(_station(house)).select("[data-unseen]") == []


def test_a_page_process_serves_no_sockets(house: Restaurant, cook: Visitor) -> None:
    answer = cook.client.get(
        f"{house.url}/stream?view=floor",
        base_url="ws://localhost",
        headers={"Upgrade": "websocket", "Connection": "Upgrade"},
    )

    assert answer.status_code == 404
