"""The rules of the floor: visits, and the stage a table is at."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.states import StateMachine


class VisitState(StrEnum):
    """Where a party is between sitting down and a cleared table."""

    SEATED = "seated"
    LEAVING = "leaving"
    DIRTY = "dirty"
    DONE = "done"


VISIT = StateMachine(
    "visit",
    {
        VisitState.SEATED: ("leaving", "done"),
        VisitState.LEAVING: ("dirty", "seated"),
        VisitState.DIRTY: ("done",),
    },
)


class TableStage(StrEnum):
    """What a table is at, for its colour and its word on the floor plan."""

    FREE = "free"
    SEATED = "seated"
    ORDERED = "ordered"
    COOKING = "cooking"
    READY = "ready"
    LATE = "late"
    BILL = "bill"
    PAID = "paid"
    TO_CLEAR = "to_clear"


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """What is known of a table. `visit_state` is None for a table without a party.

    has_lines: something is on its orders; is_cooking, is_ready, is_late: of what the kitchen
    has; is_bill_asked: the pro-forma is out or the guest wants to pay; is_paid: each bill is
    settled, and there is one.
    """

    visit_state: str | None = None
    has_lines: bool = False
    is_cooking: bool = False
    is_ready: bool = False
    is_late: bool = False
    is_bill_asked: bool = False
    is_paid: bool = False


def table_stage(facts: TableFacts) -> TableStage:
    """Return a table's stage: the most urgent that its facts allow."""
    if facts.visit_state in (None, VisitState.DONE):
        return TableStage.FREE
    if facts.visit_state == VisitState.DIRTY:
        return TableStage.TO_CLEAR
    by_urgency = (
        (facts.is_late, TableStage.LATE),
        (facts.is_ready, TableStage.READY),
        (facts.is_cooking, TableStage.COOKING),
        (facts.is_paid, TableStage.PAID),
        (facts.is_bill_asked, TableStage.BILL),
        (facts.has_lines, TableStage.ORDERED),
    )
    return next((stage for holds, stage in by_urgency if holds), TableStage.SEATED)
