"""What can be done to an order. Each command is one transaction and composes with others.

Rows are locked in one order: order, bill, counted items, stock, stations, counters.
"""

from app.ordering.commands.asked import LineEdit, NewLine
from app.ordering.commands.bills import lock_bill
from app.ordering.commands.closing import cancel_order
from app.ordering.commands.ending import close_order
from app.ordering.commands.firing import fire_course, fire_settled, release
from app.ordering.commands.leaving_off import leave_off_unsent
from app.ordering.commands.lines import (
    add_line,
    edit_line,
    mark_lines,
    remove_line,
    serve_lines,
)
from app.ordering.commands.orders import open_order
from app.ordering.commands.placing import Placed, PlaceOrder, Sent, place, send
from app.ordering.commands.settling import set_money
from app.ordering.commands.voiding import void_line

__all__ = [
    "LineEdit",
    "NewLine",
    "PlaceOrder",
    "Placed",
    "Sent",
    "add_line",
    "cancel_order",
    "close_order",
    "edit_line",
    "fire_course",
    "fire_settled",
    "leave_off_unsent",
    "lock_bill",
    "mark_lines",
    "open_order",
    "place",
    "release",
    "remove_line",
    "send",
    "serve_lines",
    "set_money",
    "void_line",
]
