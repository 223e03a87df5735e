"""What every payment has in common: the bill it is for, its row, and what its end does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from app.core import clock
from app.core.db import execute
from app.core.errors import Conflict, Invalid, NotFound
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.ordering import commands as ordering
from app.ordering.commands.bills import BillRow, has_unsent, lock_bill
from app.ordering.models import Order
from app.payments.domain.due import BillMoney, PaymentFact, bill_money
from app.payments.domain.ledger import Account, payment_entry
from app.payments.domain.states import PAYMENT
from app.payments.ledger import post
from app.payments.models import Payment, Refund
from app.tenancy.commands import current_business_day, get_register_id
from app.tenancy.queries import LocationView

Unsent = Literal["refuse", "send", "leave_off"]
PaymentRow = Row[Any]


@dataclass(frozen=True, kw_only=True)
class Taking:
    """A payment to take. `amount_minor` counts towards the bill; the tip is on top of it.

    `version` is the bill's when somebody looked at it; None takes the bill as it is.
    """

    payment_id: UUID
    bill_id: UUID
    amount_minor: int
    tip_minor: int = 0
    version: int | None = None
    unsent: Unsent = "refuse"


def prepare(actor: Actor, location: LocationView, taking: Taking) -> BillRow:
    """Lock the bill and see that it may take this payment now; returns its row.

    What was not sent is sent (pay-first always), left off, or refused, as asked.
    """
    if taking.tip_minor < 0:
        raise Invalid("tip", "A tip is not negative.", {"tip": ["A tip is not negative."]})
    bill = lock_bill(location, taking.bill_id)
    if taking.version not in (None, bill.version):
        raise Conflict("bill_changed", "This bill has changed. Look again.")
    if bill.state == "open" and has_unsent(taking.bill_id):
        _deal_with_unsent(actor, location, bill, taking.unsent)
        bill = lock_bill(location, taking.bill_id)
    if bill.state != "open":
        raise Conflict("bill_not_open", f"This bill is {bill.state}.")
    money_of(taking.bill_id, bill.total_minor).require_payable(taking.amount_minor)
    return bill


def _deal_with_unsent(actor: Actor, location: LocationView, bill: BillRow, unsent: Unsent) -> None:
    style = execute(
        select(Order.style).where(Order.tenant_id == current_tenant_id(), Order.id == bill.order_id)
    ).scalar_one()
    if style == "pay_first" or unsent == "send":
        ordering.send(actor, location, bill.order_id)
    elif unsent == "leave_off":
        ordering.leave_off_unsent(actor, location, bill.order_id)
    else:
        raise Conflict(
            "lines_unsent", "Some lines have not been sent: send them or leave them off."
        )


def add(
    actor: Actor,
    location: LocationView,
    bill: BillRow,
    taking: Taking,
    tender: Account,
    **figures: object,
) -> None:
    """Write the payment's row, in state created."""
    now = clock.now()
    execute(
        insert(Payment).values(
            tenant_id=current_tenant_id(),
            id=taking.payment_id,
            location_id=location.id,
            order_id=bill.order_id,
            bill_id=bill.id,
            register_id=get_register_id(location.id),
            business_day_id=current_business_day(location, now),
            tender=str(tender),
            state="created",
            currency=location.currency,
            amount_minor=taking.amount_minor,
            tip_minor=taking.tip_minor,
            created_by=actor.member_id,
            created_at=now,
            **figures,
        )
    )


def lock_payment(location: LocationView, payment_id: UUID) -> PaymentRow:
    """A payment's row, locked after its bill's; raises NotFound."""
    tenant_id = current_tenant_id()
    chosen = (
        Payment.tenant_id == tenant_id,
        Payment.location_id == location.id,
        Payment.id == payment_id,
    )
    bill_id = execute(select(Payment.bill_id).where(*chosen)).scalar_one_or_none()
    if bill_id is None:
        raise NotFound("no_payment", "There is no such payment.")
    lock_bill(location, bill_id)
    return execute(select(Payment.__table__).where(*chosen).with_for_update()).one()


def move(location: LocationView, payment: PaymentRow, path: Sequence[str], **values: Any) -> None:
    """Take a payment through states, each an allowed edge; `values` go with the last step."""
    state = payment.state
    for step in path:
        PAYMENT.require(state, step)
        last = values if step == path[-1] else {}
        execute(
            update(Payment)
            .where(Payment.tenant_id == current_tenant_id(), Payment.id == payment.id)
            .values(state=str(step), **last)
        )
        state = step
    changed(location.id, f"order:{payment.order_id}", f"payment:{payment.order_id}")


def post_captured(location: LocationView, payment: PaymentRow) -> None:
    """Post a captured payment to the ledger."""
    post(
        location,
        "payment",
        payment.id,
        payment_entry(
            Account(payment.tender),
            payment.amount_minor,
            tip_minor=payment.tip_minor,
            rounding_minor=payment.rounding_minor,
        ),
    )


def tell_bill(location: LocationView, payment: PaymentRow) -> None:
    """Bring the bill's paid and under-way amounts up to its payments, and settle it if due."""
    bill = lock_bill(location, payment.bill_id)
    money = money_of(payment.bill_id, bill.total_minor)
    ordering.set_money(
        payment.created_by,
        location,
        payment.bill_id,
        payment.register_id,
        paid_minor=money.paid_minor,
        under_way_minor=money.under_way_minor,
    )


def money_of(bill_id: UUID, total_minor: int) -> BillMoney:
    """What is paid and under way on a bill, from its payments and their reversals."""
    tenant_id = current_tenant_id()
    reversed_minor = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(
            Refund.tenant_id == tenant_id,
            Refund.payment_id == Payment.id,
            Refund.kind == "reversal",
            # Even one that the terminal refuses: the bill never owed that money, and what to
            # do with it is for a person.
            Refund.state != "cancelled",
        )
        .scalar_subquery()
    )
    rows = execute(
        select(Payment.state, Payment.amount_minor, reversed_minor.label("reversed_minor")).where(
            Payment.tenant_id == tenant_id, Payment.bill_id == bill_id
        )
    )
    facts = [
        PaymentFact(
            state=row.state,
            amount_minor=row.amount_minor,
            reversed_minor=int(row.reversed_minor),
        )
        for row in rows
    ]
    return bill_money(total_minor, facts)
