"""What people may write: names, notes, reasons. Nothing unseen, nothing that turns the line around,
and no card number: those belong to the terminal alone.
"""

import re
import unicodedata

LONGEST_NAME = 60
LONGEST_NOTE = 200

CARD = "This looks like a card number. Nibblix never keeps one: take it out."
UNSEEN = "There is a character here that nobody can see. Type it again."

# Overrides, embeddings and isolates of direction, which would turn what stands behind them around,
# and characters without width that make one name pass for another. The joiners of Persian, of
# Indian scripts and of emoji (200C, 200D) and the marks of direction (200E, 200F) stay.
_TRICKS = re.compile("[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_WITHOUT_TRICKS = {code: None for code in range(0x10000) if _TRICKS.match(chr(code))}
_REFUSED_KINDS = {"Cc", "Cs"}  # control characters, halves of characters
_TAGS = range(0xE0000, 0xE0080)
_LINES = "\n\r\t"

_BETWEEN = r"[\s/_\u2010-\u2015\u2212-]"
# Ids and hashes have letters among their digits, and are no cards by any chance.
_ID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[0-9]*[a-f])[0-9a-f]{20,}\b"
# Digits in groups; with points between them where they are groups of a card, not a fraction.
_RUN = re.compile(
    rf"{_ID}|(?P<dotted>(?<![\d.,])\d{{4,6}}(?:[.,]\d{{3,7}})+(?!\d))"
    rf"|(?P<run>\+?(?<!\d[.,])\d+(?:{_BETWEEN}\d+)*)",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\d+")
_LENGTHS = range(13, 20)
_LEAST_IN_GROUP = 4
_LONGEST_PHONE = 15  # by E.164, behind + or 00


def problem_in(text: str, most: int, *, lines: bool = False) -> str | None:
    """Why a text cannot be kept, as a sentence, or None. `lines`: it may have several."""
    if len(text) > most:
        return f"At most {most} characters."
    if has_unseen(text, lines=lines):
        return UNSEEN
    return CARD if has_card_number(text) else None


def has_unseen(text: str, *, lines: bool = False) -> bool:
    """Whether there are characters that nobody sees and that mean mischief."""
    if text.isascii() and text.isprintable():
        return False
    return bool(_TRICKS.search(text)) or any(
        unicodedata.category(char) in _REFUSED_KINDS or ord(char) in _TAGS
        for char in text
        if not (lines and char in _LINES)
    )


def shown(value: object) -> object:
    """A value on its way into a page or a file: a text loses what would turn its line around.

    Nothing like that is taken in; what was put into the database by other ways is harmless, too.
    """
    if isinstance(value, str) and not value.isascii() and _TRICKS.search(value):
        return value.translate(_WITHOUT_TRICKS)  # what is escaped stays so
    return value


def has_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in a row pass Luhn, whatever people write between them.

    Other numbers may stand beside them, as an expiry date does; an international telephone number
    is none.
    """
    return any(map(str.isdecimal, text)) and any(map(_holds_card, _RUN.finditer(text)))


def without_card_numbers(text: str, instead: str) -> str:
    """The text with `instead` in place of whatever holds a card number."""
    if not has_card_number(text):
        return text
    return _RUN.sub(lambda found: instead if _holds_card(found) else found[0], text)


def passes_luhn(digits: str) -> bool:
    """Whether the last of some digits is the check digit of ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2]))
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def _holds_card(found: re.Match[str]) -> bool:
    run = found["dotted"] or found["run"]
    if run is None:
        return False
    groups = _GROUP.findall(run)
    digits = "".join(groups)
    if run.startswith(("+", "00")) and len(digits.removeprefix("00")) <= _LONGEST_PHONE:
        return False
    return _is_card(digits) or any(
        _is_card("".join(groups[first:last]))
        for first in range(len(groups))
        for last in range(first + 1, min(len(groups), first + 5) + 1)
        if all(len(group) >= _LEAST_IN_GROUP for group in groups[first : last - 1])
    )


def _is_card(digits: str) -> bool:
    return len(digits) in _LENGTHS and passes_luhn(digits)
