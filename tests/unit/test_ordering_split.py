"""Splitting bills and lines: nothing is lost, nobody pays another's cents."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.split import (
    seat_weights,
    split_bill,
    split_evenly,
    split_line,
    split_lines,
)
from app.ordering.domain.tax import (
    PricedLine,
    TaxableLine,
    TaxRate,
    TaxRules,
    tax_lines,
    taxes_by_rate,
    totals,
)

VAT = TaxRate(rate_id=UUID(int=1), name="VAT", rate=Decimal(10), inclusive=True)
SALES_TAX = TaxRate(rate_id=UUID(int=2), name="Tax", rate=Decimal("8.875"), inclusive=False)


def priced(*gross: int, rates: tuple[TaxRate, ...] = ()) -> tuple[PricedLine, ...]:
    return tax_lines([TaxableLine(gross_minor=amount, rates=rates) for amount in gross], TaxRules())


bills = st.builds(
    lambda gross, rates: priced(*gross, rates=tuple(rates)),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=10),
    st.lists(st.sampled_from([VAT, SALES_TAX]), unique=True),
)
payers = st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any)


def test_fifty_by_three() -> None:
    assert split_evenly(5000, 3) == [1667, 1667, 1666]


def test_a_bill_of_fifty_by_three_is_paid_to_the_cent() -> None:
    bill = priced(1990, 1510, 1500, rates=(VAT,))

    owed = [totals(part).total_minor for part in split_bill(bill, [1, 1, 1])]

    assert sorted(owed) == [1666, 1667, 1667]


def test_odd_cents_of_many_lines_do_not_all_fall_to_the_first() -> None:
    owed = [totals(part).total_minor for part in split_bill(priced(10, 10, 10), [1, 1, 1])]

    assert owed == [10, 10, 10]


def test_one_of_three_takes_its_share_of_gross_and_tax() -> None:
    [line] = priced(1000, rates=(VAT, SALES_TAX))

    one, two = split_line(line, [1, 2])

    assert (one.gross_minor, two.gross_minor) == (333, 667)
    assert [tax.amount_minor for tax in one.taxes] == [30, 27]
    assert [tax.amount_minor for tax in two.taxes] == [61, 54]
    assert one.net_minor == one.gross_minor - 30


@given(bills, payers)
def test_the_parts_of_a_bill_make_up_the_whole(
    bill: tuple[PricedLine, ...], shares: list[int]
) -> None:
    parts = split_bill(bill, shares)

    for i, line in enumerate(bill):
        mine = [part[i] for part in parts]
        assert sum(piece.gross_minor for piece in mine) == line.gross_minor
        assert sum(piece.net_minor for piece in mine) == line.net_minor
        assert [t.amount_minor for t in taxes_by_rate(mine)] == [t.amount_minor for t in line.taxes]


@given(bills, payers)
def test_each_payer_owes_a_share_within_a_cent(
    bill: tuple[PricedLine, ...], shares: list[int]
) -> None:
    whole = totals(bill).total_minor

    for share, part in zip(shares, split_bill(bill, shares), strict=True):
        exact = Fraction(whole * share, sum(shares))
        assert abs(totals(part).total_minor - exact) < 1


@given(bills, payers)
def test_who_has_no_share_owes_nothing(bill: tuple[PricedLine, ...], shares: list[int]) -> None:
    *_, last = split_bill(bill, [*shares, 0])

    assert totals(last).total_minor == 0


@given(bills, st.lists(st.decimals("0.001", "99", places=3), min_size=1, max_size=4))
def test_splitting_by_quantity_keeps_the_line_whole(
    bill: tuple[PricedLine, ...], quantities: list[Decimal]
) -> None:
    parts = split_line(bill[0], quantities)

    assert totals(parts) == totals(bill[:1])


def test_seats_pay_for_their_lines_and_share_the_table_s() -> None:
    lines = priced(1200, 900, 301)
    seats = [1, 2]
    rows = [
        seat_weights({1: 1}, seats),
        seat_weights({1: Decimal("0.5"), 2: Decimal("0.5")}, seats),
        seat_weights({}, seats),
    ]

    first, second = zip(*split_lines(lines, rows), strict=True)

    assert [part.gross_minor for part in first] == [1200, 450, 151]
    assert [part.gross_minor for part in second] == [0, 450, 150]


@pytest.mark.parametrize("weights", [[], [2, -1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_line(priced(100)[0], weights)
