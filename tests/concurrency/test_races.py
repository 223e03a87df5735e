"""Two acts on the same thing at the same moment: one order of things, and no third outcome."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from psycopg import Connection

from app.core import clock
from app.core.errors import DomainError
from app.core.ids import new_id
from app.menu.commands import set_86
from app.ordering import commands as ordering
from app.ordering.commands import NewLine, PlaceOrder
from app.payments import commands as payments
from app.payments.commands import Taking
from tests.support.restaurants import Restaurant
from tests.support.together import together
from tests.support.trade import owner_of

ROUNDS = 10
COUNTED = ("Bruschetta", "Fish of the day")


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


def wanted(bistro: Restaurant, *names: str, order_id: UUID | None = None) -> PlaceOrder:
    lines = tuple(NewLine(line_id=new_id(), variant_id=bistro.variants[name]) for name in names)
    return PlaceOrder(order_id=order_id or new_id(), service_type="takeaway", lines=lines)


def try_to(bistro: Restaurant, act: Callable[[], object]) -> str:
    """Do it as one request would; "done", or the code of the refusal."""
    with bistro.inside():
        try:
            act()
        except DomainError as refused:
            return refused.code
    return "done"


def test_the_first_orders_of_a_day_share_it(
    bistro: Restaurant, owner_connection: Connection
) -> None:
    later = clock.now() + timedelta(days=2)

    def place(_till: int) -> str:
        order = wanted(bistro, "Espresso")
        with clock.use(later):
            return try_to(bistro, lambda: ordering.place(owner_of(bistro), bistro.location, order))

    assert together(place, 4) == ["done"] * 4
    numbers = owner_connection.execute(
        "SELECT business_day_id, array_agg(number ORDER BY number) FROM orders"
        " WHERE tenant_id = %s GROUP BY 1",
        [bistro.tenant.id],
    ).fetchall()
    assert [row[1] for row in numbers] == [[1, 2, 3, 4]]


def test_an_order_opened_twice_at_once_is_opened_once(bistro: Restaurant) -> None:
    order_id = new_id()

    def place(_till: int) -> str:
        order = wanted(bistro, "Espresso", order_id=order_id)
        return try_to(bistro, lambda: ordering.place(owner_of(bistro), bistro.location, order))

    assert sorted(together(place, 2)) == ["done", "order_exists"]


def test_giving_orders_up_while_others_are_sent_loses_no_count(
    bistro: Restaurant, owner_connection: Connection
) -> None:
    with bistro.inside():
        for name in COUNTED:
            count = Decimal(1000)
            item_id = bistro.items[name]
            actor, place = owner_of(bistro), bistro.location
            set_86(actor, place, item_id, None, is_86=False, counted_left=count)
        given_up = [
            ordering.place(actor, place, wanted(bistro, *reversed(COUNTED))).order_id
            for _ in range(ROUNDS)
        ]

    def work(till: int) -> list[str]:
        if till == 0:
            cancel = ordering.cancel_order
            return [try_to(bistro, partial(cancel, actor, place, one, "no")) for one in given_up]
        orders = [wanted(bistro, *COUNTED) for _ in range(ROUNDS)]
        return [try_to(bistro, partial(ordering.place, actor, place, one)) for one in orders]

    assert together(work, 2) == [["done"] * ROUNDS] * 2
    left = owner_connection.execute(
        "SELECT counted_left FROM availability WHERE tenant_id = %s AND counted_left IS NOT NULL",
        [bistro.tenant.id],
    ).fetchall()
    assert [row[0] for row in left] == [Decimal(1000 - ROUNDS)] * len(COUNTED)


def test_of_paying_and_voiding_at_once_one_is_told(
    bistro: Restaurant, owner_connection: Connection
) -> None:
    actor, place = owner_of(bistro), bistro.location
    order = wanted(bistro, "Bruschetta")
    placed = ordering.place(actor, place, order)
    paying = Taking(payment_id=new_id(), bill_id=placed.bill_id, amount_minor=placed.total_minor)
    line_id = order.lines[0].line_id
    acts: list[Callable[[], object]] = [
        lambda: payments.pay_cash(actor, place, paying),
        lambda: ordering.void_line(actor, place, line_id, 1, reason="no", made=False),
    ]

    answers = together(lambda which: try_to(bistro, acts[which]), 2)

    bill = owner_connection.execute(
        "SELECT state, total_minor, paid_minor FROM bill WHERE id = %s", [placed.bill_id]
    ).fetchone()
    if answers[0] == "done":
        assert (answers[1], bill) == ("bill_settled", ("settled", 650, 650))
    else:
        assert (answers, bill) == (["overpaid", "done"], ("open", 0, 0))
