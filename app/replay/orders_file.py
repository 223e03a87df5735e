"""Order files for `make replay`: tab-separated rows to orders.

Pure: lines of bytes go in, frozen values come out, one order at a time, so that a file of any
length fits. `docs/replay.md` describes the format. Prices are minor units.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADER = ("order_id", "quantity", "item_name", "choice_description", "item_price")
LONGEST_NAME = 120
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_QUANTITY = re.compile(r"[1-9][0-9]{0,3}")
_PRICE = re.compile(r"\$([0-9]{1,7})\.([0-9]{2})")
_CHOICE_TOKEN = re.compile(r"[\[\],]|[^\[\],]+")


class NotAnOrdersFile(ValueError):
    """The first line is not the header; the sentence says what it should be."""


@dataclass(frozen=True)
class FileLine:
    """One row. `price_minor` is for the whole quantity; `choices` are in file order."""

    quantity: int
    item_name: str
    choices: tuple[str, ...]
    price_minor: int


@dataclass(frozen=True)
class FileOrder:
    """The rows of one order number, in file order; malformed ones are missing."""

    number: int
    lines: tuple[FileLine, ...]


@dataclass(frozen=True)
class BadRow:
    """A row that is left out: its line in the file, from 1, and why."""

    line: int
    reason: str


def read_orders(rows: Iterable[bytes]) -> Iterator[FileOrder | BadRow]:
    """Yield each order once its last row is read, and each bad row as it is met.

    `rows` are the file's lines, as a file opened in binary mode gives them. A bad row is left out
    of its order and the order's other rows stand. Raises NotAnOrdersFile on a wrong header.
    """
    numbered = enumerate(rows, start=1)
    _check_header(next(numbered, (1, b""))[1])
    ended: set[int] = set()
    number, lines = 0, list[FileLine]()
    for at, row in numbered:
        try:
            of, line = _read_row(row, ended)
        except ValueError as malformed:
            yield BadRow(at, str(malformed))
            continue
        if of != number and lines:
            ended.add(number)
            yield FileOrder(number, tuple(lines))
            lines = []
        number = of
        lines.append(line)
    if lines:
        yield FileOrder(number, tuple(lines))


def read_choices(text: str) -> tuple[str, ...]:
    """Flatten `[Salsa (Mild), [Rice, Beans]]` to its names in order; `NULL` is no choice.

    Raises ValueError with the reason when brackets or commas do not fit together.
    """
    if text == "NULL":
        return ()
    names: list[str] = []
    depth, expects_value = 0, True
    for piece in filter(str.strip, _CHOICE_TOKEN.findall(text)):
        if depth == 0 and (piece != "[" or not expects_value):
            raise ValueError("choices are not NULL or one pair of brackets")
        if expects_value == (piece in ("]", ",")):
            raise ValueError("choices have a name, comma or bracket out of place")
        depth += {"[": 1, "]": -1}.get(piece, 0)
        expects_value = piece in ("[", ",")
        if piece not in ("[", "]", ","):
            names.append(_name(piece))
    if depth or expects_value:
        raise ValueError("choices are not NULL or one pair of brackets")
    return tuple(names)


def _check_header(row: bytes) -> None:
    fields = row.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r\n").split("\t")
    if tuple(fields) != HEADER:
        raise NotAnOrdersFile(f"the first line must be, separated by tabs: {', '.join(HEADER)}")


def _read_row(row: bytes, ended: set[int]) -> tuple[int, FileLine]:
    """The number of an order that is not among the `ended`, and the line; ValueError says why."""
    fields = [field.strip(" ") for field in _text(row).rstrip("\r\n").split("\t")]
    if len(fields) != len(HEADER):
        raise ValueError(f"{len(HEADER)} fields belong in a row, here are {len(fields)}")
    number, quantity, item_name, choices, price = fields
    line = FileLine(
        quantity=_whole(quantity, _QUANTITY, "quantity"),
        item_name=_name(item_name),
        choices=read_choices(choices),
        price_minor=_price_minor(price),
    )
    of = _whole(number, _NUMBER, "order_id")
    if of in ended:
        raise ValueError(f"order {of} has already ended: rows of an order stand together")
    return of, line


def _text(row: bytes) -> str:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8 text") from error


def _whole(text: str, pattern: re.Pattern[str], field: str) -> int:
    if not pattern.fullmatch(text):
        raise ValueError(f"{field} must be a whole number above 0, not {text!r}")
    return int(text)


def _price_minor(text: str) -> int:
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"item_price must look like $2.39, not {text!r}")
    return int(match[1]) * 100 + int(match[2])


def _name(text: str) -> str:
    name = text.strip(" ")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"names must be 1 to {LONGEST_NAME} printable characters, not {name!r}")
    return name
