"""What a bill still owes, and what may be refunded."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import Conflict, Invalid
from app.payments.domain.states import COUNTS_AS_PAID, UNDER_WAY, RefundState


@dataclass(frozen=True, kw_only=True)
class PaymentFact:
    """A payment of a bill: its state, its amount (no tip, no rounding) and what was reversed."""

    state: str
    amount_minor: int
    reversed_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class BillMoney:
    """A bill's total, what is paid of it, and what is sending or unknown."""

    total_minor: int
    paid_minor: int
    under_way_minor: int

    @property
    def payable_minor(self) -> int:
        """The most that a new payment may take."""
        return max(0, self.total_minor - self.paid_minor - self.under_way_minor)

    @property
    def is_settled(self) -> bool:
        """Whether the bill is paid to the cent."""
        return self.paid_minor == self.total_minor

    def require_payable(self, amount_minor: int) -> None:
        """Raise Invalid for an amount of nothing, Conflict for more than may be taken now."""
        if amount_minor <= 0:
            sentence = "The amount must be more than nothing."
            raise Invalid("amount", sentence, {"amount": [sentence]})
        if amount_minor <= self.payable_minor:
            return
        if self.under_way_minor:
            raise Conflict("payment_under_way", "A payment of this bill is still under way.")
        raise Conflict("overpaid", "This is more than the bill still owes.")


def bill_money(total_minor: int, payments: Iterable[PaymentFact]) -> BillMoney:
    """Sum up a bill's payments."""
    payments = tuple(payments)
    paid = sum(p.amount_minor - p.reversed_minor for p in payments if p.state in COUNTS_AS_PAID)
    return BillMoney(
        total_minor=total_minor,
        paid_minor=paid,
        under_way_minor=sum(p.amount_minor for p in payments if p.state in UNDER_WAY),
    )


def refundable(captured_minor: int, refunds: Iterable[tuple[str, int]]) -> int:
    """Return what may still be refunded of a payment, given its refunds as (state, amount)."""
    given_up = (RefundState.FAILED, RefundState.CANCELLED)
    return captured_minor - sum(amount for state, amount in refunds if state not in given_up)
