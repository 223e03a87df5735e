"""Cash: taken, changed and posted in one transaction."""

from uuid import UUID

from app.core import clock
from app.core.db import transaction
from app.identity.actor import Actor
from app.identity.permissions import PAYMENT_TAKE
from app.payments.commands import taking
from app.payments.commands.taking import Taking
from app.payments.domain.cash import CashTaken, cash_due, take_cash
from app.payments.domain.ledger import Account
from app.tenancy.queries import LocationView


def pay_cash(
    actor: Actor, location: LocationView, wanted: Taking, tendered_minor: int | None = None
) -> UUID:
    """Take cash for a bill; returns the payment's id.

    `tendered_minor` is what the guest hands over, the tip included; change follows from it.
    None is the exact sum.
    Raises Invalid when it is not enough, Conflict when the bill owes less than the amount.
    """
    actor.require(PAYMENT_TAKE)
    with transaction():
        bill = taking.prepare(actor, location, wanted)
        given = _take(location, wanted, tendered_minor)
        taking.add(
            actor,
            location,
            bill,
            wanted,
            Account.CASH,
            rounding_minor=given.rounding_minor,
            tendered_minor=given.tendered_minor + wanted.tip_minor,
            change_minor=given.change_minor,
        )
        payment = taking.lock_payment(location, wanted.payment_id)
        taking.move(location, payment, ("captured",), captured_at=clock.now())
        taking.post_captured(location, payment)
        taking.tell_bill(location, payment)
    return wanted.payment_id


def _take(location: LocationView, wanted: Taking, tendered_minor: int | None) -> CashTaken:
    step = location.cash_step_minor
    if tendered_minor is None:
        return take_cash(wanted.amount_minor, cash_due(wanted.amount_minor, step), step)
    return take_cash(wanted.amount_minor, tendered_minor - wanted.tip_minor, step)
