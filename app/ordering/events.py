"""What ordering says happened; `app/wiring.py` says who listens."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class OrderPlaced:
    """Lines moved from new to held: set their stock aside, or refuse."""

    location_id: UUID
    order_id: UUID
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class LineChanged:
    """A held line's quantity or modifiers changed."""

    location_id: UUID
    order_id: UUID
    line_id: UUID


@dataclass(frozen=True, kw_only=True)
class LinesReleased:
    """Held lines went back to new: what was set aside for them is free again."""

    location_id: UUID
    order_id: UUID
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class LinesFired:
    """Lines were handed to the kitchen."""

    location_id: UUID
    order_id: UUID
    firing_id: UUID
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class LineVoided:
    """A line was taken off the bill; `was` is the state it had."""

    location_id: UUID
    order_id: UUID
    line_id: UUID
    was: str
    made: bool
    reason: str
    actor_id: UUID


@dataclass(frozen=True, kw_only=True)
class BillSettled:
    """A bill of a pay-first order has been paid in full."""

    location_id: UUID
    order_id: UUID
    bill_id: UUID


@dataclass(frozen=True, kw_only=True)
class SaleIssued:
    """A sale document was issued for a settled bill."""

    location_id: UUID
    order_id: UUID
    bill_id: UUID
    document_id: UUID
