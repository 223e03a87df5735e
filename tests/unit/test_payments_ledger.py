"""Double entry: every entry sums to zero, and the accounts tell the truth together."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.tax import (
    PricedLine,
    TaxableLine,
    TaxRate,
    TaxRules,
    tax_lines,
    totals,
)
from app.payments.domain.ledger import (
    TENDERS,
    Account,
    Posting,
    payment_entry,
    refund_entry,
    refunded_part,
    reversal_entry,
    sale_entry,
)

VAT = TaxRate(rate_id=UUID(int=1), name="VAT", rate=Decimal(10), inclusive=True)
SALES_TAX = TaxRate(rate_id=UUID(int=2), name="Tax", rate=Decimal("8.875"), inclusive=False)

bills = st.lists(
    st.builds(
        TaxableLine,
        gross_minor=st.integers(0, 10**6),
        rates=st.lists(st.sampled_from([VAT, SALES_TAX]), unique=True).map(tuple),
    ),
    max_size=8,
).map(lambda lines: tax_lines(lines, TaxRules()))
tenders = st.sampled_from(sorted(TENDERS))
amounts = st.integers(0, 10**6)
roundings = st.integers(-50, 50)


def balance(postings: Iterable[Posting]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for posting in postings:
        sums[posting.name] += posting.amount_minor
    return {name: amount for name, amount in sums.items() if amount}


def bill(*gross: int, rate: TaxRate = VAT) -> tuple[PricedLine, ...]:
    return tax_lines([TaxableLine(gross_minor=g, rates=(rate,)) for g in gross], TaxRules())


def test_a_sale_posts_receivable_against_revenue_charges_and_tax() -> None:
    entry = sale_entry(bill(1100, 2200), charges=bill(330))

    assert balance(entry) == {
        "receivable": 3630,
        "revenue": -3000,
        "charges": -300,
        f"tax:{VAT.rate_id}": -330,
    }


def test_exclusive_tax_is_owed_on_top() -> None:
    assert balance(sale_entry(bill(1000, rate=SALES_TAX))) == {
        "receivable": 1089,
        "revenue": -1000,
        f"tax:{SALES_TAX.rate_id}": -89,
    }


def test_a_payment_posts_the_tender_against_receivable_and_tips() -> None:
    assert balance(payment_entry(Account.CARD, 2000, tip_minor=300)) == {
        "card": 2300,
        "receivable": -2000,
        "tips_payable": -300,
    }


def test_cash_rounding_is_posted() -> None:
    assert balance(payment_entry(Account.CASH, 2343, rounding_minor=2)) == {
        "cash": 2345,
        "receivable": -2343,
        "rounding": -2,
    }


def test_a_refund_leaves_the_receivable_alone() -> None:
    entry = refund_entry(Account.CASH, bill(1100))

    assert balance(entry) == {"cash": -1100, "revenue": 1000, f"tax:{VAT.rate_id}": 100}
    assert Account.RECEIVABLE not in {posting.account for posting in entry}


def test_a_reversal_makes_the_bill_owe_again() -> None:
    assert balance(reversal_entry(Account.CARD, 500)) == {"card": -500, "receivable": 500}


def test_only_a_tender_pays() -> None:
    with pytest.raises(ValueError, match="not a way of paying"):
        payment_entry(Account.REVENUE, 100)


@given(bills, bills)
def test_a_sale_sums_to_zero(
    lines: tuple[PricedLine, ...], charges: tuple[PricedLine, ...]
) -> None:
    entry = sale_entry(lines, charges)

    assert sum(posting.amount_minor for posting in entry) == 0
    assert all(posting.amount_minor for posting in entry)


@given(tenders, amounts, amounts, roundings)
def test_a_payment_sums_to_zero_and_its_reversal_undoes_it(
    tender: Account, amount: int, tip: int, rounding: int
) -> None:
    paid = payment_entry(tender, amount, tip_minor=tip, rounding_minor=rounding)
    back = reversal_entry(tender, amount, tip_minor=tip, rounding_minor=rounding)

    assert sum(posting.amount_minor for posting in paid) == 0
    assert balance([*paid, *back]) == {}


@given(bills, tenders, amounts, roundings)
def test_sale_payment_and_full_refund_leave_nothing(
    lines: tuple[PricedLine, ...], tender: Account, tip: int, rounding: int
) -> None:
    owed = totals(lines).total_minor
    sold = sale_entry(lines)
    paid = payment_entry(tender, owed, tip_minor=tip, rounding_minor=rounding)

    back = refund_entry(tender, lines, tip_minor=tip, rounding_minor=rounding)

    assert sum(posting.amount_minor for posting in back) == 0
    assert "receivable" not in balance([*sold, *paid])
    assert balance([*sold, *paid, *back]) == {}


@given(bills.filter(lambda lines: totals(lines).total_minor > 0), st.data())
def test_a_refunded_part_is_exactly_the_amount(
    lines: tuple[PricedLine, ...], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, totals(lines).total_minor))

    part = refunded_part(lines, amount)

    assert totals(part).total_minor == amount
    assert sum(posting.amount_minor for posting in refund_entry(Account.CARD, part)) == 0


@given(bills.filter(lambda lines: totals(lines).total_minor > 0), st.data())
def test_refunds_in_steps_give_back_what_was_sold_to_the_cent(
    lines: tuple[PricedLine, ...], data: st.DataObject
) -> None:
    owed = totals(lines).total_minor
    stops = sorted(data.draw(st.lists(st.integers(0, owed), max_size=4)))
    steps = zip([0, *stops], [*stops, owed], strict=True)

    back = [
        posting
        for before, until in steps
        for posting in refund_entry(Account.CASH, refunded_part(lines, until - before, before))
    ]

    paid = payment_entry(Account.CASH, owed)
    assert balance([*sale_entry(lines), *paid, *back]) == {}


def test_more_than_was_sold_is_not_refunded() -> None:
    with pytest.raises(ValueError, match="negative"):
        refunded_part(bill(1000), 1001)
