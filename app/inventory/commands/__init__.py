"""Stock as orders move it.

Placing sets aside (reserve), firing takes (deplete), a void gives back or records waste
(reverse). Rows of stock are locked in order of ingredient id, after counted items. What menus
show as left is written by a job of its own, so that nobody locks availability after stock.
"""

from app.inventory.commands.adjusting import adjust
from app.inventory.commands.depleting import deplete, reverse, take_back
from app.inventory.commands.left import show_left
from app.inventory.commands.reserving import release, reserve, reserve_again

__all__ = [
    "adjust",
    "deplete",
    "release",
    "reserve",
    "reserve_again",
    "reverse",
    "show_left",
    "take_back",
]
