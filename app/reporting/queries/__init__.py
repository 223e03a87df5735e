"""Reads for the dashboard, the day's report and receipts, all in minor units.

Sales and taxes come from the ledger; what the papers and the payments say is read apart from
it, and both are compared.
"""

from app.reporting.queries.dashboard import Dashboard, dashboard
from app.reporting.queries.days import today
from app.reporting.queries.papers import Receipt, find_newest_document, receipt
from app.reporting.queries.provisional import Provisional, provisional
from app.reporting.queries.report import DayReport, day_report

__all__ = [
    "Dashboard",
    "DayReport",
    "Provisional",
    "Receipt",
    "dashboard",
    "day_report",
    "find_newest_document",
    "provisional",
    "receipt",
    "today",
]
