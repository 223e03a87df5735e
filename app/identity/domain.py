"""Rules of signing in: how long to wait after wrong tries, what a password and a PIN look like."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.errors import Invalid

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
REMEMBERED = timedelta(hours=24)

SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 256
PIN_LENGTH = 4


def wait_until(failures: Sequence[datetime]) -> datetime | None:
    """The instant before which no further try is looked at, or None.

    The fifth wrong try costs 30 s, each one after it twice as long as the one before, at
    most an hour.
    """
    extra = len(failures) - FREE_TRIES
    if extra < 0:
        return None
    wait: timedelta = FIRST_WAIT * 2 ** min(extra, 10)
    return max(failures) + min(wait, LONGEST_WAIT)


def check_password(password: str) -> str:
    """The password, or Invalid (`password`): length is all that is asked (NIST SP 800-63B-4)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        sentence = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        raise Invalid("password", sentence, {"password": [sentence]})
    return password


def check_pin(pin: str) -> str:
    """The PIN, or Invalid (`pin`)."""
    if not (len(pin) == PIN_LENGTH and pin.isascii() and pin.isdigit()):
        sentence = f"A PIN has {PIN_LENGTH} digits."
        raise Invalid("pin", sentence, {"pin": [sentence]})
    return pin


def initials(name: str) -> str:
    """What an avatar shows: the first letters of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
