"""Reads of the audit trail."""

from app.audit.queries.alerts import Alert, open_alerts
from app.audit.queries.entries import PAGE, Entry, entries, every_entry, people, places

__all__ = [
    "PAGE",
    "Alert",
    "Entry",
    "entries",
    "every_entry",
    "open_alerts",
    "people",
    "places",
]
