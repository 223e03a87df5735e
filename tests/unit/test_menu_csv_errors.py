"""The menu file: what is said of it when it is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.csv_rows import FileRefused, lines_of
from app.menu.csv_format import CELLS, COLUMNS, read_menu

HEADER = "kind,name,of,price,colour,tax"
FOOD = "category,Food,,,3,food"


def errors_of(text: str, currency: str = "EUR") -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as refused:
        read_menu(text.splitlines(), currency)
    return [(error.line, error.column, error.reason) for error in refused.value.errors]


NOT_AN_AMOUNT = "does not fit. Write an amount of zero or more, such as 4.50."
ITEM_HEADER = f"{HEADER},button,allergens,groups,from,until,left"
GROUP_HEADER = f"{HEADER},min,max,free,type"
BROKEN = {
    "no header": ("", [
        (1, "kind", "The header lacks this column. Add it to the first row."),
        (1, "name", "The header lacks this column. Add it to the first row."),
    ]),
    "unknown column": ("kind,name,colur\n", [
        (1, "colur", "No such column. Did you mean colour?"),
    ]),
    "column twice": ("kind,name,NAME\n", [(1, "name", "The column stands twice. Keep one.")]),
    "unknown kind": (f"{HEADER}\ndish,Soup,,,,\n,Stew,,,,", [
        (2, "kind", ('"dish" does not fit. Write one of: '
                    "category, item, variant, price, group, modifier.")),
        (3, "kind", ("The cell is empty. Write one of: "
                    "category, item, variant, price, group, modifier.")),
    ]),
    "open quotes": (f'{HEADER}\n{FOOD}\nitem,"Soup,Food,4.50,,\nitem,Stew,Food,5,,', [
        (3, "", 'The row cannot be read. Check that each " has its partner.'),
    ]),
    "too many cells": (f"{HEADER}\n{FOOD}\nitem,Soup,Food,4.50,,,hot", [
        (3, "", "The row has more cells than the header. Quote the cell with the delimiter."),
    ]),
    "cell of another kind": (f"{HEADER}\n{FOOD}\nitem,Soup,Food,4.50,3,", [
        (3, "colour", "A row of kind item has no colour. Empty the cell."),
    ]),
    "unprintable": (f"{HEADER}\n{FOOD}\nitem,So\0up,Food,4.50,,", [
        (3, "name", "The cell holds an unprintable character. Type it afresh."),
    ]),
    "direction turned": (f"{HEADER}\n{FOOD}\nitem,So\u202eup,Food,4.50,,", [
        (3, "name", "The cell holds an unprintable character. Type it afresh."),
    ]),
    "card number": (f"{HEADER}\n{FOOD}\nitem,4111 1111 1111 1111,Food,4.50,,", [
        (3, "name", "This looks like a card number. Nibblix never keeps one: take it out."),
    ]),
    "bad hue, no tax class": (f"{HEADER}\ncategory,Food,,,12,", [
        (2, "colour", '"12" does not fit. Write a whole number from 0 to 11.'),
        (2, "tax", "The cell is empty. Fill it in."),
    ]),
    "name twice": (f"{HEADER}\n{FOOD}\nitem,Tè,Food,2,,\nitem,TÈ,Food,3,,", [
        (4, "name", 'The item "TÈ" stands on line 3 too. Take one out or rename it.'),
    ]),
    "no name": (f"{HEADER}\n{FOOD}\nitem,,Food,4.50,,", [
        (3, "name", "The cell is empty. Fill it in."),
    ]),
    "long names": (f"{ITEM_HEADER}\n{FOOD},,,,,,\nitem,{'x' * 61},Food,4,,,{'y' * 25},,,,,", [
        (3, "button", "25 characters are too long. Use at most 24."),
        (3, "name", "61 characters are too long. Use at most 60."),
    ]),
    "no button": (f"{HEADER}\n{FOOD}\nitem,{'x' * 25},Food,4,,", [
        (3, "button", "The name is long. Give one of at most 24 characters."),
    ]),
    "unknown category": (f"{HEADER}\n{FOOD}\nitem,Soup,Fod,4.50,,\nitem,Stew,,5,,", [
        (3, "of", 'There is no category "Fod". Did you mean "Food"?'),
        (4, "of", "The cell is empty. Fill it in."),
    ]),
    "bad prices": (
        (f"{HEADER}\n{FOOD}\nitem,A,Food,-1,,\nitem,B,Food,1.005,,\nitem,C,Food,€ 3,,\n"
        'item,D,Food,"4,50",,\nitem,E,Food,,,\nitem,F,Food,٣,,'), [
        (3, "price", f'"-1" {NOT_AN_AMOUNT}'),
        (4, "price", '"1.005" has too many decimals. Use at most 2.'),
        (5, "price", f'"€ 3" {NOT_AN_AMOUNT}'),
        (6, "price", f'"4,50" {NOT_AN_AMOUNT}'),
        (7, "price", "The cell is empty. Write an amount of zero or more, such as 4.50."),
        (8, "price", f'"٣" {NOT_AN_AMOUNT}'),
    ]),
    "a price beyond a slip of the finger": (
        f"{HEADER}\ncategory,Food,,,1,food\nitem,Cake,Food,10000000,,\nitem,Tea,Food,10000001,,", [
        (4, "price", "A price is at most 10,000,000. Write a smaller one."),
    ]),
    "price of an item with variants": (
        (f"{HEADER}\n{FOOD}\nitem,Chips,Food,4,,\nvariant,Large,Chips,5,,\nvariant,large,Chips,5,,\n"
        "variant,Small,Chps,3,,"), [
        (3, "price", "The variants have their own prices. Empty the cell."),
        (5, "name", 'The variant "large" stands on line 4 too. Take one out or rename it.'),
        (6, "of", 'There is no item "Chps". Did you mean "Chips"?'),
    ]),
    "price rows": (
        (f"{HEADER},from,until\n{FOOD},,\nitem,Soup,Food,4,,,,2027-01-31\n"
        "price,Big,Soup,5,,,2027-02-01,\nitem,Tea,Food,,,,,\nvariant,Pot,Tea,3,,,,\n"
        "price,Cup,Tea,2,,,,\nprice,Pot,Tea,4,,,2027-13-01,\n"
        "item,Pie,Food,4,,,2027-02-01,2027-01-31"), [
        (4, "name", "The item has no variants. Empty the cell."),
        (7, "name", 'There is no variant "Cup". Add a row for the variant.'),
        (8, "from", '"2027-13-01" is no date. Write it as 2027-01-31.'),
        (9, "until", "The price ends before it starts. Change from or until."),
    ]),
    "days out of time": (
        (f"{HEADER},from,until\n{FOOD},,\nitem,Soup,Food,4,,,1999-12-31,2999-12-31\n"
        "item,Tea,Food,4,,,2000-01-01,9999-12-31"), [
        (3, "from", '"1999-12-31" is too far away. Use 2000-01-01 to 2999-12-31.'),
        (4, "until", '"9999-12-31" is too far away. Use 2000-01-01 to 2999-12-31.'),
    ]),
    "prices on the same day": (
        (f"{HEADER},from,until\n{FOOD},,\nitem,Soup,Food,4,,,,2027-01-31\n"
        "price,,Soup,5,,,2027-01-31,"), [
        (4, "from", ("The price on line 3 holds on the same days. "
                    "Change from or until so that one ends before the other starts.")),
    ]),
    "lists": ((f"{ITEM_HEADER}\n{FOOD},,,,,,\nitem,Soup,Food,4,,,,celery|butter|celery,Sauce,,,\n"
              "item,Stew,Food,4,,,,milk||eggs,,,,1.2345"), [
        (3, "allergens", ('"butter" is no code. Write: gluten, crustaceans, eggs, fish, peanuts, '
                         "soya, milk, nuts, celery, mustard, sesame, sulphites, lupin, molluscs.")),
        (3, "allergens", '"celery" stands twice. Keep one.'),
        (3, "groups", 'There is no group "Sauce". Add a row for the group.'),
        (4, "allergens", "The list has an empty place. Take out the extra |."),
        (4, "left", '"1.2345" has too many decimals. Use at most 3.'),
    ]),
    "groups": (
        (f"{GROUP_HEADER}\ngroup,Sauce,,,,,3,2,4,\nmodifier,Mayo,Sauce,-1,,,,,,\n"
        "modifier,mayo,Sauce,,,,,,,more\nmodifier,NO salt,Sauce,1,,,,,,no\n"
        "group,Side,,,,,,0,,\nmodifier,Rice,Sides,,,,,,,"), [
        (2, "free", "4 are free but at most 2 are chosen. Lower free."),
        (2, "min", "The least is 3, the most 2. Lower min or raise max."),
        (3, "price", f'"-1" {NOT_AN_AMOUNT}'),
        (4, "name", 'The modifier "mayo" stands on line 3 too. Take one out or rename it.'),
        (4, "type", '"more" does not fit. Write one of: choice, add, no.'),
        (5, "price", "Leaving something out costs nothing. Empty the cell."),
        (6, "max", '"0" does not fit. Write a whole number from 1 to 20.'),
        (6, "name", "The group has no modifier. Add one or take the group out."),
        (7, "of", 'There is no group "Sides". Did you mean "Side"?'),
    ]),
    "usual": (
        (f"{HEADER},max,usual\ngroup,Side,,,,,1,\nmodifier,Rice,Side,,,,,yes\n"
        "modifier,Chips,Side,,,,,yes\nmodifier,Slaw,Side,,,,,perhaps"), [
        (2, "max", "2 modifiers are usual but at most 1 are chosen. Raise max."),
        (5, "usual", '"perhaps" does not fit. Write one of: yes.'),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_each_error_is_named_with_its_line(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert errors_of(text) == expected


def test_a_row_of_several_lines_counts_from_its_first() -> None:
    text = f'{HEADER},description\n{FOOD},\nitem,Soup,Food,4,,,"hot\nand thick"\nitem,Tea,Food,x,,,'

    assert errors_of(text) == [(5, "price", f'"x" {NOT_AN_AMOUNT}')]


def test_an_error_reads_as_one_line() -> None:
    with pytest.raises(FileRefused, match=r"^line 2, colour: \"red\" does not fit\. Write a whole"):
        read_menu([HEADER, "category,Food,,,red,food"], "EUR")


def test_a_file_that_is_not_text_says_so_once() -> None:
    with pytest.raises(FileRefused) as refused:
        lines_of(b"\x89PNG\r\n\xff\n\xfe\n\xfd")

    assert [error.line for error in refused.value.errors] == [1]


def test_a_file_that_is_not_utf_8_is_refused_with_its_line() -> None:
    data = f"{HEADER}\n{FOOD}\r\nitem,Tè,Food,2,,\n".encode("latin-1")

    with pytest.raises(FileRefused, match=r'^line 3: The text is not UTF-8\. Save .* "CSV UTF-8"'):
        lines_of(data)


def test_a_line_separator_within_a_cell_does_not_end_the_row() -> None:
    lines = lines_of(f"{HEADER}\n{FOOD}\nitem,Tea\u2028pot,Food,2,,\n".encode())

    menu = read_menu(lines, "EUR")

    assert [item.name for item in menu.items] == ["Tea pot"]


CELL = st.one_of(
    st.sampled_from([*CELLS, "Soup", "soup", "Food", "1", "-1", "2.50", "milk|eggs", "2027-01-31"]),
    st.text(max_size=30),
)


@given(st.lists(st.text(), max_size=8), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_any_text_is_read_or_refused(lines: list[str], currency: str) -> None:
    read_or_refused(lines, currency)


@given(st.lists(st.lists(CELL, max_size=len(COLUMNS)), max_size=8), st.sampled_from(",;\t"))
def test_any_cells_below_a_good_header_are_read_or_refused(
    rows: list[list[str]], delimiter: str
) -> None:
    lines = [delimiter.join(row) for row in [list(COLUMNS), *rows]]

    read_or_refused(lines, "EUR")


def read_or_refused(lines: list[str], currency: str) -> None:
    """Passes on anything but a refusal, whose errors must point into the file."""
    try:
        menu = read_menu(lines, currency)
    except FileRefused as refused:
        assert refused.errors
        assert all(1 <= error.line <= len(lines) + 1 and error.reason for error in refused.errors)
    else:
        assert all(item.category for item in menu.items)
