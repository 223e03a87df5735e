"""Taxes of lines: several rates on one line, inside the price or on top of it.

A line's net is its gross less the taxes inside it, and the base of each of its taxes:
gross = net × (1 + Σ inclusive rates), exclusive tax = net × rate.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from app.core.money import RoundingMode, round_minor, round_to_total


class TaxLevel(StrEnum):
    """Where tax is rounded: each line, or once a rate over the whole bill."""

    LINE = "line"
    BILL = "bill"


@dataclass(frozen=True, kw_only=True)
class TaxRules:
    """A jurisdiction's way of rounding."""

    level: TaxLevel = TaxLevel.LINE
    rounding: RoundingMode = RoundingMode.HALF_UP


def tax_rules(rounding_level: str, rounding_mode: str) -> TaxRules:
    """The rules as a location names them."""
    return TaxRules(level=TaxLevel(rounding_level), rounding=RoundingMode(rounding_mode))


@dataclass(frozen=True, kw_only=True)
class TaxRate:
    """One rate as it stood when the line was added. `rate` is in per cent: 8.875 is 8.875 %."""

    rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool

    @property
    def factor(self) -> Fraction:
        """The rate as a factor: 8.875 % is 0.08875."""
        return Fraction(self.rate) / 100


@dataclass(frozen=True, kw_only=True)
class TaxAmount:
    """What one rate makes on one line, or on several put together."""

    rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    base_minor: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class TaxableLine:
    """A line's price (after discounts) and the rates on it."""

    gross_minor: int
    rates: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line with its taxes. Gross holds the inclusive ones; net is without any."""

    net_minor: int
    gross_minor: int
    taxes: tuple[TaxAmount, ...] = ()

    @property
    def tax_inclusive_minor(self) -> int:
        """The taxes inside the gross amount."""
        return self.gross_minor - self.net_minor

    @property
    def tax_exclusive_minor(self) -> int:
        """The taxes on top of the gross amount."""
        return sum(tax.amount_minor for tax in self.taxes if not tax.inclusive)

    @property
    def total_minor(self) -> int:
        """What the guest owes for the line."""
        return self.gross_minor + self.tax_exclusive_minor


@dataclass(frozen=True, kw_only=True)
class Totals:
    """A bill's sums: total = subtotal + exclusive tax; the inclusive tax is in the subtotal."""

    subtotal_minor: int
    tax_inclusive_minor: int
    tax_exclusive_minor: int
    total_minor: int

    @property
    def net_minor(self) -> int:
        """What the restaurant keeps: the subtotal without the tax inside it."""
        return self.subtotal_minor - self.tax_inclusive_minor


def tax_lines(lines: Sequence[TaxableLine], rules: TaxRules) -> tuple[PricedLine, ...]:
    """Work out every tax of every line of one bill, in the order given."""
    without = [line.gross_minor / (1 + _inside(line)) for line in lines]
    inside = _amounts(lines, without, rules, inclusive=True)
    net = [line.gross_minor - sum(inside[i].values()) for i, line in enumerate(lines)]
    added = _amounts(lines, [Fraction(n) for n in net], rules, inclusive=False)
    return tuple(_priced(line, net[i], {**inside[i], **added[i]}) for i, line in enumerate(lines))


def totals(lines: Iterable[PricedLine]) -> Totals:
    """Sum up priced lines: Σ gross + Σ exclusive tax = total."""
    lines = tuple(lines)
    subtotal = sum(line.gross_minor for line in lines)
    added = sum(line.tax_exclusive_minor for line in lines)
    return Totals(
        subtotal_minor=subtotal,
        tax_inclusive_minor=sum(line.tax_inclusive_minor for line in lines),
        tax_exclusive_minor=added,
        total_minor=subtotal + added,
    )


def taxes_by_rate(lines: Iterable[PricedLine]) -> tuple[TaxAmount, ...]:
    """Sum up the taxes of priced lines a rate, in the order in which the rates appear."""
    sums: dict[tuple[UUID, Decimal, bool], TaxAmount] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        key = (tax.rate_id, tax.rate, tax.inclusive)
        so_far = sums.get(key, replace(tax, base_minor=0, amount_minor=0))
        sums[key] = replace(
            so_far,
            base_minor=so_far.base_minor + tax.base_minor,
            amount_minor=so_far.amount_minor + tax.amount_minor,
        )
    return tuple(sums.values())


def _inside(line: TaxableLine) -> Fraction:
    return sum((rate.factor for rate in line.rates if rate.inclusive), Fraction())


def _amounts(
    lines: Sequence[TaxableLine], bases: Sequence[Fraction], rules: TaxRules, *, inclusive: bool
) -> list[dict[TaxRate, int]]:
    exact: dict[TaxRate, dict[int, Fraction]] = defaultdict(dict)
    for i, line in enumerate(lines):
        for rate in line.rates:
            if rate.inclusive == inclusive:
                exact[rate][i] = bases[i] * rate.factor
    found: list[dict[TaxRate, int]] = [{} for _ in lines]
    for rate, shares in exact.items():
        for i, amount in zip(shares, _rounded(list(shares.values()), rules), strict=True):
            found[i][rate] = amount
    return found


def _rounded(shares: list[Fraction], rules: TaxRules) -> list[int]:
    if rules.level is TaxLevel.LINE:
        return [round_minor(share, rules.rounding) for share in shares]
    return round_to_total(shares, round_minor(sum(shares, Fraction()), rules.rounding))


def _priced(line: TaxableLine, net_minor: int, amounts: dict[TaxRate, int]) -> PricedLine:
    taxes = tuple(
        TaxAmount(
            rate_id=rate.rate_id,
            name=rate.name,
            rate=rate.rate,
            inclusive=rate.inclusive,
            base_minor=net_minor,
            amount_minor=amounts[rate],
        )
        for rate in line.rates
    )
    return PricedLine(net_minor=net_minor, gross_minor=line.gross_minor, taxes=taxes)
