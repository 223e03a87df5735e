"""Cards, with a real terminal that does all that terminals do. Nothing is charged twice."""

from threading import Barrier, Thread
from uuid import UUID

import pytest

from app.core.errors import Conflict, DomainError
from app.ordering import commands as ordering
from app.payments import commands as payments
from tests.support.till import Till
from tests.terminal_process import eventually


def test_a_card_is_sent_after_the_request_and_settles_the_bill(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650, tip=50)
    assert till.state("payment", payment_id) == "sending"
    assert till.row("bill", order.bill_id)["under_way_minor"] == 650
    till.drain()

    payment, bill = till.row("payment", payment_id), till.row("bill", order.bill_id)
    assert till.history(payment_id) == ["sending", "captured"]
    assert payment["captured_at"] is not None
    assert len(payment["card_last4"]) == 4
    assert (bill["state"], bill["paid_minor"], bill["under_way_minor"]) == ("settled", 650, 0)
    assert till.charged(payment_id) == 700
    assert till.balance(payment_id) == {"card": 700, "receivable": -650, "tips_payable": -50}


def test_a_declined_card_leaves_the_bill_as_it_was(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650, "decline")
    till.drain()

    payment, bill = till.row("payment", payment_id), till.row("bill", order.bill_id)
    assert (payment["state"], payment["decline_reason"]) == ("declined", "insufficient_funds")
    assert (bill["state"], bill["paid_minor"], bill["under_way_minor"]) == ("open", 0, 0)
    assert till.balance(payment_id) == {}


def test_after_a_declined_card_another_is_taken(till: Till) -> None:
    order = till.order("Bruschetta")
    till.card(order.bill_id, 650, "decline")
    till.drain()

    till.card(order.bill_id, 650)
    till.drain()

    assert till.state("bill", order.bill_id) == "settled"


@pytest.mark.parametrize("mode", ["slow", "twice"])
def test_an_odd_answer_is_an_answer(till: Till, mode: str) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650, mode, seconds=0.2)
    till.drain()

    assert till.history(payment_id) == ["sending", "captured"]
    assert till.charged(payment_id) == 650


@pytest.mark.parametrize("mode", ["drop_after_charge", "error_after_charge"])
def test_money_taken_without_an_answer_is_found_by_asking(till: Till, mode: str) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650, mode)
    till.drain()
    payment = till.row("payment", payment_id)
    assert payment["state"] == "unknown"
    waited = (payment["next_ask_at"] - payment["created_at"]).total_seconds()
    assert waited == pytest.approx(5, abs=1)
    till.make_due()
    till.drain()

    assert till.history(payment_id) == ["sending", "unknown", "captured"]
    assert till.charged(payment_id) == 650
    assert till.state("bill", order.bill_id) == "settled"


def test_an_unknown_payment_is_asked_about_by_itself(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "drop_after_charge")

    def is_captured() -> bool:
        till.drain()
        return till.state("payment", payment_id) == "captured"

    eventually(is_captured, seconds=40)


