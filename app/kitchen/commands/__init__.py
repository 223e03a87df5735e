"""What happens to tickets. Rows are locked in one order: order, stations, ticket, counters."""

from app.kitchen.commands.bumping import bump, recall
from app.kitchen.commands.making import make_tickets
from app.kitchen.commands.ticking import confirm_void, mark_seen, tick_line
from app.kitchen.commands.voiding import show_void

__all__ = [
    "bump",
    "confirm_void",
    "make_tickets",
    "mark_seen",
    "recall",
    "show_void",
    "tick_line",
]
