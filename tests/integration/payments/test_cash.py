"""Cash: change, rounding, tips, parts, and what a bill refuses."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.core.ids import new_id
from app.ordering import commands as ordering
from app.payments import commands as payments
from app.payments.commands import Taking
from tests.support.restaurants import Restaurant
from tests.support.till import Till


def test_cash_settles_the_bill_and_gives_change(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.cash(order.bill_id, 650, tendered=1000)

    payment, bill = till.row("payment", payment_id), till.row("bill", order.bill_id)
    assert (payment["state"], payment["change_minor"]) == ("captured", 350)
    assert (bill["state"], bill["paid_minor"]) == ("settled", 650)
    assert till.history(payment_id) == ["captured"]
    assert till.balance(payment_id) == {"cash": 650, "receivable": -650}


def test_a_sale_posts_revenue_and_tax_against_what_is_owed(till: Till) -> None:
    order = till.order("Bruschetta", "Espresso")

    till.cash(order.bill_id, 800)

    sale = till.owner.execute(
        "SELECT id, number, net_minor, tax_minor FROM fiscal_document WHERE bill_id = %s",
        [order.bill_id],
    ).fetchone()
    assert sale
    # 6.50 holds 10 % and 1.50 holds 22 %.
    assert (sale[2], sale[3]) == (591 + 123, 59 + 27)
    assert till.balance(sale[0]) == {"receivable": 800, "revenue": -714, "tax": -86}


def test_too_little_cash_is_refused_and_changes_nothing(till: Till) -> None:
    order = till.order("Bruschetta")

    with pytest.raises(Invalid) as refused:
        till.cash(order.bill_id, 650, tendered=600)

    assert "tendered" in refused.value.fields
    assert till.state("bill", order.bill_id) == "open"


def test_a_tip_in_cash_is_owed_to_the_staff(till: Till) -> None:
    order = till.order("Bruschetta")

    payment_id = till.cash(order.bill_id, 650, tendered=1000, tip_minor=50)

    assert till.row("payment", payment_id)["change_minor"] == 300
    assert till.balance(payment_id) == {"cash": 700, "receivable": -650, "tips_payable": -50}


def test_cash_is_rounded_to_the_smallest_coin(till: Till) -> None:
    order = till.order("Bruschetta")
    rounding = replace(till.restaurant.location, cash_step_minor=20)
    taking = Taking(payment_id=new_id(), bill_id=order.bill_id, amount_minor=650)

    with till.restaurant.inside():
        payments.pay_cash(till.actor, rounding, taking, 1000)

    payment = till.row("payment", taking.payment_id)
    assert (payment["amount_minor"], payment["rounding_minor"]) == (650, 10)
    assert payment["change_minor"] == 340
    assert till.balance(taking.payment_id) == {"cash": 660, "receivable": -650, "rounding": -10}
    assert till.state("bill", order.bill_id) == "settled"


def test_parts_settle_the_bill_with_the_last_one(till: Till) -> None:
    order = till.order("Bruschetta")

    till.cash(order.bill_id, 250)
    assert till.state("bill", order.bill_id) == "open"
    till.cash(order.bill_id, 400)

    assert till.state("bill", order.bill_id) == "settled"


@pytest.mark.parametrize("amount", [651, 100_000])
def test_more_than_is_due_is_refused(till: Till, amount: int) -> None:
    order = till.order("Bruschetta")

    with pytest.raises(Conflict) as refused:
        till.cash(order.bill_id, amount)

    assert refused.value.code == "overpaid"


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_not_an_amount(till: Till, amount: int) -> None:
    order = till.order("Bruschetta")

    with pytest.raises(Invalid) as refused:
        till.cash(order.bill_id, amount, tendered=1000)

    assert "amount" in refused.value.fields


def test_who_may_not_take_money_does_not(till: Till) -> None:
    order = till.order("Bruschetta")
    taking = Taking(payment_id=new_id(), bill_id=order.bill_id, amount_minor=650)
    carol = till.restaurant.people["carol"].actor

    with till.restaurant.inside():
        with pytest.raises(Forbidden):
            payments.pay_cash(carol, till.restaurant.location, taking, 650)
        with pytest.raises(Forbidden):
            payments.start_card(carol, till.restaurant.location, taking)

    assert till.state("bill", order.bill_id) == "open"


def test_a_settled_bill_is_frozen(till: Till) -> None:
    order = till.order("Bruschetta")
    till.cash(order.bill_id, 650)
    line = till.owner.execute(
        "SELECT id, version FROM order_line WHERE order_id = %s", [order.order_id]
    ).fetchone()
    assert line
    alice, place = till.restaurant.people["alice"].actor, till.restaurant.location

    with pytest.raises(Conflict, match="settled"):
        till.cash(order.bill_id, 1)
    with till.restaurant.inside(), pytest.raises(Conflict) as refused:
        ordering.void_line(alice, place, line[0], line[1], reason="Cold", made=True)

    assert refused.value.code == "bill_settled"
    assert till.row("bill", order.bill_id)["total_minor"] == 650


def test_what_is_ordered_after_paying_goes_to_a_new_bill(till: Till) -> None:
    order = till.order("Bruschetta")
    till.cash(order.bill_id, 650)

    with till.restaurant.inside():
        ordering.add_line(
            till.actor, till.restaurant.location, order.order_id, till.line("Espresso")
        )

    bills = till.owner.execute(
        "SELECT number, state, total_minor FROM bill WHERE order_id = %s ORDER BY number",
        [order.order_id],
    ).fetchall()
    assert bills == [(1, "settled", 650), (2, "open", 150)]


def test_one_of_two_payments_gets_the_last_euro(till: Till) -> None:
    order = till.order("Bruschetta")
    start, outcomes = Barrier(4), list[str]()

    def pay() -> None:
        start.wait()
        try:
            till.cash(order.bill_id, 650)
            outcomes.append("paid")
        except DomainError as error:
            outcomes.append(error.__class__.__name__)

    tills = [Thread(target=pay) for _ in range(4)]
    for one in tills:
        one.start()
    for one in tills:
        one.join()

    assert sorted(outcomes) == ["Conflict", "Conflict", "Conflict", "paid"]
    assert till.row("bill", order.bill_id)["paid_minor"] == 650


def test_tax_on_top_is_paid_too(till: Till, diner: Restaurant) -> None:
    charlie = replace(till, restaurant=diner)
    wanted = ordering.PlaceOrder(
        order_id=new_id(), service_type="takeaway", lines=(charlie.line("Margherita"),)
    )
    actor = diner.people["charlie"].actor
    with diner.inside():
        order = ordering.place(actor, diner.location, wanted)
        taking = Taking(payment_id=new_id(), bill_id=order.bill_id, amount_minor=order.total_minor)
        payments.pay_cash(actor, diner.location, taking, 1000)

    # 9.00 and 8.875 % of it, half a cent up.
    assert order.total_minor == 980
    assert charlie.state("bill", order.bill_id) == "settled"
    charlie.check()
