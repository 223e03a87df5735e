"""Order files: what is read, what is left out and why, and the menu they imply."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replay import orders_file
from app.replay.derived_menu import (
    MenuVariant,
    PlayedLine,
    Totals,
    count,
    derive_menu,
    played_lines,
)
from app.replay.orders_file import (
    BadRow,
    FileLine,
    FileOrder,
    NotAnOrdersFile,
    read_choices,
    read_orders,
)

HEADER = b"order_id\tquantity\titem_name\tchoice_description\titem_price\n"
SAMPLE = Path(orders_file.__file__).with_name("sample.tsv")

Tree = str | list["Tree"]

names = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="[],"), min_size=1, max_size=20
)
trees = st.recursive(
    names, lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=25
).filter(lambda tree: isinstance(tree, list))


def write(tree: Tree) -> str:
    return tree if isinstance(tree, str) else "[" + ", ".join(map(write, tree)) + "]"


def flatten(tree: Tree) -> tuple[str, ...]:
    if isinstance(tree, str):
        return (tree,)
    return tuple(name for inner in tree for name in flatten(inner))


def read(*rows: bytes) -> list[FileOrder | BadRow]:
    return list(read_orders([HEADER, *rows]))


@given(trees)
def test_nested_choices_come_back_flattened_in_order(tree: Tree) -> None:
    assert read_choices(write(tree)) == flatten(tree)


def test_choices_nested_very_deep_are_read() -> None:
    assert read_choices("[" * 50_000 + "Rice" + "]" * 50_000) == ("Rice",)


def test_parentheses_belong_to_the_name_of_a_choice() -> None:
    assert read_choices("[Salsa (Mild), [Rice, Beans]]") == ("Salsa (Mild)", "Rice", "Beans")


@given(trees, st.data())
def test_choices_with_a_bracket_missing_are_refused(tree: Tree, data: st.DataObject) -> None:
    text = write(tree)
    brackets = [at for at, character in enumerate(text) if character in "[]"]
    at = data.draw(st.sampled_from(brackets))

    with pytest.raises(ValueError, match="choices"):
        read_choices(text[:at] + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rice",
        "[]",
        "[Rice",
        "Rice]",
        "[Rice,]",
        "[,Rice]",
        "[Rice, , Beans]",
        "[Rice][Beans]",
        "[Rice [Beans]]",
        "[[Rice] Beans]",
        "[Rice] Beans",
        "[Rice], [Beans]",
        "]Rice[",
        "[[], A]",
        "null",
        "NULL, Rice",
        "[Ri\x00ce]",
    ],
)
def test_choices_that_do_not_fit_together_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"choices|names"):
        read_choices(text)


def test_rows_of_one_number_make_an_order() -> None:
    orders = read(
        b"1\t1\tSoup\tNULL\t$2.39 \n",
        b"1\t2\tPie\t[Gravy, [Mash]]\t$16.98\r\n",
        b"7\t1\tSoup\tNULL\t$2.39",
    )

    soup = FileLine(1, "Soup", (), 239)
    pie = FileLine(2, "Pie", ("Gravy", "Mash"), 1698)
    assert orders == [FileOrder(1, (soup, pie)), FileOrder(7, (soup,))]


def test_orders_are_given_as_soon_as_they_are_complete() -> None:
    def rows() -> Iterator[bytes]:
        yield from (HEADER, b"1\t1\tSoup\tNULL\t$1.00\n", b"2\t1\tSoup\tNULL\t$1.00\n")
        raise AssertionError("the third row was read before the first order was given")

    first = next(read_orders(rows()))

    assert first == FileOrder(1, (FileLine(1, "Soup", (), 100),))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"\n", "5 fields"),
        (b"1\t1\tSoup\tNULL\n", "5 fields"),
        (b"1\t1\tSoup\tNULL\t$1.00\t\n", "5 fields"),
        (b"x\t1\tSoup\tNULL\t$1.00\n", "order_id"),
        (b"0\t1\tSoup\tNULL\t$1.00\n", "order_id"),
        (b"1\t0\tSoup\tNULL\t$1.00\n", "quantity"),
        (b"1\t-1\tSoup\tNULL\t$1.00\n", "quantity"),
        (b"1\t1.5\tSoup\tNULL\t$1.00\n", "quantity"),
        ("1\t٣\tSoup\tNULL\t$1.00\n".encode(), "quantity"),
        (b"1\t1\t \tNULL\t$1.00\n", "names"),
        (b"1\t1\tSo\x07up\tNULL\t$1.00\n", "names"),
        (b"1\t1\t" + b"S" * 121 + b"\tNULL\t$1.00\n", "names"),
        (b"1\t1\tSoup\t\t$1.00\n", "choices"),
        (b"1\t1\tSoup\t[Rice\t$1.00\n", "choices"),
        (b"1\t1\tSoup\tNULL\t1.00\n", "item_price"),
        (b"1\t1\tSoup\tNULL\t$1\n", "item_price"),
        (b"1\t1\tSoup\tNULL\t$1,000.00\n", "item_price"),
        (b"1\t1\tSoup\tNULL\t$-1.00\n", "item_price"),
        (b"1\t1\tSoup\tNULL\t$1.005\n", "item_price"),
        (b"1\t1\tSou\xffp\tNULL\t$1.00\n", "UTF-8"),
    ],
)
def test_a_malformed_row_is_reported_and_the_rest_of_its_order_stands(
    row: bytes, reason: str
) -> None:
    bad, order = read(row, b"1\t1\tPie\tNULL\t$2.00\n")

    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert reason in bad.reason
    assert order == FileOrder(1, (FileLine(1, "Pie", (), 200),))


def test_a_row_of_an_order_that_has_ended_is_reported() -> None:
    soup = b"%d\t1\tSoup\tNULL\t$1.00\n"

    first, bad, second = read(soup % 1, soup % 2, soup % 1)

    assert bad == BadRow(4, "order 1 has already ended: rows of an order stand together")
    assert isinstance(first, FileOrder)
    assert first.number == 1
    assert isinstance(second, FileOrder)
    assert second.number == 2


@pytest.mark.parametrize("first", [b"", b"order_id\n", HEADER.replace(b"\t", b","), b"\xff\n"])
def test_a_file_without_the_header_is_refused(first: bytes) -> None:
    with pytest.raises(NotAnOrdersFile, match="order_id, quantity"):
        list(read_orders([first]))


def test_a_byte_order_mark_before_the_header_is_passed_over() -> None:
    assert list(read_orders([b"\xef\xbb\xbf" + HEADER])) == []


@given(st.integers(1, 50), st.integers(0, 100_000))
def test_played_lines_keep_quantity_and_sum(quantity: int, price_minor: int) -> None:
    played = played_lines(FileLine(quantity, "Soup", (), price_minor))

    assert sum(part.quantity for part in played) == quantity
    assert sum(part.quantity * part.unit_minor for part in played) == price_minor
    assert max(p.unit_minor for p in played) - min(p.unit_minor for p in played) <= 1


def test_a_price_that_does_not_divide_is_played_as_two_lines() -> None:
    played = played_lines(FileLine(3, "Cake", ("Cream",), 1000))

    assert played == [
        PlayedLine(1, "Cake", 334, ("Cream",)),
        PlayedLine(2, "Cake", 333, ("Cream",)),
    ]


def test_the_menu_has_a_variant_for_each_unit_price_and_each_choice_once() -> None:
    soup = FileLine(1, "Soup", ("Chives", "Cream"), 520)
    two_soups = FileLine(2, "Soup", ("Cream",), 1040)
    cakes = FileLine(3, "Cake", (), 1000)
    menu = derive_menu([FileOrder(1, (soup, two_soups)), FileOrder(2, (cakes,))])

    cake, soup_item = menu.items
    assert (soup_item.name, soup_item.choices) == ("Soup", ("Chives", "Cream"))
    assert soup_item.variants == (MenuVariant("5.20", 520),)
    assert cake.variants == (MenuVariant("3.33", 333), MenuVariant("3.34", 334))
    assert menu.uneven_lines == 1


def test_the_sample_reads_without_a_bad_row_and_shows_every_rule() -> None:
    with SAMPLE.open("rb") as rows:
        orders = [order for order in read_orders(rows) if isinstance(order, FileOrder)]
    lines = [line for order in orders for line in order.lines]
    menu = derive_menu(orders)

    assert count(orders) == Totals(orders=25, lines=51, items=60, total_minor=41960)
    assert len(lines) == len(SAMPLE.read_bytes().splitlines()) - 1
    assert menu.uneven_lines == 1
    assert any('"' in item.name for item in menu.items)
    assert any(len(item.variants) > 1 for item in menu.items)
