"""CSV files written by people: tolerant of spreadsheets, strict about meaning.

A reader asks each row for typed cells. A cell that is wrong is noted with its line and column and
answered with a harmless value, so that one pass finds everything there is to mend.
`Problems.raise_if_any` then refuses the file as a whole.

What a file may cost is bounded, for it is read while the page waits: how much it holds, how many
problems are looked for, and how often a name is compared with those that it may have meant.
"""

import csv
import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from app.core.errors import Invalid
from app.core.words import has_unseen

DELIMITERS = ",;\t"
QUOTE_LIMIT = 40  # characters of a cell that an error repeats
LARGEST = 500_000  # bytes
MOST_LINES = 4_000
MOST_COLUMNS = 50  # that have a name
MOST_PROBLEMS = 100
MOST_GUESSES = 10  # problems of a file for which a name that was meant is looked for
MOST_CANDIDATES = 300  # names among which one is looked for


@dataclass(frozen=True, order=True)
class RowError:
    """One thing to mend: the line counts from 1 as an editor shows it, the header included.

    `column` is empty when the whole row is meant.
    """

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{place}: {self.reason}"


class FileRefused(Invalid):
    """The file holds errors, so nothing of it is used. `errors` are in order of line.

    `more`: it was read no further when there were as many as are told at once.
    """

    def __init__(self, errors: Iterable[RowError], *, more: bool = False) -> None:
        self.errors = tuple(sorted(errors))
        self.more = more
        said = [*map(str, self.errors), *(["There are more. Mend these first."] if more else [])]
        super().__init__("file_refused", "\n".join(said))


class Problems:
    """Collects the errors of one file."""

    def __init__(self) -> None:
        self._found: set[RowError] = set()
        self._lines: set[int] = set()
        self._guesses_left = MOST_GUESSES

    def add(self, line: int, column: str, reason: str) -> None:
        """Note an error; the same one twice counts once.

        Raises FileRefused at the first beyond MOST_PROBLEMS.
        """
        error = RowError(line, column, reason)
        if error not in self._found and len(self._found) == MOST_PROBLEMS:
            raise FileRefused(self._found, more=True)
        self._found.add(error)
        self._lines.add(line)

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that is most like `word`; None when none is much like it.

        It is looked for in the first few problems only, and among the first of many known words.
        """
        if not self._guesses_left:
            return None
        self._guesses_left -= 1
        candidates = islice(known, MOST_CANDIDATES)
        near = difflib.get_close_matches(word[:60], candidates, n=1)
        return near[0] if near else None

    def are_on(self, line: int) -> bool:
        """Whether a line has an error, so that what follows from it need not be told."""
        return line in self._lines

    def raise_if_any(self) -> None:
        """Raise FileRefused when anything was added."""
        if self._found:
            raise FileRefused(self._found)


def lines_of(data: bytes) -> list[str]:
    """The lines of a file's bytes, as the readers take them.

    Raises FileRefused for more than LARGEST bytes or MOST_LINES, and at the first line that is not
    UTF-8, which spreadsheets write only if told to: the whole file is saved anew for it.
    """
    problems = Problems()
    found = data.splitlines(keepends=True)
    if len(data) > LARGEST:
        problems.add(1, "", f"The file has {len(data):,} bytes. Use at most {LARGEST:,}.")
    if len(found) > MOST_LINES:
        reason = f"The file has {len(found):,} lines. Use at most {MOST_LINES:,}."
        problems.add(MOST_LINES + 1, "", reason)
    problems.raise_if_any()
    lines = []
    for number, line in enumerate(found, 1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            reason = 'The text is not UTF-8. Save the file as "CSV UTF-8".'
            raise FileRefused([RowError(number, "", reason)]) from error
    return lines


def fold(name: str) -> str:
    """The form in which two spellings of one name are equal: case does not count."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


