"""Rules of signing in: how long to wait after wrong tries, what passwords, PINs and codes are."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from app.core.errors import Invalid

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
REMEMBERED = timedelta(hours=24)
# An office session ends this long after the person last touched the page.
IDLE_ENDS_AFTER = timedelta(minutes=30)
# For what costs money or gives rights, a proof of who one is counts this long.
PROOF_LASTS = timedelta(minutes=10)
# Between the password and the second factor.
HALF_LASTS = timedelta(minutes=5)
MOST_AT_DEVICE = 20

PIN_LENGTH = 4
# One column of the keys, down and up. Runs and the like are found by rule.
_OFTEN_CHOSEN = {"2580", "0852"}

LOCKS_AFTER = timedelta(minutes=2)
# How late the database hears of a touch at a tablet; it locks by itself that much later.
TABLET_TOUCH = timedelta(seconds=15)
ENROLLED_FOR = timedelta(days=90)
CODE_LASTS = timedelta(minutes=10)
CODE_LENGTH = 8
# No letter or digit that is read or heard as another.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


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


def check_pin(pin: str) -> str:
    """The PIN, or Invalid (`pin`), also for one that everybody tries first.

    Two people may have the same: who one is is said before, and counts with it.
    """
    if not (len(pin) == PIN_LENGTH and pin.isascii() and pin.isdigit()):
        sentence = f"A PIN has {PIN_LENGTH} digits."
        raise Invalid("pin", sentence, {"pin": [sentence]})
    if _is_obvious(pin):
        sentence = "This PIN is guessed first. Choose one with no pattern."
        raise Invalid("pin", sentence, {"pin": [sentence]})
    return pin


def _is_obvious(pin: str) -> bool:
    """Fewer than three different digits, or a run up or down such as 1234, 8901, 4321."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(set(pin)) < 3 or steps in ({1}, {9}) or pin in _OFTEN_CHOSEN


def read_code(typed: str) -> str:
    """A pairing code as it was made, from what somebody typed; Invalid (`code`) for no code."""
    code = "".join(char for char in typed.upper() if not char.isspace() and char != "-")
    if len(code) != CODE_LENGTH or set(code) - set(CODE_ALPHABET):
        sentence = f"The code has {CODE_LENGTH} letters and digits. Look at it again."
        raise Invalid("code", sentence, {"code": [sentence]})
    return code


def code_from(digest: bytes) -> str:
    """The pairing code that a digest stands for."""
    number, letters = int.from_bytes(digest), []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def initials(name: str) -> str:
    """What an avatar shows: the first letters of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