def test_a_charge_that_never_answers_is_fenced(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.card(order.bill_id, 650, "hang", seconds=10)
    till.drain()
    assert till.state("payment", payment_id) == "unknown"
    till.make_due()
    till.drain()

    assert till.history(payment_id) == ["sending", "unknown", "cancelled"]
    assert till.row("bill", order.bill_id)["under_way_minor"] == 0
    # The charge that hung arrives at last, and is refused.
    charge = till.terminal.gateway().charge(str(payment_id), 650, "EUR")
    assert charge.state == "cancelled"


def test_a_terminal_that_is_off_takes_nothing(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)

    till.terminal.kill()
    till.drain()
    till.terminal_on()

    payment = till.row("payment", payment_id)
    assert payment["state"] == "cancelled"
    assert payment["decline_reason"]
    assert till.charged(payment_id) == 0
    assert till.row("bill", order.bill_id)["under_way_minor"] == 0


def test_an_unknown_payment_outlives_a_terminal_that_is_off(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "drop_after_charge")
    till.drain()

    till.terminal.kill()
    till.make_due()
    till.drain()
    assert till.state("payment", payment_id) == "unknown"
    till.terminal_on()
    till.make_due()
    till.drain()

    assert till.state("payment", payment_id) == "captured"
    assert till.row("payment", payment_id)["asked"] == 2


def test_asking_by_hand_does_not_start_another_round_of_asking(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650, "drop_after_charge")
    till.drain()
    till.terminal.kill()

    till.ask_now(payment_id)
    till.ask_now(payment_id)
    waiting = till.owner.execute(
        "SELECT count(*) FROM outbox WHERE handler = 'payments.ask' AND sent_at IS NULL"
        " AND payload ->> 'payment_id' = %s",
        [str(payment_id)],
    ).fetchone()
    till.terminal_on()
    till.ask_now(payment_id)

    assert waiting == (1,)
    assert till.state("payment", payment_id) == "captured"


def test_a_payment_under_way_keeps_its_part_of_the_bill(till: Till) -> None:
    order = till.order("Bruschetta")
    till.card(order.bill_id, 400)

    with pytest.raises(Conflict) as refused:
        till.cash(order.bill_id, 650)
    till.cash(order.bill_id, 250)
    till.drain()

    assert refused.value.code == "payment_under_way"
    assert till.state("bill", order.bill_id) == "settled"


def test_cards_race_for_the_last_euro(till: Till) -> None:
    order = till.order("Bruschetta")
    start, won = Barrier(2), list[bool]()

    def pay() -> None:
        start.wait()
        try:
            till.card(order.bill_id, 650)
            won.append(True)
        except DomainError:
            won.append(False)

    both = [Thread(target=pay) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    till.drain()

    assert sorted(won) == [False, True]
    assert till.row("bill", order.bill_id)["paid_minor"] == 650


def test_a_job_that_comes_twice_charges_once(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = till.card(order.bill_id, 650)
    with till.restaurant.inside():
        payments.charge(till.restaurant.location.id, payment_id)
        payments.charge(till.restaurant.location.id, payment_id)
    till.drain()

    assert till.history(payment_id) == ["sending", "captured"]
    assert till.charged(payment_id) == 650


def test_money_that_comes_late_is_kept_where_it_is_still_due(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = _given_up(till, order.bill_id)

    till.terminal.gateway().charge(str(payment_id), 650, "EUR")
    till.ask_now(payment_id)

    assert till.history(payment_id) == ["sending", "cancelled", "captured"]
    assert till.state("bill", order.bill_id) == "settled"


def test_money_that_comes_too_late_is_given_back_with_its_tip(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = _given_up(till, order.bill_id, tip=50)
    till.cash(order.bill_id, 650)

    till.terminal.gateway().charge(str(payment_id), 700, "EUR")
    till.ask_now(payment_id)

    refund = till.owner.execute(
        "SELECT kind, state, amount_minor FROM refund WHERE payment_id = %s", [payment_id]
    ).fetchone()
    assert refund == ("reversal", "done", 650)
    assert till.charged(payment_id) == 0
    assert till.row("bill", order.bill_id)["paid_minor"] == 650


def test_late_money_does_not_bring_a_cancelled_order_back(till: Till) -> None:
    order = till.order("Bruschetta")
    payment_id = _given_up(till, order.bill_id)
    with till.restaurant.inside():
        alice = till.restaurant.people["alice"].actor
        ordering.cancel_order(alice, till.restaurant.location, order.order_id, "Guests left")

    till.terminal.gateway().charge(str(payment_id), 650, "EUR")
    till.ask_now(payment_id)

    assert till.state("bill", order.bill_id) == "void"
    assert till.charged(payment_id) == 0


def _given_up(till: Till, bill_id: UUID, tip: int = 0) -> UUID:
    """A payment that the terminal, switched off, was never told of."""
    payment_id = till.card(bill_id, 650, tip=tip)
    till.terminal.kill()
    till.drain()
    till.terminal_on()
    assert till.state("payment", payment_id) == "cancelled"
    return payment_id
