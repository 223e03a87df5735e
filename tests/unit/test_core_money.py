"""Money: rounding, dividing, writing and reading amounts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.money import (
    Money,
    RoundingMode,
    exponent,
    format_money,
    largest_remainder,
    parse_money,
    round_half_up,
    round_minor,
    round_to_step,
    round_to_total,
)

amounts = st.integers(-(10**9), 10**9)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20)


def test_halves_go_up_or_to_the_even_neighbour() -> None:
    halves = [Decimal("0.5"), Decimal("1.5"), Decimal("2.5"), Decimal("-2.5")]

    assert [round_minor(half, RoundingMode.HALF_UP) for half in halves] == [1, 2, 3, -3]
    assert [round_minor(half, RoundingMode.HALF_EVEN) for half in halves] == [0, 2, 2, -2]


@given(st.fractions(-(10**6), 10**6), st.sampled_from(RoundingMode))
def test_rounding_a_reversal_mirrors_the_original(amount: Fraction, mode: RoundingMode) -> None:
    assert round_minor(-amount, mode) == -round_minor(amount, mode)
    assert abs(round_minor(amount, mode) - amount) <= Fraction(1, 2)


def test_fifty_by_three_gives_the_odd_cents_to_the_first() -> None:
    assert largest_remainder(5000, [1, 1, 1]) == [1667, 1667, 1666]


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    assert largest_remainder(100, [Decimal("0.2"), Decimal("1.1"), Decimal("1.7")]) == [7, 37, 56]


def test_weights_of_zero_throughout_count_as_equal() -> None:
    assert largest_remainder(5, [0, 0]) == [3, 2]


@given(amounts, weights)
def test_the_parts_make_up_the_whole(total: int, shares: list[int]) -> None:
    assert sum(largest_remainder(total, shares)) == total


@given(amounts, weights)
def test_each_part_is_within_one_unit_of_its_exact_share(total: int, shares: list[int]) -> None:
    whole = sum(shares) or len(shares)
    exact = [Fraction(total * (share if any(shares) else 1), whole) for share in shares]

    parts = largest_remainder(total, shares)

    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


@given(amounts, weights)
def test_a_negative_total_is_the_mirror_image(total: int, shares: list[int]) -> None:
    mirrored = [-part for part in largest_remainder(total, shares)]

    assert largest_remainder(-total, shares) == mirrored


@pytest.mark.parametrize("shares", [[], [1, -1]])
def test_it_refuses_weights_that_divide_nothing(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(10, shares)


def test_shares_far_from_the_total_are_refused() -> None:
    with pytest.raises(ValueError, match="make up"):
        round_to_total([Decimal("1.2"), Decimal("1.2")], 9)


@pytest.mark.parametrize(("minor", "rounded"), [(1232, 1230), (1233, 1235), (-1233, -1235)])
def test_cash_is_rounded_to_the_smallest_coin(minor: int, rounded: int) -> None:
    assert round_to_step(minor, 5) == rounded


def test_two_currencies_do_not_add_up() -> None:
    assert Money(150, "EUR") - Money(50, "EUR") == Money(100, "EUR")
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "written"),
    [
        (123450, "EUR", "en", "€1,234.50"),
        (1250, "EUR", "it", "12,50\xa0€"),
        (1250, "JPY", "en", "¥1,250"),
        (-5, "USD", "en_US", "-$0.05"),
        (1234, "KWD", "en", "KWD1.234"),
    ],
)
def test_amounts_are_written_as_the_locale_does(
    minor: int, currency: str, locale: str, written: str
) -> None:
    assert format_money(minor, currency, locale) == written


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("1.234,50", "EUR", "it", 123450),
        (" €12.5 ", "EUR", "en", 1250),
        ("12 EUR", "EUR", "en", 1200),
        ("-3", "USD", "en", -300),
        ("1,250", "JPY", "en", 1250),
    ],
)
def test_it_reads_what_a_person_types(text: str, currency: str, locale: str, minor: int) -> None:
    assert parse_money(text, currency, locale) == minor


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "NaN", "Infinity", "1e9", "1E2", "1_0", "12,34.5", "9" * 30]
)
def test_it_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_money(text, "EUR", "en")

    assert "€12.50" in refusal.value.fields["amount"][0]


def test_it_refuses_more_decimals_than_the_currency_has() -> None:
    with pytest.raises(Invalid, match="at most 2 decimal places"):
        parse_money("1.234", "EUR", "en")


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(["EUR", "USD", "JPY", "KWD", "CHF"]),
    st.sampled_from(["en", "it", "de", "ja", "fr"]),
)
def test_what_is_written_reads_back(minor: int, currency: str, locale: str) -> None:
    assert parse_money(format_money(minor, currency, locale), currency, locale) == minor


def test_currencies_differ_in_decimal_places() -> None:
    assert [exponent(currency) for currency in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_half_up_is_the_short_way_to_write_the_usual_mode() -> None:
    assert round_half_up(Decimal("2.5")) == 3
