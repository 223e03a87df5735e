"""How much of a file is read, told and looked for: it is read while the page waits."""

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from app.core.csv_cells import MOST_NAMES
from app.core.csv_rows import (
    LARGEST,
    MOST_CANDIDATES,
    MOST_COLUMNS,
    MOST_GUESSES,
    MOST_LINES,
    MOST_PROBLEMS,
    QUOTE_LIMIT,
    FileRefused,
    lines_of,
)
from app.core.money import LARGEST_PRICE
from app.floor.csv_format import read_floor
from app.inventory.csv_format import read_stock
from app.menu.allergens import ALLERGENS
from app.menu.csv_format import MOST_LISTED, read_menu

HEADER = "kind,name,of,price,colour,tax,groups"
FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


def categories(count: int) -> list[str]:
    return [f"category,Course {number},,,0,food," for number in range(count)]


def orphans(count: int) -> list[str]:
    """Items of categories that the file does not have, though it has some much like them."""
    return [f"item,Dish {number},Coarse {number},1,,," for number in range(count)]


def refusal_of(lines: Iterable[str]) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read_menu(lines, "EUR")
    return refused.value


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """With how many names each name that is unknown was compared."""
    counts: list[int] = []
    real = difflib.get_close_matches

    def counted(word: str, known: Iterable[str], **options: Any) -> list[str]:
        names = list(known)
        counts.append(len(names))
        return real(word, names, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    return counts


def test_a_large_menu_is_read() -> None:
    lines = lines_of("\n".join([HEADER, *categories(MOST_LINES - 1)]).encode())

    assert len(read_menu(lines, "EUR").categories) == MOST_LINES - 1


@pytest.mark.parametrize("line", ["item,Soup,Mains,4.50", "", "# a note", "\xff"])
def test_a_file_of_too_many_lines_is_refused_unread(line: str) -> None:
    with pytest.raises(FileRefused) as refused:
        lines_of(f"{line}\n".encode("latin-1") * (MOST_LINES + 1))

    (error,) = refused.value.errors
    assert str(error) == "line 4001: The file has 4,001 lines. Use at most 4,000."


def test_a_file_of_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(FileRefused) as refused:
        lines_of(b"x" * (LARGEST + 1))

    (error,) = refused.value.errors
    assert str(error) == "line 1: The file has 500,001 bytes. Use at most 500,000."


@pytest.mark.parametrize("name", ["name", "nonsense"])
def test_a_header_of_too_many_columns_is_refused_unread(name: str, compared: list[int]) -> None:
    refused = refusal_of([",".join(["kind", *[name] * MOST_COLUMNS])])

    assert [str(error) for error in refused.errors] == [
        "line 1: The header names 51 columns. Use at most 50."
    ]
    assert compared == []


def test_columns_without_a_name_are_no_columns() -> None:
    """Spreadsheets write as many as they have ever shown."""
    lines = [line + "," * 300 for line in (HEADER, *categories(1))]

    assert read_menu(lines, "EUR").categories


def test_a_long_name_of_a_column_is_told_in_short() -> None:
    (error,) = refusal_of([f"kind,name,{'x' * 5000}"]).errors

    assert len(error.column) == QUOTE_LIMIT


def test_no_more_problems_are_told_than_anybody_mends_at_once() -> None:
    refused = refusal_of([HEADER, *orphans(MOST_PROBLEMS + 1)])

    assert len(refused.errors) == MOST_PROBLEMS
    assert refused.sentence.endswith("\nThere are more. Mend these first.")


def test_just_as_many_are_all_there_are() -> None:
    refused = refusal_of([HEADER, *orphans(MOST_PROBLEMS)])

    assert len(refused.errors) == MOST_PROBLEMS
    assert "There are more" not in refused.sentence


def test_a_name_that_was_meant_is_looked_for_a_few_times_among_some(compared: list[int]) -> None:
    refused = refusal_of([HEADER, *categories(2 * MOST_CANDIDATES), *orphans(MOST_PROBLEMS)])

    hints = ["Did you mean" in error.reason for error in refused.errors]
    assert compared == [MOST_CANDIDATES] * MOST_GUESSES
    assert hints == [True] * MOST_GUESSES + [False] * (MOST_PROBLEMS - MOST_GUESSES)


def test_a_menu_has_so_many_names_in_all_its_lists() -> None:
    header = f"{HEADER},allergens"
    item = "item,Dish {},Course 0,1,,,," + "|".join(ALLERGENS)
    most = MOST_LISTED // len(ALLERGENS)

    dishes = [item.format(number) for number in range(most + 1)]
    assert read_menu([header, *categories(1), *dishes[:most]], "EUR").items
    (error,) = refusal_of([header, *categories(1), *dishes]).errors

    assert error.reason == "All lists together hold 20,006 names. Use at most 20,000."


def test_a_list_holds_so_many_names_and_no_more() -> None:
    groups = "|".join(f"g{number}" for number in range(MOST_NAMES + 1))
    (error,) = refusal_of([HEADER, *categories(1), f"item,Soup,Course 0,1,,,{groups}"]).errors

    assert str(error) == "line 3, groups: The list has 21 names. Use at most 20."


@pytest.mark.parametrize(
    ("read", "header", "row"),
    [
        (read_stock, "kind,ingredient,quantity,item", "recipe,Salt,1,Soup"),
        (read_floor, "area,name,seats,shape,col,row,width,height", "Bar,B{},1,oval,0,0,1,1"),
    ],
)
def test_the_other_files_are_bounded_too(
    read: Callable[[Iterable[str]], object], header: str, row: str
) -> None:
    rows = [row.replace("{}", str(number)) for number in range(MOST_PROBLEMS + 1)]

    with pytest.raises(FileRefused) as refused:
        read([header, *rows])

    assert len(refused.value.errors) == MOST_PROBLEMS
    assert refused.value.more


@pytest.mark.parametrize(
    "bound",
    [
        LARGEST,
        LARGEST_PRICE,
        MOST_LINES,
        MOST_COLUMNS,
        MOST_NAMES,
        MOST_LISTED,
        MOST_PROBLEMS,
        MOST_GUESSES,
    ],
)
def test_owners_are_told_how_much_a_file_holds(bound: int) -> None:
    shared = FORMATS.read_text(encoding="utf-8").split("\n## ")[1]

    assert f"{bound:,}" in shared
