"""What needs somebody: cards in doubt, and money that could not be given back."""

from datetime import timedelta

from app.core import clock
from app.payments.queries import unresolved
from app.payments.views import Unresolved
from tests.support.till import Till


def test_a_card_in_doubt_needs_somebody_until_it_is_known(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "drop_after_charge", tip=50)
    till.drain()

    found = [one for one in _unresolved(till) if one.payment_id == payment_id]
    till.ask_now(payment_id)

    assert [(one.kind, one.amount_minor, one.order_id) for one in found] == [
        ("unknown", 700, order.order_id)
    ]
    assert found[0].needs_person is False
    assert payment_id not in {one.payment_id for one in _unresolved(till)}


def test_an_hour_of_doubt_is_a_task_for_a_person(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "drop_after_charge")
    till.drain()

    with clock.use(clock.now() + timedelta(hours=1)):
        found = [one for one in _unresolved(till) if one.payment_id == payment_id]
    till.ask_now(payment_id)

    assert [one.needs_person for one in found] == [True]


def test_a_charge_that_nobody_carries_out_is_a_task_for_a_person(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)

    at_once = {one.payment_id for one in _unresolved(till)}
    with clock.use(clock.now() + timedelta(minutes=3)):
        found = [one for one in _unresolved(till) if one.payment_id == payment_id]
    till.drain()

    assert payment_id not in at_once
    assert [(one.kind, one.needs_person) for one in found] == [("sending", True)]


def test_a_refused_refund_needs_somebody_until_another_is_done(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)
    till.drain()
    till.refund(payment_id, 200, "decline")
    till.drain()

    found = [one for one in _unresolved(till) if one.payment_id == payment_id]
    till.refund(payment_id, 200)
    till.drain()

    assert [(one.kind, one.amount_minor) for one in found] == [("refund_failed", 200)]
    assert found[0].needs_person
    assert payment_id not in {one.payment_id for one in _unresolved(till)}


def _unresolved(till: Till) -> tuple[Unresolved, ...]:
    with till.restaurant.inside():
        return unresolved(till.restaurant.location)
