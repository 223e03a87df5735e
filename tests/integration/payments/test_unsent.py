"""Paying what has not been sent: pay-first sends it, pay-later asks what to do with it."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from app.core.errors import Conflict
from app.core.ids import new_id
from app.ordering import commands as ordering
from app.payments import commands as payments
from app.payments.commands import Taking
from app.payments.commands.taking import Unsent
from tests.support.till import Till


def test_paying_sends_a_pay_first_order_and_settling_fires_it(till: Till) -> None:
    order_id, bill_id = _unsent(till, "takeaway", "Bruschetta")

    till.cash(bill_id, 650)
    assert _lines(till, order_id) == ["held"]
    assert till.row("orders", order_id)["number"] > 0
    till.drain()

    assert _lines(till, order_id) == ["fired"]
    assert till.state("bill", bill_id) == "settled"


def test_a_pay_first_order_paid_by_card_is_fired_when_the_card_is_captured(till: Till) -> None:
    order_id, bill_id = _unsent(till, "takeaway", "Bruschetta")

    till.card(bill_id, 650, "drop_after_charge")
    till.drain()
    assert _lines(till, order_id) == ["held"]
    till.make_due()
    till.drain()

    assert _lines(till, order_id) == ["fired"]


def test_half_paid_is_not_fired(till: Till) -> None:
    order_id, bill_id = _unsent(till, "takeaway", "Bruschetta")

    till.cash(bill_id, 300)
    till.drain()
    assert _lines(till, order_id) == ["held"]
    till.cash(bill_id, 350)
    till.drain()

    assert _lines(till, order_id) == ["fired"]


def test_what_waits_for_a_card_is_kept_and_given_back_when_the_card_is_declined(
    till: Till,
) -> None:
    till.count_left("Fish of the day", 5)
    order = till.order("Fish of the day", service_type="takeaway")
    till.card(order.bill_id, 2200, "decline")

    with till.restaurant.inside():
        ordering.release(till.restaurant.location, order.order_id)
    kept = _lines(till, order.order_id)
    till.drain()
    till.make_due("ordering.release")
    till.drain()

    assert kept == ["held"]
    assert _lines(till, order.order_id) == ["new"]


def test_paying_sends_again_what_was_given_back(till: Till) -> None:
    order = till.order("Bruschetta", service_type="takeaway")
    with till.restaurant.inside():
        ordering.release(till.restaurant.location, order.order_id)

    till.cash(order.bill_id, 650)
    till.drain()

    assert _lines(till, order.order_id) == ["fired"]


def test_paying_for_what_is_not_left_changes_nothing(till: Till) -> None:
    order_id, bill_id = _unsent(till, "takeaway", "Fish of the day")
    till.count_left("Fish of the day", 0)

    with pytest.raises(Conflict, match="Fish of the day"):
        till.cash(bill_id, 2200)

    assert _lines(till, order_id) == ["new"]
    assert till.row("bill", bill_id)["paid_minor"] == 0


def test_unsent_lines_of_a_table_are_refused_until_somebody_decides(till: Till) -> None:
    order_id, bill_id = _unsent(till, "dine_in", "Bruschetta")

    with pytest.raises(Conflict) as refused:
        till.cash(bill_id, 650)

    assert refused.value.code == "lines_unsent"
    assert _lines(till, order_id) == ["new"]


def test_unsent_lines_are_sent_and_paid(till: Till) -> None:
    order_id, bill_id = _unsent(till, "dine_in", "Bruschetta")

    till.cash(bill_id, 650, unsent="send")

    assert _lines(till, order_id) == ["fired"]
    assert till.state("bill", bill_id) == "settled"


def test_unsent_lines_are_left_on_a_bill_of_their_own(till: Till) -> None:
    order = till.order("Bruschetta")
    with till.restaurant.inside():
        ordering.add_line(
            till.actor, till.restaurant.location, order.order_id, till.line("Espresso")
        )

    till.cash(order.bill_id, 650, unsent="leave_off")

    bills = till.owner.execute(
        "SELECT number, state, total_minor FROM bill WHERE order_id = %s ORDER BY number",
        [order.order_id],
    ).fetchall()
    assert bills == [(1, "settled", 650), (2, "open", 150)]
    assert _lines(till, order.order_id) == ["fired", "new"]


@pytest.mark.parametrize("unsent", ["refuse", "leave_off"])
def test_a_refused_payment_sends_and_leaves_off_nothing(till: Till, unsent: Unsent) -> None:
    order_id, bill_id = _unsent(till, "dine_in", "Bruschetta", "Espresso")
    taking = Taking(payment_id=new_id(), bill_id=bill_id, amount_minor=801, unsent=unsent)

    with till.restaurant.inside(), pytest.raises(Conflict):
        payments.start_card(till.actor, till.restaurant.location, taking)

    assert _lines(till, order_id) == ["new", "new"]
    assert till.row("bill", bill_id)["total_minor"] == 800


def _unsent(till: Till, service_type: str, *names: str) -> tuple[UUID, UUID]:
    """An order whose lines nobody has sent yet; its id and its bill's."""
    place = till.restaurant.location
    with till.restaurant.inside():
        order_id = ordering.open_order(till.actor, place, service_type=service_type)
        for name in names:
            ordering.add_line(till.actor, place, order_id, till.line(name))
    row = till.owner.execute("SELECT id FROM bill WHERE order_id = %s", [order_id]).fetchone()
    assert row
    return order_id, row[0]


def _lines(till: Till, order_id: UUID) -> Sequence[str]:
    rows = till.owner.execute(
        "SELECT state FROM order_line WHERE order_id = %s ORDER BY position", [order_id]
    )
    return [str(row[0]) for row in rows]
