"""Codes of an authenticator app, and recovery codes."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.identity.account.codes import (
    ALPHABET,
    address_of,
    as_file,
    digest_of,
    new_codes,
    new_secret,
    step_of,
)
from app.identity.account.where import browser_in_words, shortened

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
# RFC 6238, appendix B: the key "12345678901234567890", and the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert step_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, *, is_right: bool) -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(NOON + timedelta(seconds=30 * steps))

    assert (step_of(secret, code, NOON) is not None) is is_right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert step_of(RFC_SECRET, code, NOON) is None


def test_a_code_may_be_typed_as_it_is_shown() -> None:
    code = pyotp.TOTP(RFC_SECRET).at(NOON)

    assert step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", NOON) is not None


def test_the_app_learns_whose_secret_it_is() -> None:
    address = address_of(RFC_SECRET, "alice@trattoria.example", "Trattoria Demo")

    assert address.startswith("otpauth://totp/Nibblix%20Trattoria%20Demo:alice%40trattoria.example")
    assert f"secret={RFC_SECRET}" in address


def test_recovery_codes_are_many_and_hard_to_guess() -> None:
    codes = new_codes()

    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    assert len(ALPHABET) ** 24 >= 2**112  # so that a plain digest of it will do


def test_a_recovery_code_may_be_typed_in_any_way() -> None:
    (code, *_others) = new_codes()

    assert digest_of(code) == digest_of(f"  {code.lower().replace('-', ' ')} ")
    assert code in as_file([code], "Trattoria Demo", "alice@trattoria.example")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox · Linux"),
        ("curl/8.0", ""),
        ("<script>", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.77", "192.0.2.x"),
        ("2001:db8:1:2::7", "2001:0db8:0001:…"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_names_no_single_machine(address: str, shown: str) -> None:
    assert shortened(address) == shown
