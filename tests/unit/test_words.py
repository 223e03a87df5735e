"""What people may write, and what is no word of theirs: unseen characters, card numbers."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.core.words import (
    CARD,
    UNSEEN,
    has_card_number,
    passes_luhn,
    problem_in,
    without_card_numbers,
)

DIGITS = st.text("0123456789", min_size=12, max_size=18).filter(lambda it: not it.startswith("00"))
SEPARATORS = ("", " ", "-", "\u00a0", "\u2013")


def with_check_digit(digits: str) -> str:
    """The digits and the one that makes them pass, by the table of the standard."""
    odd = "0246813579"
    total = sum(int(odd[int(d)]) for d in digits[-1::-2]) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"


@given(DIGITS)
def test_a_card_number_is_known_by_its_check_digit(digits: str) -> None:
    number = with_check_digit(digits)

    assert passes_luhn(number)
    assert has_card_number(number)


@given(DIGITS, st.integers(0, 18), st.integers(1, 9))
def test_one_wrong_digit_makes_it_no_card_number(digits: str, place: int, by: int) -> None:
    """The sum finds every single wrong digit: an order's number is not taken for a card."""
    number = with_check_digit(digits)
    at = place % len(number)
    wrong = f"{number[:at]}{(int(number[at]) + by) % 10}{number[at + 1 :]}"

    assert not passes_luhn(wrong)
    assert not has_card_number(wrong)


@given(DIGITS, st.lists(st.sampled_from(SEPARATORS), min_size=19, max_size=19))
def test_however_it_is_spaced(digits: str, separators: Sequence[str]) -> None:
    number = with_check_digit(digits)
    spaced = "".join(f"{digit}{separators[at]}" for at, digit in enumerate(number[:-1]))

    assert has_card_number(f"pays with {spaced}{number[-1]}, thanks")


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "no.4111111111111111!",
        "3782 822463 10005",
        "Table 4 4111 1111 1111 1111 12/27",
        "4111.1111.1111.1111",
        "4111,1111,1111,1111",
        "4111/1111/1111/1111",
        "4111_1111_1111_1111",
        "4111\u22121111\u22121111\u22121111",
        "card4111111111111111",
        "4111111111111111x",
        "ticket x4111111111111111",
        "+4111111111111111",
        "４１１１１１１１１１１１１１１１",
    ],
)
def test_card_numbers_as_people_write_them(text: str) -> None:
    assert problem_in(text, 200) == CARD
    assert not has_card_number(without_card_numbers(text, "[hidden]"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No onions, table 12",
        "+49 1701 234567 89",
        "0049 170 12345678",
        "A-2026-000000123456",
        "12 14 16 18 20 22 24",
        "019ac1d2-1111-7111-8111-411111111111",
        "took 1.4111111111111111 s",
        "411111111111111112ab34ef",
        "1,234,567,890,123.45",
        "2026-11-25 10:43:06",
    ],
)
def test_what_is_no_card_number(text: str) -> None:
    assert not has_card_number(text)
    assert without_card_numbers(text, "[hidden]") == text


def test_an_id_is_no_card_number() -> None:
    paths = [f"/orders/{new_id()}/pay" for _ in range(2000)]

    assert [path for path in paths if has_card_number(path)] == []


@pytest.mark.parametrize(
    "text",
    ["Zoë", "שלום", "مطعم", "Ja\u200cRa", "👩\u200d🍳", "<script>", "{{7*7}}", "=1+1", "a\u200fb"],
)
def test_names_of_any_script_are_names(text: str) -> None:
    assert problem_in(text, 80) is None


@pytest.mark.parametrize(
    "char",
    ["\0", "\x07", "\x1b", "\x7f", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\U000e0041"],
)
def test_what_nobody_can_see_is_refused(char: str) -> None:
    assert problem_in(f"Soup{char} of the day", 80) == UNSEEN


def test_a_text_of_several_lines_may_have_them() -> None:
    assert problem_in("one\ntwo\t2", 80, lines=True) is None
    assert problem_in("one\ntwo", 80) == UNSEEN


def test_a_text_has_an_end() -> None:
    assert problem_in("x" * 80, 80) is None
    assert problem_in("x" * 81, 80) == "At most 80 characters."
