"""Waiting after wrong tries, what secrets look like, and what an avatar shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import binary

from app.core.errors import Invalid
from app.identity.domain import (
    check_pin,
    code_from,
    initials,
    read_code,
    wait_until,
)
from app.identity.passwords import NOBODY, _hasher, hash_secret, is_right

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "seconds"), [(5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (500, 3600)]
)
def test_each_wrong_try_from_the_fifth_doubles_the_wait(wrong: int, seconds: int) -> None:
    failures = [NOON - timedelta(minutes=number) for number in range(wrong)]

    assert wait_until(failures) == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("wrong", range(5))
def test_four_wrong_tries_cost_no_wait(wrong: int) -> None:
    assert wait_until([NOON] * wrong) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Bob", "B"), ("Anna Maria Rossi", "AR"), ("élodie", "É"), ("", ""), ("李 小龙", "李小")],
)
def test_an_avatar_shows_the_first_letters_of_first_and_last_name(name: str, shown: str) -> None:
    assert initials(name) == shown


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "１２３４", "-123", " 123"])
def test_a_pin_has_four_plain_digits(pin: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_pin(pin)

    assert refused.value.fields == {"pin": ["A PIN has 4 digits."]}


@pytest.mark.parametrize(
    "pin", ["0000", "1234", "4321", "7890", "8901", "3210", "1212", "7777", "1122", "1112", "2580"]
)
def test_a_pin_that_everybody_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(Invalid, match="guessed first"):
        check_pin(pin)


@pytest.mark.parametrize("pin", ["2468", "1984", "0913", "7302", "1235"])
def test_a_pin_with_no_pattern_is_taken(pin: str) -> None:
    assert check_pin(pin) == pin


@given(binary(min_size=32, max_size=32))
def test_a_code_is_read_however_it_is_typed(digest: bytes) -> None:
    code = code_from(digest)

    assert len(code) == 8
    assert read_code(code) == read_code(f" {code[:4].lower()}-{code[4:].lower()} ") == code


@pytest.mark.parametrize(
    "typed", ["", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFG0", "ABCD-EFGI", "ÄBCDEFGH"]
)
def test_what_is_no_code_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_code(typed)

    assert "code" in refused.value.fields


def test_only_the_right_secret_fits_its_hash() -> None:
    secret_hash = hash_secret("boring but long password")

    assert is_right(secret_hash, "boring but long password")
    assert not is_right(secret_hash, "boring but long passwore")
    assert not is_right("not a hash", "boring but long password")


def test_who_has_no_hash_is_refused_at_the_same_cost() -> None:
    assert not is_right(None, "anything")
    assert not _hasher.check_needs_rehash(NOBODY)
