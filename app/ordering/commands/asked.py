"""What is asked of a line, by a tap or by a program."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

MOST = Decimal(999)


@dataclass(frozen=True, kw_only=True)
class LineEdit:
    """What may be changed about a line until the kitchen has it."""

    quantity: Decimal = Decimal(1)
    modifier_ids: tuple[UUID, ...] = ()
    note: str = ""
    course: int | None = None
    on_hold: bool = False
    seats: tuple[int, ...] = ()
    allergies: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewLine(LineEdit):
    """A line to add; its id is made by the client, so that a repeat is recognised."""

    line_id: UUID
    variant_id: UUID