@dataclass(frozen=True, kw_only=True)
class RawRow:
    """One row of the file: its first line, and the trimmed text of its cells by column."""

    line: int
    cells: dict[str, str]
    delimiter: str


def read_raw_rows(
    lines: Iterable[str], columns: Sequence[str], required: Sequence[str], problems: Problems
) -> list[RawRow]:
    """The rows below the header; blank rows and rows that begin with # are left out.

    `columns` are the names a header may hold, `required` those that it must. A file whose header
    cannot be understood has no rows.
    """
    text = _without_bom(lines)
    first, delimiter = _first_line(text)
    rows = _parse(first, text, delimiter, problems)
    line, names = next(rows, (1, []))
    header = [fold(_clean(name)) for name in names]
    if not _header_is_good(line, header, columns, required, problems):
        return []
    return [
        RawRow(line=line, cells=_by_column(line, header, cells, problems), delimiter=delimiter)
        for line, cells in rows
    ]


def _without_bom(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        text = line.removeprefix("\ufeff") if number == 0 else line
        yield text.rstrip("\r\n") + "\n"


def _first_line(lines: Iterator[str]) -> tuple[list[str], str]:
    """The lines down to the first with text, and the delimiter which that line uses most."""
    seen: list[str] = []
    for line in lines:
        seen.append(line)
        if _has_text(line):
            break
    return seen, max(DELIMITERS, key=seen[-1].count) if seen else ","


def _has_text(line: str) -> bool:
    bare = line.strip(DELIMITERS + '" \n')
    return bool(bare) and not bare.startswith("#")


def _parse(
    first: list[str], rest: Iterator[str], delimiter: str, problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the row begins, cells) of each row that says something."""
    reader = csv.reader(chain(first, rest), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems.add(line, "", 'The row cannot be read. Check that each " has its partner.')
            return
        if _says_something(cells):
            yield line, cells


def _says_something(cells: list[str]) -> bool:
    return any(map(str.strip, cells)) and not cells[0].lstrip().startswith("#")


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _header_is_good(
    line: int,
    header: list[str],
    columns: Sequence[str],
    required: Sequence[str],
    problems: Problems,
) -> bool:
    named = Counter(name for name in header if name)
    if named.total() > MOST_COLUMNS:
        reason = f"The header names {named.total():,} columns. Use at most {MOST_COLUMNS}."
        problems.add(line, "", reason)
        return False
    unknown = [name for name in named if name not in columns]
    for name in unknown:
        reason = f"No such column. {_suggestion(name, columns, problems)}"
        problems.add(line, shortened(name), reason)
    repeated = [name for name, times in named.items() if times > 1]
    for name in repeated:
        problems.add(line, shortened(name), "The column stands twice. Keep one.")
    missing = [name for name in required if name not in named]
    for name in missing:
        problems.add(line, name, "The header lacks this column. Add it to the first row.")
    return not (unknown or repeated or missing)


def _suggestion(word: str, known: Sequence[str], problems: Problems) -> str:
    near = problems.nearest(word, known)
    return f"Did you mean {near}?" if near else f"Use one of: {', '.join(known)}."


def quoted(text: str) -> str:
    """The text as an error repeats it: in quotes, shortened."""
    return f'"{shortened(text)}"'


def shortened(text: str) -> str:
    """The text in at most QUOTE_LIMIT characters."""
    return text if len(text) <= QUOTE_LIMIT else f"{text[: QUOTE_LIMIT - 1]}…"


def _by_column(
    line: int, header: list[str], cells: list[str], problems: Problems
) -> dict[str, str]:
    if any(map(str.strip, cells[len(header) :])):
        problems.add(
            line, "", "The row has more cells than the header. Quote the cell with the delimiter."
        )
    by_column = {name: _clean(cell) for name, cell in zip(header, cells, strict=False) if name}
    for name, cell in by_column.items():
        if has_unseen(cell):
            problems.add(line, name, "The cell holds an unprintable character. Type it afresh.")
    return by_column
