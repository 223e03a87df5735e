"""A card payment whose outcome is in doubt: ask the terminal, and never charge anew."""

from uuid import UUID

import structlog

from app.core.db import transaction
from app.core.outbox import later
from app.identity.actor import Actor
from app.identity.permissions import PAYMENT_TAKE
from app.payments.commands import taking
from app.payments.commands.card import ask_later, reference, settle_answer
from app.payments.commands.taking import PaymentRow
from app.payments.domain.gateway import Answer
from app.payments.domain.states import GIVEN_UP
from app.payments.gateway import ChargeResult, GatewayError
from app.payments.terminal import gateway
from app.tenancy.queries import LocationView, get_location_by_id

log = structlog.get_logger()


def ask_now(actor: Actor, location: LocationView, payment_id: UUID) -> UUID:
    """Have the terminal asked at once, beside the asking that goes on; returns the order's id."""
    actor.require(PAYMENT_TAKE)
    with transaction():
        payment = taking.lock_payment(location, payment_id)
        if _may_ask(payment):
            payload = {**reference(location.id, payment_id), "once": True}
            later("payments.ask", payload, event="AskedByHand")
    return UUID(str(payment.order_id))


def ask(location_id: UUID, payment_id: UUID, *, once: bool = False) -> None:
    """Ask how a payment ended; while that stays unknown it is asked again later, unless `once`.

    Where the terminal knows of no charge, the reference of a payment in doubt is fenced first:
    a charge still on its way is refused then, so that "cancelled" is true.
    """
    location = get_location_by_id(location_id)
    with transaction():
        payment = taking.lock_payment(location, payment_id)
    if not _may_ask(payment):
        return
    result = _outcome(payment)
    if result is not None:
        settle_answer(location, payment_id, Answer(result.state), result)
    elif payment.state == "unknown" and not once:
        with transaction():
            ask_later(location, taking.lock_payment(location, payment_id))


def _may_ask(payment: PaymentRow) -> bool:
    """One that is sending has its answer on the way; one given up may have been charged late."""
    return payment.tender == "card" and (payment.state == "unknown" or payment.state in GIVEN_UP)


def _outcome(payment: PaymentRow) -> ChargeResult | None:
    known_as = str(payment.id)
    try:
        found = gateway().find(known_as)
        return found or (gateway().cancel(known_as) if payment.state == "unknown" else None)
    except GatewayError as error:
        log.warning("terminal.still_unknown", payment_id=known_as, error=str(error))
        return None
