"""Tables of ordering: what was asked for, who owes it, and the paper of record."""

from app.ordering.models.bill import Bill, BillLine, FiscalDocument
from app.ordering.models.line import Line, LineAllergy, LineModifier, LineSeat, LineTax
from app.ordering.models.order import Firing, FiringLine, Order, OrderChange

__all__ = [
    "Bill",
    "BillLine",
    "Firing",
    "FiringLine",
    "FiscalDocument",
    "Line",
    "LineAllergy",
    "LineModifier",
    "LineSeat",
    "LineTax",
    "Order",
    "OrderChange",
]
