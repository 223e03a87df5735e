"""What payments tell their screens: frozen views, amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.money import largest_remainder
from app.ordering.queries import BillView, LineView, OrderView
from app.payments.domain.cash import cash_due, quick_cash

MOST_GUESTS = 4


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """A payment as the screen shows it, and what the actor may do with it.

    `refunded_minor` has been given back, `refunding_minor` is on its way; `reason` is the
    terminal's code for a card that was not taken.
    """

    id: UUID
    tender: str
    state: str
    amount_minor: int
    tip_minor: int
    rounding_minor: int
    tendered_minor: int | None
    change_minor: int | None
    card_brand: str
    card_last4: str
    reason: str
    taken_by: str
    created_at: datetime
    next_ask_at: datetime | None
    refunded_minor: int
    refunding_minor: int
    reversed_minor: int
    refund_failed: bool
    may_refund: bool

    @property
    def is_pending(self) -> bool:
        """Whether its outcome is still to come."""
        return self.state in ("created", "sending", "unknown", "authorised", "capturing")

    @property
    def charge_minor(self) -> int:
        """What the guest pays: the tip is on top."""
        return self.amount_minor + self.tip_minor

    @property
    def refundable_minor(self) -> int:
        """What may still be given back."""
        if self.state != "captured":
            return 0
        back = self.refunded_minor + self.refunding_minor + self.reversed_minor
        return self.amount_minor - back

    @property
    def can_refund(self) -> bool:
        """Whether the actor may give back any of it."""
        return self.may_refund and self.refundable_minor > 0


@dataclass(frozen=True, kw_only=True)
class Cash:
    """A sum that a guest may hand over, and the change it makes."""

    tendered_minor: int
    change_minor: int


@dataclass(frozen=True, kw_only=True)
class PayView:
    """One bill of an order with its payments, and what is about to be taken."""

    order: OrderView
    bill: BillView
    lines: tuple[LineView, ...]
    payments: tuple[PaymentView, ...]
    document_id: UUID | None
    document_number: int | None
    has_unsent: bool
    cash_step_minor: int
    amount_minor: int
    tip_minor: int

    @property
    def currency(self) -> str:
        """The order's currency."""
        return self.order.currency

    @property
    def payable_minor(self) -> int:
        """The most that may be taken now."""
        if self.bill.state != "open":
            return 0
        return max(0, self.bill.due_minor - self.bill.under_way_minor)

    @property
    def shown_minor(self) -> int:
        """What stands in the largest type: the sum to take, or what is still on its way."""
        return self.amount_minor + self.tip_minor if self.payable_minor else self.bill.due_minor

    @property
    def is_part(self) -> bool:
        """Whether less than everything is about to be taken."""
        return self.amount_minor < self.payable_minor

    @property
    def must_decide(self) -> bool:
        """Whether somebody has to say first what becomes of lines that were not sent."""
        return self.has_unsent and not self.order.is_pay_first and self.bill.state == "open"

    @property
    def is_pending(self) -> bool:
        """Whether a payment's or a refund's outcome is awaited."""
        return any(payment.is_pending or payment.refunding_minor for payment in self.payments)

    @property
    def latest_card(self) -> PaymentView | None:
        """The card payment whose outcome matters now: the last one, until another is taken."""
        last = self.payments[-1] if self.payments else None
        return last if last and last.tender == "card" else self._pending_card()

    @property
    def change_minor(self) -> int:
        """The change to hand out, where the last payment was cash."""
        last = self.payments[-1] if self.payments else None
        return (last.change_minor or 0) if last and last.tender == "cash" else 0

    @property
    def cash_due_minor(self) -> int:
        """What is handed over in cash, rounded to the smallest coin, the tip on top."""
        return cash_due(self.amount_minor, self.cash_step_minor) + self.tip_minor

    @property
    def quick_cash(self) -> tuple[Cash, ...]:
        """The exact sum, and the next round ones."""
        due = self.cash_due_minor
        return tuple(
            Cash(tendered_minor=given, change_minor=given - due)
            for given in quick_cash(due, self.currency)
        )

    @property
    def shares(self) -> tuple[tuple[int, int], ...]:
        """For 2, 3 and 4 guests: the share that the next one of them pays."""
        guests = range(2, MOST_GUESTS + 1)
        return tuple((n, largest_remainder(self.payable_minor, [1] * n)[0]) for n in guests)

    @property
    def other_bills(self) -> tuple[BillView, ...]:
        """The order's other bills that are worth anything."""
        return tuple(b for b in self.order.bills if b.id != self.bill.id and b.total_minor)

    def _pending_card(self) -> PaymentView | None:
        pending = [p for p in self.payments if p.tender == "card" and p.is_pending]
        return pending[-1] if pending else None


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """Money that somebody has to look after. `kind` is unknown (a card whose outcome nobody
    knows), sending (nobody carries the charge out), refund_unknown, refund_failed, or
    reversal_failed (charged too late, not given back).
    """

    kind: str
    payment_id: UUID
    bill_id: UUID
    order_id: UUID
    order_number: int | None
    amount_minor: int
    currency: str
    since: datetime
    next_ask_at: datetime | None
    needs_person: bool
