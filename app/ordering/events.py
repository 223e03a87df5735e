"""What ordering says happened; `app/wiring.py` says who listens."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.core.outbox import HERE


@dataclass(frozen=True, kw_only=True)
class ModifierFacts:
    """A modifier of a line, as recipes and tickets need it."""

    modifier_id: UUID
    kind: str
    kitchen_name: str


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """What listeners need to know of a line, so that none has to read it again.

    `allergies` are pairs (allergen, seat or None for the whole line).
    """

    line_id: UUID
    item_id: UUID
    variant_id: UUID
    name: str
    kitchen_name: str
    variant_name: str
    quantity: Decimal
    note: str
    station_ids: tuple[UUID, ...]
    prep_minutes: int | None
    modifiers: tuple[ModifierFacts, ...] = ()
    allergies: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderPlaced:
    """Lines are placed: set their stock aside, or refuse."""

    location_id: UUID
    order_id: UUID
    lines: tuple[LineFacts, ...] = field(metadata=HERE)


@dataclass(frozen=True, kw_only=True)
class LineChanged:
    """A held line's quantity or modifiers changed."""

    location_id: UUID
    order_id: UUID
    line: LineFacts = field(metadata=HERE)


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
    fired_at: datetime
    fired_by: UUID
    line_ids: tuple[UUID, ...]
    lines: tuple[LineFacts, ...] = field(metadata=HERE)


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
