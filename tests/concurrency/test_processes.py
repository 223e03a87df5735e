"""The same claims over HTTP, with the page server's own processes and threads."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from app.core.ids import new_id
from app.menu.commands import set_86
from app.replay.browser import Browser
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.together import together
from tests.support.trade import owner_of
from tests.support.truth import offences

CLIENTS, PORTIONS, TIMES = 50, 3, 20
FISH = "Fish of the day"


@pytest.fixture(scope="module")
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The page server alone: two processes of four threads."""
    processes = Live(addresses, tmp_path_factory.mktemp("pages"))
    try:
        processes.start("web")
        yield processes
    finally:
        processes.close()


class Tills:
    """Many tills of one restaurant, each with a connection of its own."""

    def __init__(self, restaurant: Restaurant, tills: list[Browser]) -> None:
        self.restaurant = restaurant
        self._tills = tills

    def place(self, till: int, order: dict[str, Any], key: UUID) -> tuple[int, Any]:
        """Status and body of an order that a till sends under a key."""
        browser = self._tills[till]
        headers = browser._headers("application/json", key) | {"Accept": "application/json"}
        path = f"{self.restaurant.url}/api/orders"
        status, _location, body = browser._ask("POST", path, json.dumps(order), headers)
        return status, json.loads(body)

    def order(self, item: str) -> dict[str, Any]:
        line = {"line_id": str(new_id()), "variant_id": str(self.restaurant.variants[item])}
        return {"order_id": str(new_id()), "service_type": "takeaway", "lines": [line]}


@pytest.fixture
def tills(live: Live, new_restaurant: Callable[..., Restaurant]) -> Iterator[Tills]:
    restaurant = new_restaurant()
    bob = restaurant.people["bob"]
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(Browser(live.url))) for _ in range(CLIENTS)]
        opened[0].sign_in(bob.tenant, bob.email, bob.password)
        for other in opened[1:]:
            other._cookies, other._token = opened[0]._cookies, opened[0]._token
        yield Tills(restaurant, opened)


def orders_of(owner: Connection, restaurant: Restaurant) -> int:
    found = owner.execute(
        "SELECT count(*) FROM orders WHERE tenant_id = %s", [restaurant.tenant.id]
    ).fetchone()
    return int(found[0]) if found else 0


def test_of_fifty_clients_exactly_three_get_the_three_portions(
    tills: Tills, owner_connection: Connection, addresses: Addresses
) -> None:
    house = tills.restaurant
    with house.inside():
        item_id = house.items[FISH]
        count = Decimal(PORTIONS)
        set_86(owner_of(house), house.location, item_id, None, is_86=False, counted_left=count)

    answers = together(lambda till: tills.place(till, tills.order(FISH), new_id()), CLIENTS)

    assert Counter(status for status, _ in answers) == {201: PORTIONS, 409: CLIENTS - PORTIONS}
    assert orders_of(owner_connection, house) == PORTIONS
    assert offences(addresses.owner_url, house.tenant.id) == []


def test_the_same_order_twenty_times_at_once_is_one_order_with_one_answer(
    tills: Tills, owner_connection: Connection
) -> None:
    order, key = tills.order("Espresso"), new_id()

    answers = together(lambda till: tills.place(till, order, key), TIMES)

    assert [status for status, _ in answers] == [201] * TIMES
    assert len({json.dumps(body, sort_keys=True) for _, body in answers}) == 1
    assert orders_of(owner_connection, tills.restaurant) == 1


def test_a_key_with_two_orders_at_once_is_one_of_them(
    tills: Tills, owner_connection: Connection
) -> None:
    key = new_id()

    answers = together(lambda till: tills.place(till, tills.order("Espresso"), key), 2)

    assert sorted(status for status, _ in answers) == [201, 422]
    assert orders_of(owner_connection, tills.restaurant) == 1
