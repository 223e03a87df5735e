"""Typed cells of one CSV row (see csv_rows for how errors are gathered), and cells as written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.clock import FIRST_DAY, LAST_DAY
from app.core.csv_rows import Problems, RawRow, fold, quoted, read_raw_rows
from app.core.money import LARGEST_PRICE, exponent, largest_price
from app.core.words import CARD, has_card_number, shown

LIST_SEPARATOR = "|"
MOST_NAMES = 20  # in the list of one cell
QUANTITY_PLACES = 3
WHOLE_DIGITS = 9  # what numeric(12,3) holds before the point

# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

_NUMBER = re.compile(rf"[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row whose cells are read by type; what is wrong goes to `problems`."""

    raw: RawRow
    problems: Problems

    @property
    def line(self) -> int:
        """The line on which the row begins, from 1."""
        return self.raw.line

    def refuse(self, column: str, reason: str) -> None:
        """Note an error; `column` is empty when the whole row is meant."""
        self.problems.add(self.line, column, reason)

    def has(self, column: str) -> bool:
        """Whether the cell holds text."""
        return bool(self._cell(column))

    def text(self, column: str, limit: int, *, required: bool = False) -> str:
        """The cell's text, inner white space collapsed; at most `limit` characters."""
        cell = self._cell(column)
        if required and not cell:
            self.refuse(column, "The cell is empty. Fill it in.")
        if len(cell) > limit:
            self.refuse(column, f"{len(cell)} characters are too long. Use at most {limit}.")
        elif has_card_number(cell):
            self.refuse(column, CARD)
        return cell

    def maybe_text(self, column: str, limit: int) -> str | None:
        """As `text`, None when the cell is empty."""
        return self.text(column, limit) or None

    def whole(self, column: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`; an empty cell is the default, or an error."""
        cell = self._cell(column)
        if not cell and default is not None:
            return default
        if not _WHOLE.fullmatch(cell) or not low <= int(cell) <= high:
            self.refuse(column, f"{_misfit(cell)} Write a whole number from {low} to {high}.")
            return low
        return int(cell)

    def amount(self, column: str, currency: str) -> int:
        """A price in minor units of `currency`, from zero to the largest, as a plain decimal."""
        places = exponent(currency)
        wanted = f"an amount of zero or more, such as {Decimal(450).scaleb(-places)}"
        value = self.decimal(column, places, wanted) or Decimal(0)
        minor = int(value.scaleb(places))
        if minor > largest_price(currency):
            self.refuse(column, f"A price is at most {LARGEST_PRICE:,}. Write a smaller one.")
        return minor

    def quantity(self, column: str, *, positive: bool = False) -> Decimal:
        """A quantity of zero or more (more than zero if `positive`), at most three decimals."""
        least = "more than zero" if positive else "zero or more"
        value = self.decimal(column, QUANTITY_PLACES, f"a quantity of {least}, such as 0.250")
        if positive and value == 0:
            self.refuse(column, "Zero does not fit. Write more, or take the row out.")
        return value or Decimal(0)

    def decimal(self, column: str, places: int, wanted: str) -> Decimal | None:
        """A plain decimal of zero or more; None and an error that asks for `wanted` if not."""
        cell = self._cell(column)
        # A spreadsheet that writes semicolons between cells writes commas for decimal points.
        number = cell.replace(",", ".") if self.raw.delimiter == ";" else cell
        if not _NUMBER.fullmatch(number):
            self.refuse(column, f"{_misfit(cell)} Write {wanted}.")
            return None
        if len(number.partition(".")[2].rstrip("0")) > places:
            self.refuse(column, f"{quoted(cell)} has too many decimals. Use at most {places}.")
            return None
        return Decimal(number)

    def choice(self, column: str, options: Sequence[str], default: str | None = None) -> str:
        """One of `options`; an empty cell is the default. "" and an error when it is neither."""
        cell = fold(self._cell(column))
        if not cell and default is not None:
            return default
        if cell not in options:
            self.refuse(column, f"{_misfit(cell)} Write one of: {', '.join(options)}.")
            return ""
        return cell

    def yes(self, column: str) -> bool:
        """True for yes, false for an empty cell."""
        return self.has(column) and bool(self.choice(column, ("yes",)))

    def names(self, column: str) -> tuple[str, ...]:
        """The names of a list, separated by |, at most MOST_NAMES; each may stand once."""
        cell = self._cell(column)
        names = [name.strip() for name in cell.split(LIST_SEPARATOR)] if cell else []
        if len(names) > MOST_NAMES:
            self.refuse(column, f"The list has {len(names):,} names. Use at most {MOST_NAMES}.")
            return ()
        if not all(names):
            self.refuse(column, "The list has an empty place. Take out the extra |.")
        for name in _repeated(names):
            self.refuse(column, f"{quoted(name)} stands twice. Keep one.")
        return tuple(name for name in names if name)

    def codes(self, column: str, known: Sequence[str]) -> tuple[str, ...]:
        """A list of codes out of `known`, in the order of `known`."""
        codes = {fold(name) for name in self.names(column)}
        for code in sorted(codes.difference(known)):
            self.refuse(column, f"{quoted(code)} is no code. Write: {', '.join(known)}.")
        return tuple(code for code in known if code in codes)

    def day(self, column: str) -> date | None:
        """A calendar day from FIRST_DAY to LAST_DAY, written 2027-01-31; None when empty."""
        cell = self._cell(column)
        if not cell:
            return None
        try:
            day = date.fromisoformat(cell if _DAY.fullmatch(cell) else "")
        except ValueError:
            self.refuse(column, f"{quoted(cell)} is no date. Write it as 2027-01-31.")
            return None
        if not FIRST_DAY <= day <= LAST_DAY:
            reason = f"{quoted(cell)} is too far away. Use {FIRST_DAY} to {LAST_DAY}."
            self.refuse(column, reason)
            return None
        return day

    def allow_only(self, columns: Iterable[str], what: str) -> None:
        """Refuse text in any other column: a value in the wrong place is never dropped."""
        for column in self.raw.cells.keys() - set(columns):
            if self.has(column):
                self.refuse(column, f"{what} has no {column}. Empty the cell.")

    def _cell(self, column: str) -> str:
        return self.raw.cells.get(column, "")


def read_rows(
    lines: Iterable[str], columns: Sequence[str], required: Sequence[str], problems: Problems
) -> list[Row]:
    """The rows of a CSV text as `Row`s; see `read_raw_rows`."""
    raw_rows = read_raw_rows(lines, columns, required, problems)
    return [Row(raw=raw, problems=problems) for raw in raw_rows]


def by_kind(rows: Iterable[Row], cells: Mapping[str, Sequence[str]]) -> dict[str, list[Row]]:
    """The rows by their `kind`; `cells` tells which columns a row of each kind may fill."""
    kinds: dict[str, list[Row]] = {kind: [] for kind in cells}
    for row in rows:
        kind = row.choice("kind", tuple(cells))
        if kind:
            row.allow_only(cells[kind], f"A row of kind {kind}")
            kinds[kind].append(row)
    return kinds


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a quote goes before what looks like one."""
    text = str(shown(text))
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _misfit(text: str) -> str:
    return f"{quoted(text)} does not fit." if text else "The cell is empty."


def _repeated(names: Sequence[str]) -> list[str]:
    folded = [fold(name) for name in names]
    return [name for place, name in enumerate(names) if folded[place] in folded[:place]]
