"""Taxes: golden vectors, and what holds for any lines and rates."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import RoundingMode
from app.ordering.domain.pricing import line_gross
from app.ordering.domain.tax import (
    TaxableLine,
    TaxLevel,
    TaxRate,
    TaxRules,
    tax_lines,
    taxes_by_rate,
    totals,
)

UP, EVEN = RoundingMode.HALF_UP, RoundingMode.HALF_EVEN


def rate(number: int, percent: str, *, inclusive: bool) -> TaxRate:
    return TaxRate(
        rate_id=UUID(int=number), name=f"Tax {percent}", rate=Decimal(percent), inclusive=inclusive
    )


SALES_TAX = rate(1, "8.875", inclusive=False)
VAT_10 = rate(2, "10", inclusive=True)
VAT_22 = rate(3, "22", inclusive=True)
FIVE = rate(4, "5", inclusive=False)

rules_of_any_kind = st.builds(
    TaxRules, level=st.sampled_from(TaxLevel), rounding=st.sampled_from(RoundingMode)
)
lines_of_any_kind = st.lists(
    st.builds(
        TaxableLine,
        gross_minor=st.integers(0, 10**7),
        rates=st.lists(
            st.sampled_from([SALES_TAX, VAT_10, VAT_22, FIVE]), unique=True, max_size=4
        ).map(tuple),
    ),
    max_size=12,
)


def tax_of(gross: int, *rates: TaxRate, rounding: RoundingMode = UP) -> list[int]:
    [line] = tax_lines([TaxableLine(gross_minor=gross, rates=rates)], TaxRules(rounding=rounding))
    return [tax.amount_minor for tax in line.taxes]


@pytest.mark.parametrize(
    ("gross", "tax"), [(1000, 89), (1299, 115), (999, 89), (3450016, 306189), (1, 0), (6, 1)]
)
def test_8_875_per_cent_on_top_of_the_price(gross: int, tax: int) -> None:
    assert tax_of(gross, SALES_TAX) == [tax]


@pytest.mark.parametrize(("gross", "tax"), [(1100, 100), (1000, 91), (999, 91), (350, 32)])
def test_10_per_cent_inside_the_price(gross: int, tax: int) -> None:
    assert tax_of(gross, VAT_10) == [tax]


def test_two_inclusive_rates_on_one_line_share_one_net_amount() -> None:
    [line] = tax_lines([TaxableLine(gross_minor=1320, rates=(VAT_10, VAT_22))], TaxRules())

    assert line.net_minor == 1000
    assert [(tax.base_minor, tax.amount_minor) for tax in line.taxes] == [(1000, 100), (1000, 220)]
    assert line.total_minor == 1320


def test_two_inclusive_rates_that_do_not_come_out_even() -> None:
    # 9.99 / 1.32 = 7.5682; 10 % of it 0.7568, 22 % of it 1.6650
    [line] = tax_lines([TaxableLine(gross_minor=999, rates=(VAT_10, VAT_22))], TaxRules())

    assert [tax.amount_minor for tax in line.taxes] == [76, 167]
    assert line.net_minor == 756


def test_an_exclusive_rate_applies_to_the_net_of_a_price_with_tax_inside() -> None:
    [line] = tax_lines([TaxableLine(gross_minor=1100, rates=(VAT_10, FIVE))], TaxRules())

    assert [tax.amount_minor for tax in line.taxes] == [100, 50]
    assert line.total_minor == 1150


@pytest.mark.parametrize(("gross", "up", "even"), [(10, 1, 0), (30, 2, 2), (50, 3, 2), (70, 4, 4)])
def test_half_a_cent_follows_the_jurisdiction(gross: int, up: int, even: int) -> None:
    assert tax_of(gross, FIVE, rounding=UP) == [up]
    assert tax_of(gross, FIVE, rounding=EVEN) == [even]


def test_the_bill_level_rounds_once_a_rate() -> None:
    lines = [TaxableLine(gross_minor=999, rates=(SALES_TAX,))] * 3

    by_line = tax_lines(lines, TaxRules(level=TaxLevel.LINE))
    by_bill = tax_lines(lines, TaxRules(level=TaxLevel.BILL))

    assert totals(by_line).tax_exclusive_minor == 267
    assert totals(by_bill).tax_exclusive_minor == 266
    assert [line.tax_exclusive_minor for line in by_bill] == [89, 89, 88]


def test_eat_in_and_takeaway_mix_on_one_bill() -> None:
    lines = [
        TaxableLine(gross_minor=1100, rates=(VAT_10,)),
        TaxableLine(gross_minor=1220, rates=(VAT_22,)),
        TaxableLine(gross_minor=500),
    ]

    priced = tax_lines(lines, TaxRules())

    sums = totals(priced)
    assert (sums.subtotal_minor, sums.tax_inclusive_minor, sums.total_minor) == (2820, 320, 2820)
    assert sums.net_minor == 2500
    assert [(tax.rate, tax.amount_minor) for tax in taxes_by_rate(priced)] == [
        (Decimal(10), 100),
        (Decimal(22), 220),
    ]


def test_one_rate_at_two_percentages_stays_two_sums() -> None:
    old, new = rate(9, "7", inclusive=False), rate(9, "19", inclusive=False)
    lines = [TaxableLine(gross_minor=100, rates=(old,)), TaxableLine(gross_minor=100, rates=(new,))]

    sums = taxes_by_rate(tax_lines(lines, TaxRules(level=TaxLevel.BILL)))

    assert [tax.amount_minor for tax in sums] == [7, 19]


def test_no_lines_cost_nothing() -> None:
    assert totals(tax_lines([], TaxRules(level=TaxLevel.BILL))).total_minor == 0


@given(lines_of_any_kind, rules_of_any_kind)
def test_lines_and_exclusive_tax_make_up_the_total(
    lines: list[TaxableLine], rules: TaxRules
) -> None:
    priced = tax_lines(lines, rules)

    sums = totals(priced)
    assert sums.total_minor == sum(line.gross_minor for line in lines) + sums.tax_exclusive_minor
    assert sums.total_minor == sum(line.total_minor for line in priced)
    everything = sum(tax.amount_minor for line in priced for tax in line.taxes)
    assert sums.net_minor + everything == sums.total_minor


@given(lines_of_any_kind, rules_of_any_kind)
def test_the_taxes_of_the_lines_are_the_tax_of_the_bill(
    lines: list[TaxableLine], rules: TaxRules
) -> None:
    priced = tax_lines(lines, rules)

    by_rate = taxes_by_rate(priced)

    sums = totals(priced)
    of_lines = sum(tax.amount_minor for line in priced for tax in line.taxes)
    assert sum(tax.amount_minor for tax in by_rate) == of_lines
    assert of_lines == sums.tax_inclusive_minor + sums.tax_exclusive_minor


@given(lines_of_any_kind, rules_of_any_kind)
def test_each_line_keeps_its_gross_and_its_rates(lines: list[TaxableLine], rules: TaxRules) -> None:
    for line, priced in zip(lines, tax_lines(lines, rules), strict=True):
        assert priced.gross_minor == line.gross_minor
        assert [tax.rate_id for tax in priced.taxes] == [rate.rate_id for rate in line.rates]
        inside = sum(tax.amount_minor for tax in priced.taxes if tax.inclusive)
        assert priced.net_minor + inside == priced.gross_minor


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.sampled_from(RoundingMode))
def test_the_bill_level_is_within_half_a_cent_of_the_exact_tax(
    gross: list[int], mode: RoundingMode
) -> None:
    lines = [TaxableLine(gross_minor=amount, rates=(SALES_TAX,)) for amount in gross]

    priced = tax_lines(lines, TaxRules(level=TaxLevel.BILL, rounding=mode))

    exact = sum(gross) * Decimal("0.08875")
    assert abs(totals(priced).tax_exclusive_minor - exact) <= Decimal("0.5")


def test_a_line_is_rounded_once_for_its_whole_quantity() -> None:
    assert line_gross(Decimal("0.333"), 2990, [50]) == 1012
    assert line_gross(Decimal(3), 1000, [150, -50]) == 3300
    assert line_gross(Decimal("0.5"), 5) == 3
    assert line_gross(Decimal("0.5"), 5, mode=EVEN) == 2
