"""The two service styles: what placing does, when lines fire, when an order may end."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.core.errors import Conflict
from app.ordering.domain.states import EDITABLE, IN_KITCHEN, BillState, LineState

RELEASE_AFTER = timedelta(minutes=10)


class ServiceStyle(StrEnum):
    """Whether the guest pays before the kitchen sees the order or after."""

    PAY_FIRST = "pay_first"
    PAY_LATER = "pay_later"


@dataclass(frozen=True, kw_only=True)
class PlacedLine:
    """What placing and firing ask about a line."""

    line_id: UUID
    state: str
    is_course_on_hold: bool = False


def lines_to_fire(
    style: ServiceStyle, lines: Iterable[PlacedLine], *, is_settled: bool
) -> list[UUID]:
    """Return the held lines that are due in the kitchen.

    Ask after the hold, with the lines as they are then. Pay-later fires at placing, whatever
    is paid; pay-first once every bill is settled. A course on hold waits in both.
    """
    if style is ServiceStyle.PAY_FIRST and not is_settled:
        return []
    return [
        line.line_id
        for line in lines
        if line.state == LineState.HELD and not line.is_course_on_hold
    ]


def require_closable(bill_states: Collection[str], line_states: Iterable[str]) -> None:
    """Raise Conflict unless each bill is settled or void and no line waits to be fired."""
    if any(state == BillState.OPEN for state in bill_states):
        raise Conflict("bill_open", "A bill of this order is still open.")
    if any(state in EDITABLE for state in line_states):
        raise Conflict("lines_unsent", "Some lines have not been sent; send or remove them.")


def require_cancellable(paid_minor: int) -> None:
    """Raise Conflict for an order with money on it; that is reversed first."""
    if paid_minor:
        raise Conflict("order_paid", "Money has been taken for this order; reverse it first.")


def is_served_by_closing(line_state: str) -> bool:
    """Tell whether closing the order marks a line served; its ticket stays until bumped."""
    return line_state in IN_KITCHEN
