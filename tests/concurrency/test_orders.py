"""Two tablets at one order: adding always works, changing what has changed never does."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import UUID

import pytest
from psycopg import Connection
from sqlalchemy import select

from app.core.db import execute
from app.core.errors import Conflict, DomainError
from app.ordering import commands
from app.ordering.commands import LineEdit
from app.ordering.models import Bill, Line, Order, OrderChange
from tests.support.restaurants import Restaurant
from tests.support.together import together
from tests.support.trade import Wanted, new_line, owner_of

TABLETS = 4
LINES_EACH = 5


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


@pytest.fixture
def order_id(bistro: Restaurant) -> UUID:
    """An open order without lines."""
    actor, place = owner_of(bistro), bistro.location
    return commands.open_order(actor, place, service_type="takeaway", pickup_name="Gina")


def add(bistro: Restaurant, order_id: UUID, wanted: Wanted) -> UUID:
    line = new_line(bistro, wanted)
    return commands.add_line(owner_of(bistro), bistro.location, order_id, line)


def versions(bistro: Restaurant, order_id: UUID) -> list[int]:
    found = execute(
        select(OrderChange.version)
        .where(OrderChange.tenant_id == bistro.tenant.id, OrderChange.order_id == order_id)
        .order_by(OrderChange.version)
    )
    return list(found.scalars())


def version_of(bistro: Restaurant, line_id: UUID) -> int:
    mine = select(Line.version).where(Line.tenant_id == bistro.tenant.id, Line.id == line_id)
    return int(execute(mine).scalar_one())


def test_tablets_that_add_at_once_lose_nothing(bistro: Restaurant, order_id: UUID) -> None:
    def tap(_tablet: int) -> None:
        with bistro.inside():
            for _ in range(LINES_EACH):
                add(bistro, order_id, Wanted("Espresso"))

    together(tap, TABLETS)

    last = 1 + TABLETS * LINES_EACH
    assert versions(bistro, order_id) == list(range(1, last + 1))
    current = select(Order.version).where(Order.tenant_id == bistro.tenant.id, Order.id == order_id)
    assert execute(current).scalar_one() == last
    owed = select(Bill.total_minor).where(
        Bill.tenant_id == bistro.tenant.id, Bill.order_id == order_id
    )
    assert execute(owed).scalar_one() == TABLETS * LINES_EACH * bistro.prices["Espresso"]


def test_of_two_edits_of_one_line_one_is_refused(bistro: Restaurant, order_id: UUID) -> None:
    line_id = add(bistro, order_id, Wanted("Espresso"))

    def edit(tablet: int) -> str:
        change = LineEdit(quantity=Decimal(tablet + 2))
        with bistro.inside():
            try:
                commands.edit_line(owner_of(bistro), bistro.location, line_id, 1, change)
            except Conflict as refused:
                return refused.code
        return "changed"

    answers = together(edit, 2)

    assert answers.count("changed") == 1
    assert version_of(bistro, line_id) == 2


def test_a_stale_edit_changes_nothing(
    bistro: Restaurant, order_id: UUID, owner_connection: Connection
) -> None:
    line_id = add(bistro, order_id, Wanted("Espresso"))
    actor, place = owner_of(bistro), bistro.location
    commands.edit_line(actor, place, line_id, 1, LineEdit(quantity=Decimal(3)))

    with pytest.raises(Conflict) as refusal:
        commands.edit_line(actor, place, line_id, 1, LineEdit(quantity=Decimal(5)))

    assert refusal.value.status == 409
    stored = owner_connection.execute("SELECT quantity FROM order_line WHERE id = %s", [line_id])
    assert stored.fetchone() == (Decimal("3.000"),)
    assert versions(bistro, order_id) == [1, 2, 3]


def test_sending_twice_at_once_fires_each_line_once(
    bistro: Restaurant, order_id: UUID, owner_connection: Connection
) -> None:
    for _ in range(3):
        add(bistro, order_id, Wanted("Margherita"))

    def send(_tablet: int) -> str:
        with bistro.inside():
            try:
                commands.send(owner_of(bistro), bistro.location, order_id)
            except DomainError as refused:
                return refused.code
        return "sent"

    answers = together(send, 2)

    assert sorted(answers) == ["nothing_new", "sent"]
    held = owner_connection.execute(
        "SELECT count(*) FROM order_line WHERE order_id = %s AND state = 'held'", [order_id]
    )
    assert held.fetchone() == (3,)
