"""How many statements a screen may ask: as many with much on it as with little."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from app.ordering import commands
from tests.support.restaurants import Person, Restaurant
from tests.support.trade import Wanted, new_line, order, owner_of
from tests.support.visitor import Visitor

Recorder = Callable[[], AbstractContextManager[list[str]]]

BUDGETS = {"/orders/{order}": 20, "/kitchen/kitchen": 12, "/floor": 14, "/dashboard": 30}
PLACING = 34  # a table seated included


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


def busy(bistro: Restaurant, orders: int) -> str:
    """Place orders with a few lines each; returns the id of the last one."""
    with bistro.inside():
        for _ in range(orders):
            placed = order(
                bistro, Wanted("Margherita", 1, ("Extra cheese",)), "Bruschetta", "Espresso"
            )
            line = new_line(bistro, Wanted("Steak", 1, ("Rare",)))
            commands.add_line(owner_of(bistro), bistro.location, placed.order_id, line)
    return str(placed.order_id)


@pytest.mark.parametrize("screen", BUDGETS)
def test_a_screen_keeps_its_budget_however_much_it_shows(
    screen: str,
    bistro: Restaurant,
    client_of: Callable[[Person], Visitor],
    query_recorder: Recorder,
) -> None:
    visitor = client_of(bistro.people["alice"])
    counts = []
    for orders in (1, 5):
        path = bistro.url + screen.format(order=busy(bistro, orders))
        visitor.get(path)
        with query_recorder() as queries:
            visitor.get(path)
        counts.append(len(queries))

    assert counts[1] == counts[0], "\n".join(queries)
    assert counts[1] <= BUDGETS[screen], "\n".join(queries)


def test_a_long_order_is_placed_with_as_many_statements_as_a_short_one(
    bistro: Restaurant, query_recorder: Recorder
) -> None:
    counts = []
    with bistro.inside():
        order(bistro, "Espresso")  # opens the business day
    for times in (1, 5):
        wanted = [Wanted("Margherita", 1, ("Extra cheese",)), Wanted("Espresso")] * times
        with bistro.inside(), query_recorder() as queries:
            order(bistro, *wanted)
        counts.append(len(queries))

    assert counts[1] == counts[0] <= PLACING, "\n".join(queries)
