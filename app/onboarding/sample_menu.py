"""A menu to begin with: imported like any other, and thrown away in one act."""

import csv
import io
from decimal import Decimal
from pathlib import Path

from app.core.money import exponent

FILE = Path(__file__).with_name("sample_menu.csv")
WITHOUT_DECIMALS = 100  # what costs 4.50 elsewhere costs 450 there


def sample_menu(currency: str) -> list[str]:
    """The lines of the sample, with prices that the currency can write."""
    rows = list(csv.DictReader(io.StringIO(FILE.read_text())))
    if exponent(currency) == 0:
        for row in rows:
            row["price"] = (
                str(int(Decimal(row["price"]) * WITHOUT_DECIMALS)) if row["price"] else ""
            )
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().splitlines(keepends=True)
