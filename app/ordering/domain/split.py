"""Dividing priced lines: among payers, among seats, by quantity.

Stored amounts are divided, never worked out again, so that the parts make up the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from app.core.money import largest_remainder, round_to_total
from app.ordering.domain.tax import PricedLine

Weight = int | Decimal
Row = tuple[Fraction, ...]


def split_evenly(total_minor: int, payers: int) -> list[int]:
    """Divide an amount among `payers`: 50.00 by three is 16.67, 16.67, 16.66."""
    return largest_remainder(total_minor, [1] * payers)


def split_line(line: PricedLine, weights: Sequence[Weight]) -> tuple[PricedLine, ...]:
    """Divide one line, for example by quantity: voiding one of three is `[1, 2]`."""
    return split_lines([line], [weights])[0]


def split_bill(
    lines: Sequence[PricedLine], shares: Sequence[Weight]
) -> tuple[tuple[PricedLine, ...], ...]:
    """Divide a bill among payers in proportion to `shares`; one tuple of lines a payer.

    What each payer owes in all is the exact share rounded down or up.
    """
    return tuple(zip(*split_lines(lines, [shares] * len(lines)), strict=True))


def split_lines(
    lines: Sequence[PricedLine], weights: Sequence[Sequence[Weight]]
) -> tuple[tuple[PricedLine, ...], ...]:
    """Divide each line by its own row of weights, one weight a payer; one tuple a line.

    Lines with the same weights pass the rounding on from one to the next, so that the odd
    cents do not all fall to the first payer. A weight of zero gets a part of zero; zeros
    throughout count as equal weights.
    """
    payable: dict[Row, _Dealer] = {}
    inside: dict[Row, _Dealer] = {}
    parts = []
    for line, row in zip(lines, weights, strict=True):
        key = _proportions(row)
        payable.setdefault(key, _Dealer(key))
        inside.setdefault(key, _Dealer(key))
        parts.append(_deal_line(line, payable[key], inside[key]))
    return tuple(parts)


def seat_weights(shares: Mapping[int, Weight], seats: Sequence[int]) -> list[Weight]:
    """Return a line's weights over the seats given.

    Without shares they are all zero, which counts as equal: the table shares the line.
    """
    return [shares.get(seat, 0) for seat in seats]


class _Dealer:
    """Deals amounts out in fixed proportions and remembers what rounding left over."""

    def __init__(self, proportions: Row) -> None:
        self._proportions = proportions
        self._carried = [Fraction()] * len(proportions)

    def deal(self, amount: int) -> list[int]:
        wanted = [
            amount * part + carried
            for part, carried in zip(self._proportions, self._carried, strict=True)
        ]
        dealt = round_to_total(wanted, amount)
        self._carried = [want - got for want, got in zip(wanted, dealt, strict=True)]
        return dealt


def _proportions(row: Sequence[Weight]) -> Row:
    weights = [Fraction(weight) for weight in row]
    if not weights or min(weights) < 0:
        raise ValueError("Dividing a line needs weights, none of them negative.")
    if not any(weights):
        weights = [Fraction(1)] * len(weights)
    return tuple(weight / sum(weights) for weight in weights)


def _deal_line(line: PricedLine, payable: _Dealer, inside: _Dealer) -> tuple[PricedLine, ...]:
    gross = payable.deal(line.gross_minor)
    taxes = [(inside if tax.inclusive else payable).deal(tax.amount_minor) for tax in line.taxes]
    return tuple(
        _part(line, gross[payer], [amounts[payer] for amounts in taxes])
        for payer in range(len(gross))
    )


def _part(line: PricedLine, gross_minor: int, amounts: Sequence[int]) -> PricedLine:
    pairs = list(zip(line.taxes, amounts, strict=True))
    net_minor = gross_minor - sum(amount for tax, amount in pairs if tax.inclusive)
    taxes = tuple(replace(tax, base_minor=net_minor, amount_minor=amount) for tax, amount in pairs)
    return PricedLine(net_minor=net_minor, gross_minor=gross_minor, taxes=taxes)
