"""A bill that is paid in part and then owes no more, because its lines became fewer."""

from uuid import UUID

from app.ordering import commands as ordering
from tests.support.till import Till


def test_voiding_what_is_not_paid_for_settles_the_rest(till: Till) -> None:
    order = till.order("Bruschetta", "Bruschetta")
    till.cash(order.bill_id, 650)

    line_id, version = _line(till, order.order_id)
    with till.restaurant.inside():
        alice, place = till.restaurant.people["alice"].actor, till.restaurant.location
        ordering.void_line(alice, place, line_id, version, reason="Cold", made=True)

    bill = till.row("bill", order.bill_id)
    assert (bill["state"], bill["total_minor"], bill["paid_minor"]) == ("settled", 650, 650)
    assert _sales(till, order.bill_id) == [650]


def test_voiding_a_held_line_of_a_pay_first_order_settles_and_fires_the_rest(till: Till) -> None:
    order = till.order("Bruschetta", "Bruschetta", service_type="takeaway")
    till.cash(order.bill_id, 650)

    line_id, version = _line(till, order.order_id, "held")
    with till.restaurant.inside():
        place = till.restaurant.location
        ordering.void_line(till.actor, place, line_id, version, reason="Not wanted", made=False)
    till.drain()

    assert till.state("bill", order.bill_id) == "settled"
    _line(till, order.order_id, "fired")


def _line(till: Till, order_id: UUID, state: str = "fired") -> tuple[UUID, int]:
    found = till.owner.execute(
        "SELECT id, version FROM order_line WHERE order_id = %s AND state = %s LIMIT 1",
        [order_id, state],
    ).fetchone()
    assert found
    return found[0], found[1]


def _sales(till: Till, bill_id: UUID) -> list[int]:
    rows = till.owner.execute(
        "SELECT total_minor FROM fiscal_document WHERE bill_id = %s AND kind = 'sale'", [bill_id]
    )
    return [int(row[0]) for row in rows]
