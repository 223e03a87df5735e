"""The same request, sent again by an impatient finger or a lost connection, has one effect."""

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection, sql
from werkzeug.test import TestResponse

from app.core.ids import new_id
from tests.support.restaurants import Person, Restaurant
from tests.support.together import together
from tests.support.visitor import Visitor

TIMES = 20
MADE_BY_AN_ORDER = ("orders", "order_line", "bill", "idempotency")


class Till:
    """The owner of a restaurant, who sends orders as JSON."""

    def __init__(self, restaurant: Restaurant, visitor: Visitor, owner: Connection) -> None:
        self.restaurant = restaurant
        self._visitor = visitor
        self._token = visitor.token
        self._owner = owner

    def order(self, variant: str = "Espresso", quantity: int = 1) -> dict[str, Any]:
        variant_id = str(self.restaurant.variants[variant])
        line = {"line_id": str(new_id()), "variant_id": variant_id, "quantity": quantity}
        return {"order_id": str(new_id()), "service_type": "takeaway", "lines": [line]}

    def place(self, key: str, order: dict[str, Any]) -> TestResponse:
        return self._visitor.client.post(
            f"{self.restaurant.url}/api/orders",
            json=order,
            headers={"Idempotency-Key": key, "X-CSRFToken": self._token},
        )

    def counts(self) -> dict[str, int]:
        """How many rows there are of each thing that placing an order makes one of."""
        return {table: self._count(table) for table in MADE_BY_AN_ORDER}

    def _count(self, table: str) -> int:
        statement = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s")
        asked = statement.format(sql.Identifier(table))
        row = self._owner.execute(asked, [self.restaurant.tenant.id]).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture
def till(
    new_restaurant: Callable[..., Restaurant],
    client_of: Callable[[Person], Visitor],
    owner_connection: Connection,
) -> Till:
    restaurant = new_restaurant()
    return Till(restaurant, client_of(restaurant.people["alice"]), owner_connection)


def test_twenty_at_once_have_one_effect_and_one_answer(till: Till) -> None:
    order, key = till.order(), str(new_id())

    answers = together(lambda _: till.place(key, order), TIMES)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert till.counts() == dict.fromkeys(MADE_BY_AN_ORDER, 1)


def test_a_repeat_long_after_gets_the_first_answer(till: Till) -> None:
    order, key = till.order(), str(new_id())
    first = till.place(key, order)
    till.place(str(new_id()), till.order())

    again = till.place(key, order)

    assert again.get_json() == first.get_json()
    assert till.counts() == dict.fromkeys(MADE_BY_AN_ORDER, 2)


def test_a_used_key_with_another_body_is_refused(till: Till) -> None:
    key = str(new_id())
    till.place(key, till.order(quantity=1))

    answer = till.place(key, till.order(quantity=2))

    assert answer.status_code == 422
    assert till.counts() == dict.fromkeys(MADE_BY_AN_ORDER, 1)


def test_a_refused_request_may_be_tried_again_under_its_key(till: Till) -> None:
    key = str(new_id())
    refused = till.place(key, till.order("Fish of the day", quantity=501))
    assert refused.status_code == 409
    assert till.counts() == dict.fromkeys(MADE_BY_AN_ORDER, 0)

    answer = till.place(key, till.order("Fish of the day", quantity=1))

    assert answer.status_code == 201
    assert till.counts() == dict.fromkeys(MADE_BY_AN_ORDER, 1)
