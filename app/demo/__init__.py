"""What the two demo restaurants are made of: CSV files of the formats in docs/formats.md."""

from pathlib import Path

from app.core.csv_rows import lines_of

FOLDER = Path(__file__).parent


def lines(file_name: str) -> list[str]:
    """The lines of one of the demo files, such as "trattoria_menu.csv"."""
    return lines_of((FOLDER / file_name).read_bytes())
