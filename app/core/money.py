"""Money: integer minor units and an ISO 4217 code.

Sums are exact. Rounding happens in `round_minor` alone; whatever is divided is divided by
`largest_remainder` or `round_to_total`, so that the parts make up the whole.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from babel.numbers import (
    NumberFormatError,
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    parse_decimal,
)

from app.core.errors import Invalid

LARGEST_MINOR = 10**15  # ten thousand milliards: above it, a slip of the finger
LARGEST_PRICE = 10_000_000  # of one thing, in the currency's unit; weak currencies need millions

_LETTER = re.compile(r"[^\W\d]")  # of an exponent, a NaN, an infinity; or an underscore
_HALF = Fraction(1, 2)


class RoundingMode(StrEnum):
    """How an amount halfway between two minor units is rounded."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


@dataclass(frozen=True)
class Money:
    """An amount in minor units of one currency; sums of two currencies raise ValueError."""

    minor: int
    currency: str

    def __add__(self, other: Self) -> Self:
        self._require_same_currency(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def _require_same_currency(self, other: Self) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up.")


def exponent(currency: str) -> int:
    """Return the number of decimal places of a currency (EUR 2, JPY 0, KWD 3)."""
    return get_currency_precision(currency)


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as a Decimal of the currency's unit: 1250 EUR is 12.50."""
    return Decimal(minor).scaleb(-exponent(currency))


def round_minor(amount: Decimal | Fraction | int, mode: RoundingMode) -> int:
    """Round an exact amount of minor units to whole ones.

    Half-up goes away from zero, so that a reversal mirrors what it reverses.
    """
    exact = Fraction(amount)
    if mode is RoundingMode.HALF_EVEN:
        return round(exact)
    rounded = math.floor(abs(exact) + _HALF)
    return rounded if exact >= 0 else -rounded


def round_half_up(amount: Decimal | Fraction) -> int:
    """Round to whole minor units, halves away from zero."""
    return round_minor(amount, RoundingMode.HALF_UP)


def round_to_step(minor: int, step: int) -> int:
    """Round to a multiple of `step` minor units (cash without small coins), halves up."""
    return round_half_up(Fraction(minor, step)) * step


def round_to_total(shares: Sequence[Decimal | Fraction], total: int) -> list[int]:
    """Round exact shares down or up to whole units so that they make up `total`.

    The largest remainders are rounded up, among equals the first. The shares must add up to
    within their own rounding of `total`, or ValueError is raised.
    """
    exact = [Fraction(share) for share in shares]
    whole = [math.floor(share) for share in exact]
    missing = total - sum(whole)
    if not 0 <= missing <= len(exact):
        raise ValueError(f"The shares do not make up {total}.")
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[:missing]:
        whole[i] += 1
    return whole


def largest_remainder(total: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Divide `total` in proportion to the weights; the parts add up to it exactly.

    Weights of zero throughout count as equal ones. A negative total gives the mirror image of
    the positive one. No weights, or a negative one, raise ValueError.
    """
    exact = [Fraction(weight) for weight in weights]
    if not exact or min(exact) < 0:
        raise ValueError("Dividing an amount needs weights, none of them negative.")
    if total < 0:
        return [-part for part in largest_remainder(-total, weights)]
    if not any(exact):
        exact = [Fraction(1)] * len(exact)
    whole = sum(exact)
    return round_to_total([total * weight / whole for weight in exact], total)


def largest_price(currency: str) -> int:
    """Return the most that one thing may cost, in minor units."""
    return int(LARGEST_PRICE * 10 ** exponent(currency))


def format_money(minor: int, currency: str, locale: str) -> str:
    """Return an amount as the locale writes it: 1250 EUR in `it` is `12,50 €`."""
    return format_currency(to_decimal(minor, currency), currency, locale=locale)


def parse_money(text: str, currency: str, locale: str) -> int:
    """Return what a person typed as minor units: `1.234,50` in `it` is 123450.

    The currency's sign or code may stand before or after. Raises Invalid (`amount`) for what
    is no plain decimal in this locale, or has more decimals than the currency.
    """
    bare = _bare(text, currency, locale)
    if _LETTER.search(bare):
        raise _not_an_amount(text, currency, locale)
    try:
        amount = parse_decimal(bare, locale=locale, strict=True)
    except (NumberFormatError, ValueError) as problem:
        raise _not_an_amount(text, currency, locale) from problem
    if abs(amount) >= LARGEST_MINOR:
        raise _not_an_amount(text, currency, locale)
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        places = exponent(currency)
        raise _invalid(f"An amount in {currency} has at most {places} decimal places.")
    return int(minor)


def _bare(text: str, currency: str, locale: str) -> str:
    bare = text.strip()
    minus = "-" if bare.startswith("-") else ""
    bare = bare.removeprefix("-").strip()
    for sign in (currency, get_currency_symbol(currency, locale=locale)):
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    return minus + bare


def _not_an_amount(text: str, currency: str, locale: str) -> Invalid:
    example = format_money(1250 * 10 ** exponent(currency) // 100, currency, locale)
    return _invalid(f"“{text.strip()[:20]}” is not an amount; write it like {example}.")


def _invalid(sentence: str) -> Invalid:
    return Invalid("amount", sentence, {"amount": [sentence]})
