"""States of payment and refund."""

from enum import StrEnum

from app.core.states import StateMachine


class PaymentState(StrEnum):
    """Where a payment is. Cash goes from created to captured in one step."""

    CREATED = "created"
    SENDING = "sending"
    UNKNOWN = "unknown"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    VOIDED = "voided"
    EXPIRED = "expired"


class RefundState(StrEnum):
    """Where a refund is. Cash goes from created to done in one step."""

    CREATED = "created"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


PAYMENT = StateMachine(
    "payment",
    {
        PaymentState.CREATED: ("captured", "sending", "cancelled"),
        PaymentState.SENDING: ("authorised", "captured", "declined", "cancelled", "unknown"),
        PaymentState.UNKNOWN: ("authorised", "captured", "declined", "cancelled", "voided"),
        PaymentState.AUTHORISED: ("capturing", "voided", "expired"),
        PaymentState.CAPTURING: ("captured", "authorised", "expired"),
        # Money that comes after we gave up: attached if still due, else reversed.
        PaymentState.CANCELLED: ("captured",),
        PaymentState.DECLINED: ("captured",),
        PaymentState.VOIDED: ("captured",),
        PaymentState.EXPIRED: ("captured",),
    },
)

REFUND = StateMachine(
    "refund",
    {
        RefundState.CREATED: ("done", "sending", "cancelled"),
        RefundState.SENDING: ("done", "failed", "unknown"),
        RefundState.UNKNOWN: ("done", "failed"),
    },
)

COUNTS_AS_PAID = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURING, PaymentState.CAPTURED})
UNDER_WAY = frozenset({PaymentState.SENDING, PaymentState.UNKNOWN})
GIVEN_UP = frozenset(
    {
        PaymentState.CANCELLED,
        PaymentState.DECLINED,
        PaymentState.VOIDED,
        PaymentState.EXPIRED,
    }
)
