"""Reads of ordering: an order as its screen shows it, lists of orders, the floor."""

from app.ordering.queries.floor import get_floor
from app.ordering.queries.lists import OrderRowView, list_orders, open_order_of_visit
from app.ordering.queries.order import counts_on_order, get_line, get_order, order_of_line
from app.ordering.queries.views import BillView, CourseView, LineView, OrderView, TaxRow

__all__ = [
    "BillView",
    "CourseView",
    "LineView",
    "OrderRowView",
    "OrderView",
    "TaxRow",
    "counts_on_order",
    "get_floor",
    "get_line",
    "get_order",
    "list_orders",
    "open_order_of_visit",
    "order_of_line",
]
