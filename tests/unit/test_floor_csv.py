"""The floor file: tables on the grid of their area."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import demo
from app.core.csv_rows import FileRefused
from app.floor.csv_format import (
    COLUMNS,
    GRID_COLUMNS,
    GRID_ROWS,
    FloorFile,
    TableRow,
    read_floor,
)

HEADER = "area,name,seats,shape,col,row,width,height"


def errors_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as refused:
        read_floor(text.splitlines())
    return [(error.line, error.column, error.reason) for error in refused.value.errors]


def cells_of(table: TableRow) -> set[tuple[str, int, int]]:
    return {
        (table.area, col, row)
        for col in range(table.col, table.col + table.width)
        for row in range(table.row, table.row + table.height)
    }


def has_room_for_every_table(floor: FloorFile) -> bool:
    cells = [cell for table in floor.tables for cell in cells_of(table)]
    inside = all(col < GRID_COLUMNS and row < GRID_ROWS for _, col, row in cells)
    return inside and len(cells) == len(set(cells))


@pytest.mark.parametrize(
    ("file_name", "areas", "least"),
    [
        ("trattoria_floor.csv", ("Dining room", "Terrace", "Bar"), 16),
        ("diner_floor.csv", ("Main room", "Counter"), 10),
    ],
)
def test_a_demo_floor_has_room_for_its_tables(
    file_name: str, areas: tuple[str, ...], least: int
) -> None:
    floor = read_floor(demo.lines(file_name))

    assert floor.areas == areas
    assert len(floor.tables) >= least
    assert has_room_for_every_table(floor)
    assert {table.shape for table in floor.tables} == {"round", "square"}


def test_a_table_stands_where_its_row_says() -> None:
    floor = read_floor([HEADER, "Terrace,T1,4,ROUND,2,3,4,5", "terrace,T2,1,square,23,15,1,1"])

    assert floor.areas == ("Terrace",)
    assert floor.tables[0] == TableRow(
        line=2, area="Terrace", name="T1", seats=4, shape="round", col=2, row=3, width=4, height=5
    )
    assert floor.tables[1].area == "Terrace"


def test_areas_have_a_grid_each() -> None:
    floor = read_floor([HEADER, "Bar,1,4,round,0,0,2,2", "Terrace,2,4,round,0,0,2,2"])

    assert [table.area for table in floor.tables] == ["Bar", "Terrace"]


BROKEN = {
    "missing columns": ("area,name,seats,shape,col,row\n", [
        (1, "height", "The header lacks this column. Add it to the first row."),
        (1, "width", "The header lacks this column. Add it to the first row."),
    ]),
    "bad cells": (f"{HEADER}\n,,0,oval,24,-1,0,x", [
        (2, "area", "The cell is empty. Fill it in."),
        (2, "col", '"24" does not fit. Write a whole number from 0 to 23.'),
        (2, "height", '"x" does not fit. Write a whole number from 1 to 16.'),
        (2, "name", "The cell is empty. Fill it in."),
        (2, "row", '"-1" does not fit. Write a whole number from 0 to 15.'),
        (2, "seats", '"0" does not fit. Write a whole number from 1 to 40.'),
        (2, "shape", '"oval" does not fit. Write one of: square, round.'),
        (2, "width", '"0" does not fit. Write a whole number from 1 to 24.'),
    ]),
    "name twice": (f"{HEADER}\nBar,b1,1,round,0,0,2,2\nTerrace,B1,1,round,4,0,2,2", [
        (3, "name", 'The table "B1" stands on line 2 too. Take one out or rename it.'),
    ]),
    "off the grid": (f"{HEADER}\nBar,1,4,round,22,14,3,3", [
        (2, "height", "The table leaves the grid of 16 rows. Move it up."),
        (2, "width", "The table leaves the grid of 24 columns. Move it left."),
    ]),
    "overlap": (f"{HEADER}\nBar,1,4,round,0,0,3,3\nBar,2,4,round,3,0,3,3\nBar,3,4,round,2,2,2,2", [
        (4, "col", 'The table covers table "1" on line 2. Move one.'),
        (4, "col", 'The table covers table "2" on line 3. Move one.'),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_each_error_is_named_with_its_line(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert errors_of(text) == expected


def test_a_bad_table_covers_no_other() -> None:
    text = f"{HEADER}\nBar,1,4,round,0,0,2,2\nBar,2,4,round,,0,2,2"

    assert errors_of(text) == [
        (3, "col", "The cell is empty. Write a whole number from 0 to 23."),
    ]


@given(st.lists(st.text(), max_size=8))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    read_or_refused(lines)


CELL = st.one_of(st.integers(0, 24).map(str), st.sampled_from(["Bar", "round", "square"]))


@given(st.lists(st.lists(CELL, min_size=8, max_size=8), max_size=8))
def test_any_cells_below_a_good_header_are_read_or_refused(rows: list[list[str]]) -> None:
    read_or_refused([",".join(row) for row in [list(COLUMNS), *rows]])


@pytest.mark.parametrize("one", [(2, 2, 2, 1), (2, 3, 1, 3)])
def test_two_tables_are_refused_exactly_when_they_share_a_cell(
    one: tuple[int, int, int, int],
) -> None:
    for other in product(range(6), range(6), range(1, 4), range(1, 4)):
        text = "\n".join([HEADER, *map(_row, "AB", (one, other))])

        if _cells(*one) & _cells(*other):
            assert [line for line, _, _ in errors_of(text)] == [3]
        else:
            assert len(read_floor(text.splitlines()).tables) == 2


def _row(name: str, place: tuple[int, ...]) -> str:
    return f"Bar,{name},2,square,{','.join(map(str, place))}"


def _cells(col: int, row: int, width: int, height: int) -> set[tuple[int, int]]:
    return {(c, r) for c in range(col, col + width) for r in range(row, row + height)}


def read_or_refused(lines: list[str]) -> None:
    """Passes on anything but a refusal, whose errors must point into the file."""
    try:
        floor = read_floor(lines)
    except FileRefused as refused:
        assert refused.errors
        assert all(1 <= error.line <= len(lines) + 1 and error.reason for error in refused.errors)
    else:
        assert has_room_for_every_table(floor)
