"""Cash, and what a bill still owes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Invalid
from app.payments.domain.cash import cash_due, quick_cash, take_cash
from app.payments.domain.due import PaymentFact, bill_money, refundable
from app.payments.domain.states import PaymentState

amounts = st.integers(0, 10**7)
steps = st.sampled_from([1, 5, 10, 100])


def paid(state: str, amount: int, reversed_minor: int = 0) -> PaymentFact:
    return PaymentFact(state=state, amount_minor=amount, reversed_minor=reversed_minor)


def test_change_is_what_is_given_too_much() -> None:
    taken = take_cash(2340, 5000)

    assert (taken.rounding_minor, taken.change_minor) == (0, 2660)


def test_rounding_belongs_to_the_cash_payment() -> None:
    taken = take_cash(2343, 2345, step_minor=5)

    assert (taken.amount_minor, taken.rounding_minor, taken.change_minor) == (2343, 2, 0)


def test_too_little_cash_is_refused() -> None:
    with pytest.raises(Invalid, match="less than what is due"):
        take_cash(2343, 2340, step_minor=5)


@given(amounts, amounts, steps)
def test_the_drawer_holds_amount_and_rounding(amount: int, more: int, step: int) -> None:
    taken = take_cash(amount, cash_due(amount, step) + more, step)

    assert taken.tendered_minor - taken.change_minor == taken.amount_minor + taken.rounding_minor
    assert abs(taken.rounding_minor) * 2 <= step


@pytest.mark.parametrize(
    ("amount", "currency", "offered"),
    [
        (2340, "EUR", (2340, 2500, 3000, 4000, 5000)),
        (13720, "EUR", (13720, 14000, 15000, 20000)),
        (1235, "USD", (1235, 1300, 1500, 2000, 5000)),
        (2000, "EUR", (2000, 5000, 10000)),
        (1730, "JPY", (1730, 2000, 5000, 10000)),
        (1234, "SEK", (1234, 1500, 2000, 5000, 10000)),
        (0, "EUR", ()),
    ],
)
def test_it_offers_the_exact_sum_and_the_next_notes(
    amount: int, currency: str, offered: tuple[int, ...]
) -> None:
    assert quick_cash(amount, currency) == offered


def test_the_exact_sum_is_rounded_to_the_smallest_coin() -> None:
    assert quick_cash(1232, "CHF", 5)[0] == 1230


@given(st.integers(1, 10**7), st.sampled_from(["EUR", "USD", "JPY", "KWD"]), steps)
def test_every_offer_is_enough(amount: int, currency: str, step: int) -> None:
    offers = quick_cash(amount, currency, step)

    assert all(offer >= cash_due(amount, step) for offer in offers)
    assert list(offers) == sorted(set(offers))


def test_a_new_payment_takes_at_most_what_is_neither_paid_nor_under_way() -> None:
    money = bill_money(
        10000,
        [paid("captured", 3000, 500), paid("unknown", 2000), paid("declined", 9000)],
    )

    assert (money.paid_minor, money.under_way_minor, money.payable_minor) == (2500, 2000, 5500)
    money.require_payable(5500)
    with pytest.raises(Conflict, match="under way"):
        money.require_payable(5501)


def test_more_than_is_owed_is_refused() -> None:
    with pytest.raises(Conflict, match="still owes"):
        bill_money(1000, [paid("captured", 400)]).require_payable(601)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(Invalid, match="more than nothing"):
        bill_money(1000, []).require_payable(amount)


def test_a_bill_is_settled_when_paid_is_the_total() -> None:
    assert bill_money(1000, [paid("authorised", 400), paid("captured", 600)]).is_settled
    assert not bill_money(1000, [paid("captured", 600), paid("sending", 400)]).is_settled


@given(
    amounts,
    st.lists(st.builds(paid, st.sampled_from(PaymentState), st.integers(0, 10**6)), max_size=6),
)
def test_what_is_payable_never_overpays(total: int, payments: list[PaymentFact]) -> None:
    money = bill_money(total, payments)

    on_it = money.paid_minor + money.under_way_minor
    assert money.payable_minor >= 0
    assert money.payable_minor == 0 or money.payable_minor + on_it == total


def test_refunds_under_way_count_and_failed_ones_do_not() -> None:
    refunds = [("done", 300), ("unknown", 200), ("failed", 900), ("cancelled", 100)]

    assert refundable(1000, refunds) == 500
