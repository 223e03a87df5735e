"""The CSV file of a floor plan, read without a database. See docs/formats.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from app.core.csv_cells import Row, read_rows
from app.core.csv_names import index
from app.core.csv_rows import Problems, fold, quoted

GRID_COLUMNS = 24
GRID_ROWS = 16
AREA_LIMIT = 24
TABLE_NAME_LIMIT = 12
MOST_SEATS = 40
SHAPES = ("square", "round")
COLUMNS = ("area", "name", "seats", "shape", "col", "row", "width", "height")


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A table on its area's grid: `col` and `row` of its upper left cell, from 0."""

    line: int
    area: str
    name: str
    seats: int
    shape: str
    col: int
    row: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class FloorFile:
    """A valid floor plan: areas in the order of the file, tables that do not overlap."""

    areas: tuple[str, ...]
    tables: tuple[TableRow, ...]


def read_floor(lines: Iterable[str]) -> FloorFile:
    """Read the lines of a floor file. Raises FileRefused with every error that the file shows."""
    problems = Problems()
    rows = read_rows(lines, COLUMNS, COLUMNS, problems)
    index(rows, "name", "table")
    areas: dict[str, str] = {}
    tables = tuple(_table(row, areas) for row in rows)
    _refuse_overlaps([table for table in tables if not problems.are_on(table.line)], problems)
    problems.raise_if_any()
    return FloorFile(areas=tuple(areas.values()), tables=tables)


def _table(row: Row, areas: dict[str, str]) -> TableRow:
    area = row.text("area", AREA_LIMIT, required=True)
    table = TableRow(
        line=row.line,
        area=areas.setdefault(fold(area), area),
        name=row.text("name", TABLE_NAME_LIMIT),
        seats=row.whole("seats", 1, MOST_SEATS),
        shape=row.choice("shape", SHAPES),
        col=row.whole("col", 0, GRID_COLUMNS - 1),
        row=row.whole("row", 0, GRID_ROWS - 1),
        width=row.whole("width", 1, GRID_COLUMNS),
        height=row.whole("height", 1, GRID_ROWS),
    )
    if table.col + table.width > GRID_COLUMNS:
        row.refuse("width", f"The table leaves the grid of {GRID_COLUMNS} columns. Move it left.")
    if table.row + table.height > GRID_ROWS:
        row.refuse("height", f"The table leaves the grid of {GRID_ROWS} rows. Move it up.")
    return table


def _refuse_overlaps(tables: Sequence[TableRow], problems: Problems) -> None:
    by_area: dict[str, list[TableRow]] = {}
    for table in tables:
        by_area.setdefault(table.area, []).append(table)
    for one, other in chain.from_iterable(combinations(area, 2) for area in by_area.values()):
        if _overlap(one, other):
            reason = f"The table covers table {quoted(one.name)} on line {one.line}. Move one."
            problems.add(other.line, "col", reason)


def _overlap(one: TableRow, other: TableRow) -> bool:
    return (
        one.col < other.col + other.width
        and other.col < one.col + one.width
        and one.row < other.row + other.height
        and other.row < one.row + one.height
    )
