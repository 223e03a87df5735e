"""What people may write: names, notes, reasons. Nothing unseen, nothing that turns the line around,
and no card number: those belong to the terminal alone.
"""

import re
import unicodedata

LONGEST_NAME = 80
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

_BETWEEN = r"[\s\u2010-\u2015-]"
# Digits in groups. An international telephone number begins with + or 00, which no card does;
# a word has letters, a fraction a point.
_RUN = re.compile(rf"(?<![\w+])(?<!\d[.,])\d+(?:{_BETWEEN}\d+)*(?!\w)")
_GROUP = re.compile(r"\d+")
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_LENGTHS = range(13, 20)
_LEAST_IN_GROUP = 4


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
    """Whether 13 to 19 digits in a row, spaces and hyphens between them aside, pass Luhn.

    Other numbers may stand beside them, as an expiry date does.
    """
    return any(map(str.isdecimal, text)) and any(
        _holds_card(found[0]) for found in _RUN.finditer(_ID.sub("", text))
    )


def without_card_numbers(text: str, instead: str) -> str:
    """The text with `instead` in place of whatever holds a card number."""
    if not has_card_number(text):
        return text
    return _RUN.sub(lambda found: instead if _holds_card(found[0]) else found[0], text)


def passes_luhn(digits: str) -> bool:
    """Whether the last of some digits is the check digit of ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2]))
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def _holds_card(run: str) -> bool:
    groups = _GROUP.findall(run)
    return _is_card("".join(groups)) or any(
        _is_card("".join(groups[first:last]))
        for first in range(len(groups))
        for last in range(first + 1, min(len(groups), first + 5) + 1)
        if all(len(group) >= _LEAST_IN_GROUP for group in groups[first : last - 1])
    )


def _is_card(digits: str) -> bool:
    return len(digits) in _LENGTHS and not digits.startswith("00") and passes_luhn(digits)
