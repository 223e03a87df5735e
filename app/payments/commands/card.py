"""Cards: the request commits `sending`, a job calls the terminal, a second transaction says how
it went. The reference is the payment's id, so a repeated call is never a second charge.
"""

from uuid import UUID

import structlog
from sqlalchemy import update

from app.core import clock, crash
from app.core.db import execute, transaction
from app.core.model import Json
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import PAYMENT_TAKE
from app.payments.commands import taking
from app.payments.commands.reversing import reverse_late
from app.payments.commands.taking import PaymentRow, Taking
from app.payments.domain.gateway import Answer, Outcome, apply_answer, next_ask
from app.payments.domain.ledger import Account
from app.payments.gateway import ChargeResult, GatewayError, GatewayRefused
from app.payments.models import Payment
from app.payments.terminal import gateway
from app.tenancy.queries import LocationView, get_location_by_id

log = structlog.get_logger()

UNREACHABLE = "terminal_unreachable"  # beside the terminal's own codes


def start_card(actor: Actor, location: LocationView, wanted: Taking) -> UUID:
    """Start a card payment; its outcome follows by itself. Returns the payment's id."""
    actor.require(PAYMENT_TAKE)
    with transaction():
        bill = taking.prepare(actor, location, wanted)
        taking.add(actor, location, bill, wanted, Account.CARD)
        payment = taking.lock_payment(location, wanted.payment_id)
        taking.move(location, payment, ("sending",))
        taking.tell_bill(location, payment)
        later("payments.charge", reference(location.id, wanted.payment_id), event="CardStarted")
    return wanted.payment_id


def reference(location_id: UUID, payment_id: UUID) -> Json:
    """What a job needs to find a payment again."""
    return {"location_id": str(location_id), "payment_id": str(payment_id)}


def charge(location_id: UUID, payment_id: UUID) -> None:
    """Call the terminal for a payment that is sending, and write down what it says.

    Runs again after a crash: the terminal answers the same reference with the first outcome.
    """
    location = get_location_by_id(location_id)
    with transaction():
        payment = taking.lock_payment(location, payment_id)
        if payment.state != "sending":
            return
        _note_call(payment)
    crash.point("before-charge")
    answer, result = _call(payment)
    crash.point("after-charge")
    settle_answer(location, payment_id, answer, result)


def _note_call(payment: PaymentRow) -> None:
    execute(
        update(Payment)
        .where(Payment.tenant_id == current_tenant_id(), Payment.id == payment.id)
        .values(called_at=payment.called_at or clock.now())
    )


def _call(payment: PaymentRow) -> tuple[Answer, ChargeResult | None]:
    try:
        result = gateway().charge(
            str(payment.id),
            payment.amount_minor + payment.tip_minor,
            payment.currency,
            str(current_tenant_id()),
        )
    except GatewayRefused as error:
        log.warning("terminal.refused", payment_id=str(payment.id), error=str(error))
        # That this call had no effect says nothing about one before it, lost in a crash.
        return (Answer.NO_ANSWER if payment.called_at else Answer.CANCELLED), None
    except GatewayError as error:
        log.warning("terminal.unknown", payment_id=str(payment.id), error=str(error))
        return Answer.NO_ANSWER, None
    return Answer(result.state), result


def settle_answer(
    location: LocationView, payment_id: UUID, answer: Answer, result: ChargeResult | None
) -> None:
    """Apply what the terminal said: move the payment, post it, tell the bill, ask again later."""
    with transaction():
        payment = taking.lock_payment(location, payment_id)
        step = apply_answer(payment.state, answer)
        if step.path:
            taking.move(location, payment, step.path, **_details(result, answer))
        if step.path and step.state == "captured":
            taking.post_captured(location, payment)
            if step.outcome is Outcome.LATE:
                reverse_late(location, payment)
        taking.tell_bill(location, payment)
        if step.state in ("sending", "unknown"):
            ask_later(location, payment)


def _details(result: ChargeResult | None, answer: Answer) -> dict[str, object]:
    if result is None:
        reason = UNREACHABLE if answer is Answer.CANCELLED else None
        return {"decline_reason": reason}
    return {
        "card_brand": result.brand or None,
        "card_last4": result.last4 or None,
        "decline_reason": result.reason,
        "captured_at": clock.now() if result.state == "captured" else None,
    }


def ask_later(location: LocationView, payment: PaymentRow) -> None:
    """Have the terminal asked at 5, 15 and 60 s after the payment began, then every 5 minutes."""
    now = clock.now()
    due = max(next_ask(payment.created_at, payment.asked), now)
    execute(
        update(Payment)
        .where(Payment.tenant_id == current_tenant_id(), Payment.id == payment.id)
        .values(asked=Payment.asked + 1, next_ask_at=due)
    )
    later("payments.ask", reference(location.id, payment.id), event="CardUnknown", delay=due - now)
