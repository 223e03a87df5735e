"""Sixteen tills want the last portion at once, each on a connection of its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from psycopg import Connection
from sqlalchemy import func, select, update

from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.ids import new_id
from app.inventory.commands import adjust
from app.inventory.models import Ingredient, Reservation, Stock
from app.menu.commands import set_86
from app.menu.models import Availability
from app.ordering.commands import NewLine, PlaceOrder, place
from app.ordering.models import Line
from tests.support.restaurants import Restaurant

CLIENTS = 16
TOGETHER_S = 30


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of its own: nobody else buys here."""
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


def order(bistro: Restaurant, name: str, quantity: int) -> str:
    """Place an order; "sold", or the sentence of the refusal."""
    line = NewLine(line_id=new_id(), variant_id=bistro.variants[name], quantity=Decimal(quantity))
    wanted = PlaceOrder(order_id=new_id(), service_type="takeaway", lines=(line,))
    try:
        place(bistro.people["alice"].actor, bistro.location, wanted)
    except Conflict as refused:
        assert refused.code == "out_of_stock"
        return refused.sentence
    return "sold"


def rush(bistro: Restaurant, name: str, *, quantity: int = 1, times: int = 1) -> Counter[str]:
    """All clients order at the same moment, each `times` times; how often each answer came."""
    start = Barrier(CLIENTS, timeout=TOGETHER_S)

    def buy(_: int) -> list[str]:
        with bistro.inside():
            start.wait()
            return [order(bistro, name, quantity) for _ in range(times)]

    with ThreadPoolExecutor(CLIENTS) as clients:
        return Counter(answer for answers in clients.map(buy, range(CLIENTS)) for answer in answers)


def counted(bistro: Restaurant, name: str, left: int) -> None:
    alice = bistro.people["alice"].actor
    set_86(
        alice, bistro.location, bistro.items[name], None, is_86=False, counted_left=Decimal(left)
    )


def count_left(bistro: Restaurant, name: str) -> object:
    return execute(
        select(Availability.counted_left).where(Availability.item_id == bistro.items[name])
    ).scalar_one()


def keep(bistro: Restaurant, name: str, on_hand: Decimal) -> None:
    """So much of an ingredient, which blocks."""
    ingredient_id = bistro.ingredients[name]
    before = execute(select(Stock.on_hand).where(Stock.ingredient_id == ingredient_id)).scalar_one()
    adjust(
        bistro.people["alice"].actor, bistro.location, ingredient_id, on_hand - before, "counted"
    )
    with transaction():
        execute(update(Ingredient).where(Ingredient.id == ingredient_id).values(when_short="block"))


def levels(bistro: Restaurant, name: str) -> tuple[object, object]:
    row = execute(
        select(Stock.on_hand, Stock.reserved).where(Stock.ingredient_id == bistro.ingredients[name])
    ).one()
    return row.on_hand, row.reserved


def placed_lines() -> int:
    return int(execute(select(func.count()).select_from(Line)).scalar_one())


def test_exactly_one_gets_the_last_of_a_counted_item(bistro: Restaurant) -> None:
    counted(bistro, "Fish of the day", 1)

    answers = rush(bistro, "Fish of the day")

    assert answers == {"sold": 1, "Fish of the day: sold out.": CLIENTS - 1}
    assert count_left(bistro, "Fish of the day") == 0
    assert placed_lines() == 1


def test_a_count_of_fifty_serves_sixteen_orders_of_three(bistro: Restaurant) -> None:
    counted(bistro, "Fish of the day", 50)

    answers = rush(bistro, "Fish of the day", quantity=3, times=2)

    assert answers == {"sold": 16, "Fish of the day: only 2 left.": 16}
    assert count_left(bistro, "Fish of the day") == 2
    assert placed_lines() == 16


def test_exactly_one_gets_the_last_portion_of_a_blocking_ingredient(bistro: Restaurant) -> None:
    keep(bistro, "Mozzarella", Decimal("0.150"))

    answers = rush(bistro, "Margherita")

    assert answers == {"sold": 1, "Margherita: none left.": CLIENTS - 1}
    assert levels(bistro, "Mozzarella") == (Decimal("0.150"), Decimal("0.150"))
    assert placed_lines() == 1


def test_fifty_portions_of_an_ingredient_serve_sixteen_orders_of_three(bistro: Restaurant) -> None:
    keep(bistro, "Mozzarella", Decimal("7.500"))

    answers = rush(bistro, "Margherita", quantity=3, times=2)

    assert answers == {"sold": 16, "Margherita: only 2 left.": 16}
    assert levels(bistro, "Mozzarella") == (Decimal("7.500"), Decimal("7.200"))
    held = execute(
        select(func.sum(Reservation.quantity)).where(
            Reservation.ingredient_id == bistro.ingredients["Mozzarella"],
            Reservation.state == "held",
        )
    ).scalar_one()
    assert held == Decimal("7.200")


def test_after_a_rush_the_menu_shows_what_is_left(
    bistro: Restaurant, drain: Callable[..., None], owner_connection: Connection
) -> None:
    keep(bistro, "Mozzarella", Decimal(100))
    rush(bistro, "Margherita", quantity=1, times=2)

    drain()

    assert levels(bistro, "Mozzarella") == (Decimal(100), Decimal("4.800"))
    left = owner_connection.execute(
        "SELECT stock_left FROM availability WHERE item_id = %s", [bistro.items["Margherita"]]
    ).fetchone()
    assert left == (634,)
