"""The floor: stages of tables, who is seated, what wants somebody now, lists of orders."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag

from app.core import clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.ids import new_id
from app.ordering.commands import mark_lines, open_order
from app.ordering.queries import get_order
from tests.support import trade
from tests.support.restaurants import Person, Restaurant
from tests.support.tablet import Tablet, open_counter, open_table
from tests.support.visitor import Visitor

Clients = Callable[[Person | None], Visitor]


@pytest.fixture
def bob(house: Restaurant, client_of: Clients) -> Visitor:
    return client_of(house.people["bob"])


def _floor(house: Restaurant, visitor: Visitor) -> BeautifulSoup:
    return visitor.get(f"{house.url}/floor")


def _taken(floor: BeautifulSoup) -> list[Tag]:
    return [table for table in floor.select(".floor-table") if "free" not in table["class"]]


def _mark(house: Restaurant, tablet: Tablet, state: str) -> None:
    line_ids = [UUID(str(line["id"]).removeprefix("line-")) for line in tablet.lines()]
    with house.inside(), transaction():
        mark_lines(house.location, dict.fromkeys(line_ids, state))


def test_a_free_table_asks_how_many_sit_down(house: Restaurant, bob: Visitor) -> None:
    table = _floor(house, bob).select_one(".floor-table.free")
    assert table is not None
    sheet = bob.get(str(table["href"]), fragment=True)
    assert len(sheet.select("button[name=guests]")) >= 4
    assert bob.get(str(table["href"])).select_one("main form") is not None


def test_seating_a_party_opens_its_order(house: Restaurant, bob: Visitor) -> None:
    tablet = open_table(house, bob, guests=3)
    assert "3 guests" in tablet.screen().get_text()
    (table,) = _taken(_floor(house, bob))
    assert "seated" in table["class"]
    assert str(table["href"]) == tablet.url()


def test_a_taken_table_shows_the_order_that_it_has(house: Restaurant, bob: Visitor) -> None:
    bob.get(f"{house.url}/floor")
    table_id = house.new_table()
    paths = set()
    for _again in range(2):
        bob.post(f"{house.url}/visits", fragment=False, table_id=table_id, guests=2)
        paths.add(bob.path)
    bob.get(f"{house.url}/tables/{table_id}")
    assert {bob.path} == paths


@pytest.mark.parametrize("guests", ["0", "-2", "100", "some"])
def test_a_party_that_cannot_be_is_not_seated(house: Restaurant, bob: Visitor, guests: str) -> None:
    bob.get(f"{house.url}/floor")
    table_id = house.new_table()
    bob.post(f"{house.url}/visits", status=422, table_id=table_id, guests=guests)
    assert _taken(_floor(house, bob)) == []


def test_a_table_goes_through_its_stages(house: Restaurant, bob: Visitor) -> None:
    tablet = open_table(house, bob)
    tablet.add("Bruschetta")
    assert "ordered" in _taken(_floor(house, bob))[0]["class"]
    tablet.post("/send")
    assert "cooking" in _taken(_floor(house, bob))[0]["class"]
    _mark(house, tablet, "ready")
    table = _taken(_floor(house, bob))[0]
    assert "ready" in table["class"]
    assert "1 ready" in table.get_text()
    tablet.post("/serve")
    assert "ordered" in _taken(_floor(house, bob))[0]["class"]


def test_what_takes_too_long_is_late_in_words_and_with_a_sign(
    house: Restaurant, bob: Visitor
) -> None:
    tablet = open_table(house, bob)
    tablet.add("Bruschetta")
    tablet.post("/send")
    later = clock.now() + timedelta(minutes=29)
    with clock.use(later):
        floor = _floor(house, bob)
    (table,) = _taken(floor)
    assert "late" in table["class"]
    assert table.select_one("svg") is not None
    needs = floor.select_one(".attention")
    assert needs is not None
    assert "is late" in needs.get_text()


def test_nobody_greeted_is_said_after_five_minutes(house: Restaurant, bob: Visitor) -> None:
    open_table(house, bob)
    assert "Nothing waits for you" in _floor(house, bob).get_text()
    with clock.use(clock.now() + timedelta(minutes=6)):
        assert "not greeted" in _floor(house, bob).get_text()


def test_a_server_sees_what_waits_at_her_own_tables(
    house: Restaurant, bob: Visitor, client_of: Clients
) -> None:
    alice = client_of(house.people["alice"])
    mine, hers = open_table(house, bob), open_table(house, alice)
    for tablet in (mine, hers):
        tablet.add("Bruschetta")
        tablet.post("/send")
        _mark(house, tablet, "ready")
    links = [str(a["href"]) for a in _floor(house, bob).select(".attention a")]
    assert links == [mine.url()]
    dan = client_of(house.people["dan"])
    assert len(_floor(house, dan).select(".attention a")) == 2


def test_a_party_that_wants_to_pay_is_shown(house: Restaurant, bob: Visitor) -> None:
    tablet = open_table(house, bob)
    tablet.add("Bruschetta")
    tablet.post("/send")
    _mark(house, tablet, "served")
    more = bob.get(tablet.url("/more"), fragment=True)
    assert "Print the bill" in more.get_text()
    leave = more.select_one("form[action$='/leave']")
    assert leave is not None
    bob.submit(leave, status=204, fragment=True)
    floor = _floor(house, bob)
    assert "bill-asked" in _taken(floor)[0]["class"]
    assert "wants to pay" in floor.get_text()
    stay = bob.get(tablet.url("/more"), fragment=True).select_one("form[action$='/stay']")
    assert stay is not None
    bob.submit(stay, status=204, fragment=True)
    assert "wants to pay" not in _floor(house, bob).get_text()


def test_a_paid_and_served_table_is_paid_until_it_is_cleared(
    house: Restaurant, bob: Visitor
) -> None:
    with house.inside():
        placed = trade.order(house, "Bruschetta", actor=house.people["bob"].actor)
        trade.pay(house, placed)
    assert "cooking" in _taken(_floor(house, bob))[0]["class"]
    tablet = Tablet(house, bob, placed.order_id)
    _mark(house, tablet, "ready")
    tablet.post("/serve")
    (table,) = _taken(_floor(house, bob))
    assert "paid" in table["class"]
    assert "The table is clear" in bob.get(str(table["href"]), fragment=True).get_text()
    assert "Receipt" in bob.get(tablet.url("/more"), fragment=True).get_text()


def test_a_table_is_cleared_when_its_party_has_gone(house: Restaurant, bob: Visitor) -> None:
    tablet = open_table(house, bob)
    tablet.post("/cancel", status=204)
    (table,) = _taken(_floor(house, bob))
    sheet = bob.get(str(table["href"]), fragment=True)
    clear = sheet.select_one("form[action$='/clear']")
    assert clear is not None
    bob.submit(clear, status=204, fragment=True)
    assert _taken(_floor(house, bob)) == []


def test_a_party_has_one_open_order_whoever_asks(house: Restaurant, bob: Visitor) -> None:
    tablet = open_table(house, bob)
    with house.inside():
        actor = house.people["bob"].actor
        visit_id = get_order(house.location, tablet.order_id, actor).visit_id
        with pytest.raises(Conflict, match="open order already"):
            open_order(actor, house.location, service_type="dine_in", visit_id=visit_id)


def test_strange_tables_and_parties_are_not_there(house: Restaurant, bob: Visitor) -> None:
    bob.get(f"{house.url}/tables/{new_id()}", status=404)
    bob.post(f"{house.url}/visits/{new_id()}/clear", status=404)
    bob.post(f"{house.url}/visits", status=404, table_id=new_id(), guests=2)


def test_a_cook_has_no_floor(house: Restaurant, client_of: Clients) -> None:
    client_of(house.people["carol"]).get(f"{house.url}/floor", status=403)


def test_orders_are_found_by_name_and_number(house: Restaurant, bob: Visitor) -> None:
    first = open_counter(house, bob, "Rossi")
    second = open_counter(house, bob, "100 % Bianchi")
    second.add("Water")
    second.post("/send")
    for search, found in {
        "ross": [first],
        "#1": [second],
        "100 %": [second],
        "%": [second],
        "nobody": [],
    }.items():
        page = bob.get(f"{house.url}/orders?q={search.replace('%', '%25').replace('#', '%23')}")
        links = [str(a["href"]) for a in page.select("#orders a.strong")]
        assert links == [tablet.url() for tablet in found], search


def test_ended_orders_stand_in_the_list_of_the_day(house: Restaurant, bob: Visitor) -> None:
    tablet = open_counter(house, bob, "Rossi")
    tablet.post("/cancel", status=204)
    assert "No open orders" in bob.get(f"{house.url}/orders").get_text()
    assert "cancelled" in bob.get(f"{house.url}/orders?show=today").get_text()
