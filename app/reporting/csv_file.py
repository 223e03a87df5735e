"""The day's report as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from app.core.money import to_decimal
from app.core.words import shown
from app.reporting.queries import DayReport
from app.reporting.queries.documents import Papers

# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
HEAD = ("part", "name", "detail", "quantity", "net", "tax", "total")


def day_csv(report: DayReport, currency: str) -> str:
    """One row a figure: its part of the report, name, detail, quantity and amounts.

    Amounts have a point and the currency's decimals; an amount that does not apply is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for part, name, detail, quantity, *amounts in _rows(report):
        figures = [_amount(amount, currency) for amount in amounts]
        writer.writerow([part, text_cell(name), text_cell(detail), quantity, *figures])
    return out.getvalue()


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a quote goes before what looks like one."""
    text = str(shown(text))
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(to_decimal(minor, currency))


Row = tuple[str, str, str, str, int | None, int | None, int | None]


def _rows(report: DayReport) -> Iterator[Row]:
    yield from _totals(report)
    for group in report.categories:
        yield "category", group.name, "", str(group.quantity), group.net_minor, None, None
    for item in report.items:
        yield "item", item.name, item.variant, str(item.quantity), item.net_minor, None, None
    for rate in report.taxes:
        yield (
            "tax",
            rate.name,
            f"{rate.percent.normalize():f} %",
            "",
            rate.base_minor,
            (rate.due_minor),
            None,
        )
    for tender in report.tenders:
        yield "tender", tender.name, "", str(tender.payments), None, None, tender.taken_minor


def _totals(report: DayReport) -> Iterable[Row]:
    ledger, sales, refunds = report.ledger, report.sales, report.refunds
    return [
        ("total", "sales", report.date.isoformat(), str(sales.count), *_sums(sales)),
        ("total", "refunds", report.date.isoformat(), str(refunds.count), *_sums(refunds)),
        (
            "total",
            "net sales",
            report.date.isoformat(),
            "",
            ledger.net_minor,
            ledger.tax_minor,
            ledger.net_minor + ledger.tax_minor + ledger.charges_minor,
        ),
        ("total", "discounts", report.date.isoformat(), "", None, None, report.discounts_minor),
        (
            "total",
            "voids",
            report.date.isoformat(),
            str(report.voids.count),
            None,
            None,
            report.voids.gross_minor,
        ),
    ]


def _sums(papers: Papers) -> tuple[int, int, int]:
    return papers.net_minor, papers.tax_minor, papers.total_minor
