"""What the page of data protection shows."""

from app.privacy.queries.people import GuestOrder, PersonView, find_guests, people
from app.privacy.queries.state import (
    ExportView,
    Removal,
    awaits_everything,
    days_of,
    exports,
    get_export,
    last_removal,
    retention_days,
)

__all__ = [
    "ExportView",
    "GuestOrder",
    "PersonView",
    "Removal",
    "awaits_everything",
    "days_of",
    "exports",
    "find_guests",
    "get_export",
    "last_removal",
    "people",
    "retention_days",
]
