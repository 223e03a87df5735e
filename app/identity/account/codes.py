"""Codes of an authenticator app (TOTP, RFC 6238) and recovery codes."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest

import pyotp

DIGITS, STEP_S = 6, 30
# A clock may be one step off, either way.
WINDOW = (-1, 0, 1)

CODES = 10
# 24 of 32 signs are 120 bits. From 112 on one way of hashing is enough (SP 800-63B-4, 3.1.2.2);
# no sign is read or heard as another.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH, GROUP = 24, 6


def new_secret() -> str:
    """A fresh secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, email: str, restaurant: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Nibblix {restaurant}")


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step that a code belongs to, at `at` or next to it; None for a wrong one."""
    code = "".join(code.split())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    now, found = int(at.timestamp()) // STEP_S, None
    one_time = pyotp.HOTP(secret)
    for shift in WINDOW:  # all of them, so that time does not tell which one it was
        if compare_digest(one_time.at(now + shift), code):
            found = now + shift
    return found


def new_codes() -> list[str]:
    """Ten fresh recovery codes, as they are shown."""
    made = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    return ["-".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP)) for code in made]


def digest_of(code: str) -> bytes:
    """What stands in the table in place of a recovery code, however it was typed."""
    plain = "".join(char for char in code.upper() if char in ALPHABET)
    return hashlib.sha256(plain.encode()).digest()


def as_file(codes: Sequence[str], restaurant: str, email: str) -> str:
    """The codes as a text to keep."""
    head = f"Nibblix {restaurant}: recovery codes of {email}\nEach works once.\n\n"
    return head + "\n".join(codes) + "\n"
