"""docs/formats.md describes the files that the readers read."""

import re
from pathlib import Path

from app.floor import csv_format as floor_format
from app.inventory import csv_format as stock_format
from app.menu import csv_format as menu_format

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```", TEXT, re.DOTALL)


def test_the_examples_are_read() -> None:
    menu, stock, floor = (example.splitlines() for example in EXAMPLES)

    assert menu_format.read_menu(menu, "EUR").items
    assert stock_format.read_stock(stock).recipes
    assert floor_format.read_floor(floor).tables


def test_every_column_is_described() -> None:
    sections = TEXT.split("\n## ")[2:]
    formats = (menu_format, stock_format, floor_format)

    for section, columns in zip(sections, (each.COLUMNS for each in formats), strict=True):
        assert [column for column in columns if f"`{column}`" not in section] == []
