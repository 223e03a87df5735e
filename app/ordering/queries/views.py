"""What ordering tells its screens: frozen views, amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ModifierOnLine:
    """A modifier of a line; `kind` is choice, add or no; the price is for one unit of the line."""

    modifier_id: UUID
    name: str
    kind: str
    price_minor: int


@dataclass(frozen=True, kw_only=True)
class AllergyOnLine:
    """An allergy to heed; `seat` None: of nobody in particular at the table."""

    allergen: str
    seat: int | None


@dataclass(frozen=True, kw_only=True)
class LineView:
    """A line as the bill shows it, and what the actor may do with it."""

    id: UUID
    item_id: UUID
    category_name: str
    name: str
    variant_name: str
    quantity: Decimal
    gross_minor: int
    course: int
    on_hold: bool
    note: str
    state: str
    version: int
    is_nested: bool
    fired_at: datetime | None
    modifiers: tuple[ModifierOnLine, ...]
    seats: tuple[int, ...]
    allergies: tuple[AllergyOnLine, ...]
    void_reason: str
    void_made: bool
    voided_by: str
    approved_by: str | None
    can_edit: bool
    can_remove: bool
    can_void: bool

    @property
    def count(self) -> str:
        """The quantity without zeros that say nothing: 2, 0.5."""
        return f"{self.quantity:f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """Lines that leave the kitchen together."""

    number: int
    lines: tuple[LineView, ...]

    @property
    def title(self) -> str:
        """The names of the categories in it, the first two."""
        return " · ".join(list(dict.fromkeys(line.category_name for line in self.lines))[:2])

    @property
    def waiting(self) -> tuple[LineView, ...]:
        """Lines on hold that can be fired."""
        return self._in("held")

    @property
    def ready(self) -> tuple[LineView, ...]:
        """Lines that stand at the pass."""
        return self._in("ready")

    @property
    def in_kitchen(self) -> tuple[LineView, ...]:
        """Lines that the kitchen has, ready ones included."""
        return self._in("fired", "preparing", "ready")

    @property
    def fired_at(self) -> datetime | None:
        """When the first line that is still in the kitchen was fired."""
        return min((line.fired_at for line in self.in_kitchen if line.fired_at), default=None)

    @property
    def is_served(self) -> bool:
        """Whether all that was not voided is with the guests."""
        states = {line.state for line in self.lines} - {"voided"}
        return states == {"served"}

    def _in(self, *states: str) -> tuple[LineView, ...]:
        return tuple(line for line in self.lines if line.state in states)


@dataclass(frozen=True, kw_only=True)
class TaxRow:
    """What one rate comes to on a bill."""

    name: str
    percent: Decimal
    inclusive: bool
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class BillView:
    """What one payer owes."""

    id: UUID
    number: int
    state: str
    version: int
    total_minor: int
    paid_minor: int
    under_way_minor: int
    taxes: tuple[TaxRow, ...]

    @property
    def due_minor(self) -> int:
        """What is still to pay; nothing on a void bill."""
        return 0 if self.state == "void" else self.total_minor - self.paid_minor


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order with all that its screen shows."""

    id: UUID
    number: int | None
    version: int
    state: str
    style: str
    channel: str
    service_type: str
    currency: str
    pickup_name: str
    opened_at: datetime
    placed_at: datetime | None
    visit_id: UUID | None
    visit_state: str
    guests: int
    seated_at: datetime | None
    server: str
    tables: tuple[str, ...]
    courses: tuple[CourseView, ...]
    unsent: tuple[LineView, ...]
    bills: tuple[BillView, ...]
    newest_id: UUID | None
    can_cancel: bool

    @property
    def lines(self) -> tuple[LineView, ...]:
        """Every line: those sent by course, then the new ones."""
        return tuple(line for course in self.courses for line in course.lines) + self.unsent

    @property
    def is_open(self) -> bool:
        """Whether anything may still be ordered."""
        return self.state == "open"

    @property
    def is_pay_first(self) -> bool:
        """Whether the kitchen waits for the money."""
        return self.style == "pay_first"

    @property
    def ready_count(self) -> int:
        """How many lines stand at the pass."""
        return sum(line.state == "ready" for line in self.lines)

    @property
    def total_minor(self) -> int:
        """The total of every bill that is not void."""
        return sum(bill.total_minor for bill in self.bills if bill.state != "void")

    @property
    def paid_minor(self) -> int:
        """What has been paid on all bills."""
        return sum(bill.paid_minor for bill in self.bills)

    @property
    def due_minor(self) -> int:
        """What is still to pay."""
        return sum(bill.due_minor for bill in self.bills)

    @property
    def is_settled(self) -> bool:
        """Whether there is a bill and none is open."""
        states = {bill.state for bill in self.bills}
        return "settled" in states and "open" not in states

    @property
    def taxes(self) -> tuple[TaxRow, ...]:
        """The taxes of every bill, a row for each rate."""
        sums: dict[tuple[str, Decimal, bool], int] = {}
        for tax in (tax for bill in self.bills if bill.state != "void" for tax in bill.taxes):
            key = (tax.name, tax.percent, tax.inclusive)
            sums[key] = sums.get(key, 0) + tax.amount_minor
        return tuple(
            TaxRow(name=name, percent=percent, inclusive=inclusive, amount_minor=amount)
            for (name, percent, inclusive), amount in sums.items()
        )
