"""States of line, order and bill."""

from enum import StrEnum

from app.core.errors import Conflict
from app.core.states import StateMachine
from app.identity.permissions import ORDER_VOID_FIRED, ORDER_VOID_SERVED


class LineState(StrEnum):
    """Where a line is on its way from the tablet to the table."""

    NEW = "new"
    HELD = "held"
    FIRED = "fired"
    PREPARING = "preparing"
    READY = "ready"
    SERVED = "served"
    VOIDED = "voided"


class OrderState(StrEnum):
    """Whether work on an order goes on."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class BillState(StrEnum):
    """Whether a bill is owed."""

    OPEN = "open"
    SETTLED = "settled"
    VOID = "void"


LINE = StateMachine(
    "line",
    {
        LineState.NEW: ("held", "fired", "voided"),
        LineState.HELD: ("fired", "new", "voided"),
        LineState.FIRED: ("preparing", "ready", "served", "voided"),
        LineState.PREPARING: ("ready", "served", "voided"),
        LineState.READY: ("served", "preparing", "fired", "voided"),
        LineState.SERVED: ("ready", "voided"),
    },
)

ORDER = StateMachine(
    "order", {OrderState.OPEN: ("closed", "cancelled"), OrderState.CLOSED: ("open",)}
)

BILL = StateMachine("bill", {BillState.OPEN: ("settled", "void"), BillState.SETTLED: ("open",)})

EDITABLE = frozenset({LineState.NEW, LineState.HELD})
IN_KITCHEN = frozenset({LineState.FIRED, LineState.PREPARING, LineState.READY})


def require_editable(state: str) -> None:
    """Raise Conflict (`line_fired`) for a line that the kitchen already has."""
    if state not in EDITABLE:
        raise Conflict("line_fired", "The kitchen already has this line; void it instead.")


def permission_to_void(state: str) -> str | None:
    """Return the permission that voiding a line in this state takes, None where it takes none."""
    if state in EDITABLE:
        return None
    return ORDER_VOID_SERVED if state == LineState.SERVED else ORDER_VOID_FIRED
