"""Refunds: money given back after payment, a document and a ledger entry of their own."""

from uuid import UUID

from sqlalchemy import select

from app.core import audit, crash
from app.core.db import execute, transaction
from app.core.errors import Conflict, Invalid
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import PAYMENT_REFUND
from app.payments.commands import taking
from app.payments.commands.reversing import (
    add_refund,
    ask_again,
    finish,
    lock_refund,
    money_back,
    move_refund,
    refund_reference,
)
from app.payments.domain.due import refundable
from app.payments.gateway import GatewayError, RefundResult
from app.payments.models import Refund
from app.payments.terminal import gateway
from app.tenancy.queries import LocationView, get_location_by_id


def refund(
    actor: Actor,
    location: LocationView,
    payment_id: UUID,
    refund_id: UUID,
    amount_minor: int,
    reason: str,
) -> UUID:
    """Give money of one payment back, by the way it came; returns the refund's id.

    Cash is done at once; a card goes through the terminal. Never more than was captured.
    """
    actor.require(PAYMENT_REFUND)
    if not reason.strip():
        raise Invalid("reason", "Say why.", {"reason": ["Say why money is given back."]})
    with transaction():
        payment = taking.lock_payment(location, payment_id)
        _require_refundable(payment, amount_minor)
        add_refund(
            location, payment, refund_id, "refund", amount_minor, reason.strip(), actor.member_id
        )
        if payment.tender == "cash":
            finish(location, lock_refund(location, refund_id), ("done",))
        else:
            move_refund(location, lock_refund(location, refund_id), ("sending",))
            later(
                "payments.refund", refund_reference(location.id, refund_id), event="RefundStarted"
            )
        audit.record(
            PAYMENT_REFUND,
            "payment",
            payment_id,
            actor_id=actor.member_id,
            location_id=location.id,
            reason=reason.strip(),
            after={"refund": str(refund_id), "amount": amount_minor},
        )
    return refund_id


def _require_refundable(payment: taking.PaymentRow, amount_minor: int) -> None:
    if payment.state != "captured":
        raise Conflict("not_captured", "This payment was not captured.")
    rows = execute(
        select(Refund.state, Refund.amount_minor).where(
            Refund.tenant_id == current_tenant_id(), Refund.payment_id == payment.id
        )
    )
    left = refundable(payment.amount_minor, [(row.state, row.amount_minor) for row in rows])
    if not 0 < amount_minor <= left:
        sentence = "That is more than is left of this payment, or nothing."
        raise Invalid("amount", sentence, {"amount": [sentence]})


def send_refund(location_id: UUID, refund_id: UUID) -> None:
    """Call the terminal for a refund under way; runs again until the outcome is known."""
    location = get_location_by_id(location_id)
    with transaction():
        row = lock_refund(location, refund_id)
        amount_minor = money_back(row)
    if row.state not in ("sending", "unknown"):
        return
    result = _call(str(refund_id), str(row.payment_id), amount_minor)
    crash.point("after-refund")
    with transaction():
        row = lock_refund(location, refund_id)
        if result is not None:
            finish(location, row, ("done" if result.state == "done" else "failed",))
            return
        if row.state == "sending":
            move_refund(location, row, ("unknown",))
        later(
            "payments.refund",
            refund_reference(location.id, refund_id),
            event="RefundUnknown",
            delay=ask_again(row),
        )


def _call(reference: str, charge_reference: str, amount_minor: int) -> RefundResult | None:
    try:
        return gateway().refund(reference, charge_reference, amount_minor)
    except GatewayError:
        return None
