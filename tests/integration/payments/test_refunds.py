"""Money given back: by the way it came, never more than was captured, on paper and in the books."""

from uuid import UUID

import pytest

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.ids import new_id
from app.payments import commands as payments
from tests.support.till import Row, Till


def test_cash_given_back_is_a_document_and_an_entry_of_its_own(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650, tendered=1000)

    refund_id = till.refund(payment_id, 650)

    refund = till.row("refund", refund_id)
    document = till.row("fiscal_document", refund["document_id"])
    assert refund["state"] == "done"
    assert (document["kind"], document["total_minor"]) == ("refund", -650)
    assert (document["net_minor"], document["tax_minor"]) == (-591, -59)
    assert till.balance(refund_id) == {"cash": -650, "revenue": 591, "tax": 59}
    assert till.state("bill", order.bill_id) == "settled"


def test_a_card_is_given_back_through_the_terminal(till: Till) -> None:
    order, payment_id = _paid_by_card(till)

    refund_id = till.refund(payment_id, 200)
    assert till.state("refund", refund_id) == "sending"
    till.drain()

    assert till.history(refund_id) == ["sending", "done"]
    assert till.charged(payment_id) == 450
    assert till.state("bill", order) == "settled"


def test_steps_give_every_cent_of_tax_back(till: Till) -> None:
    order = till.order("Bruschetta", "Espresso", "Water")
    payment_id = till.cash(order.bill_id, 1050)
    sale = till.owner.execute(
        "SELECT id FROM fiscal_document WHERE bill_id = %s", [order.bill_id]
    ).fetchone()
    assert sale

    back = [till.balance(till.refund(payment_id, amount)) for amount in (333, 333, 384)]

    sold = till.balance(sale[0])
    assert sum(step["revenue"] for step in back) == -sold["revenue"]
    assert sum(step["tax"] for step in back) == -sold["tax"]


def test_no_more_than_was_captured_is_given_back(till: Till) -> None:
    _, payment_id = _paid_by_card(till)
    till.refund(payment_id, 600)

    with pytest.raises(Invalid) as refused:
        till.refund(payment_id, 51)
    till.refund(payment_id, 50)
    till.drain()

    assert "amount" in refused.value.fields
    assert till.charged(payment_id) == 0


@pytest.mark.parametrize("amount", [0, -50])
def test_nothing_cannot_be_given_back(till: Till, amount: int) -> None:
    _, payment_id = _paid_by_card(till)

    with pytest.raises(Invalid):
        till.refund(payment_id, amount)


def test_what_was_not_captured_is_not_given_back(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "decline")
    till.drain()

    with pytest.raises(Conflict):
        till.refund(payment_id, 100)


def test_a_refund_needs_a_reason_and_the_permission(till: Till) -> None:
    _, payment_id = _paid_by_card(till)
    people, place = till.restaurant.people, till.restaurant.location

    with till.restaurant.inside():
        with pytest.raises(Invalid):
            payments.refund(people["alice"].actor, place, payment_id, new_id(), 100, "  ")
        with pytest.raises(Forbidden):
            payments.refund(people["bob"].actor, place, payment_id, new_id(), 100, "Cold")


def test_a_refund_is_audited(till: Till) -> None:
    _, payment_id = _paid_by_card(till)
    till.refund(payment_id, 100)
    till.drain()

    entry = till.owner.execute(
        "SELECT act, reason, actor_id FROM audit_entry WHERE subject_id = %s", [payment_id]
    ).fetchall()

    assert entry == [("payment.refund", "Cold soup", till.restaurant.people["alice"].member_id)]


def test_a_refund_that_the_terminal_refuses_gives_nothing_back(till: Till) -> None:
    _, payment_id = _paid_by_card(till)

    refund_id = till.refund(payment_id, 200, "decline")
    till.drain()

    assert till.history(refund_id) == ["sending", "failed"]
    assert till.balance(refund_id) == {}
    assert till.charged(payment_id) == 650
    again = till.refund(payment_id, 650)
    till.drain()
    assert till.state("refund", again) == "done"


@pytest.mark.parametrize("mode", ["drop_after_charge", "error_after_charge"])
def test_a_refund_without_an_answer_is_asked_about_and_made_once(till: Till, mode: str) -> None:
    _, payment_id = _paid_by_card(till)

    refund_id = till.refund(payment_id, 200, mode)
    till.drain()
    assert till.state("refund", refund_id) == "unknown"
    till.make_due()
    till.drain()

    assert till.history(refund_id) == ["sending", "unknown", "done"]
    assert till.charged(payment_id) == 450


def test_a_reversal_that_the_terminal_refuses_waits_for_a_person(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)
    till.terminal.kill()
    till.drain()
    till.cash(order.bill_id, 650)
    till.terminal_on()
    till.terminal.gateway().charge(str(payment_id), 650, "EUR")
    till.terminal.behave("decline", on="refund", count=1)

    till.ask_now(payment_id)
    reversal = _refund_of(till, payment_id)
    bill = till.row("bill", order.bill_id)

    assert reversal["state"] == "failed"
    assert (bill["state"], bill["paid_minor"]) == ("settled", 650)


def _paid_by_card(till: Till) -> tuple[UUID, UUID]:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)
    till.drain()
    assert till.state("payment", payment_id) == "captured"
    return order.bill_id, payment_id


def _refund_of(till: Till, payment_id: UUID) -> Row:
    found = till.owner.execute("SELECT id FROM refund WHERE payment_id = %s", [payment_id])
    row = found.fetchone()
    assert row
    return till.row("refund", row[0])
