"""Rows of money given back: refunds for the guest, reversals for money we should not have."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from app.core import clock
from app.core.db import execute
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.model import Json
from app.core.outbox import later
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.ordering.commands.bills import lock_bill, priced_lines
from app.ordering.commands.documents import issue
from app.ordering.domain.tax import totals
from app.payments.commands import taking
from app.payments.commands.taking import PaymentRow
from app.payments.domain.gateway import next_ask
from app.payments.domain.ledger import Account, refund_entry, refunded_part, reversal_entry
from app.payments.domain.states import REFUND
from app.payments.ledger import post
from app.payments.models import Payment, Refund
from app.tenancy.commands import current_business_day
from app.tenancy.queries import LocationView

RefundRow = Row[Any]


def reverse_late(location: LocationView, payment: PaymentRow) -> None:
    """Money came after we gave the payment up: keep it where it is still due, else reverse it."""
    bill = lock_bill(location, payment.bill_id)
    money = taking.money_of(payment.bill_id, bill.total_minor)
    if money.paid_minor + money.under_way_minor <= bill.total_minor and bill.state == "open":
        return
    refund_id = new_id()
    add_refund(
        location,
        payment,
        refund_id,
        "reversal",
        payment.amount_minor,
        "Charged after the payment was given up.",
        payment.created_by,
    )
    move_refund(location, lock_refund(location, refund_id), ("sending",))
    later("payments.refund", refund_reference(location.id, refund_id), event="LateCharge")


def refund_reference(location_id: UUID, refund_id: UUID) -> Json:
    """What a job needs to find a refund again."""
    return {"location_id": str(location_id), "refund_id": str(refund_id)}


def add_refund(
    location: LocationView,
    payment: PaymentRow,
    refund_id: UUID,
    kind: str,
    amount_minor: int,
    reason: str,
    actor_id: UUID,
) -> None:
    """Write a refund's row, in state created, on the business day of now."""
    now = clock.now()
    execute(
        insert(Refund).values(
            tenant_id=current_tenant_id(),
            id=refund_id,
            location_id=location.id,
            payment_id=payment.id,
            business_day_id=current_business_day(location, now),
            kind=kind,
            amount_minor=amount_minor,
            reason=reason,
            created_by=actor_id,
            created_at=now,
        )
    )


def lock_refund(location: LocationView, refund_id: UUID) -> RefundRow:
    """A refund's row, locked after its payment's; raises NotFound."""
    chosen = (
        Refund.tenant_id == current_tenant_id(),
        Refund.location_id == location.id,
        Refund.id == refund_id,
    )
    payment_id = execute(select(Refund.payment_id).where(*chosen)).scalar_one_or_none()
    if payment_id is None:
        raise NotFound("no_refund", "There is no such refund.")
    taking.lock_payment(location, payment_id)
    return execute(select(Refund.__table__).where(*chosen).with_for_update()).one()


def move_refund(
    location: LocationView, refund: RefundRow, path: Sequence[str], **values: Any
) -> None:
    """Take a refund through states, each an allowed edge."""
    state = refund.state
    for step in path:
        REFUND.require(state, step)
        execute(
            update(Refund)
            .where(Refund.tenant_id == current_tenant_id(), Refund.id == refund.id)
            .values(state=step, **values)
        )
        state = step
    order_id = _payment(refund.payment_id).order_id
    changed(location.id, f"order:{order_id}", f"payment:{order_id}")


def finish(location: LocationView, refund: RefundRow, path: Sequence[str]) -> None:
    """End a refund: what is done is posted, and a refund to a guest gets its document."""
    if path[-1] != "done":
        move_refund(location, refund, path)
        return
    payment = _payment(refund.payment_id)
    if refund.kind == "reversal":
        move_refund(location, refund, path, done_at=clock.now())
        entry = reversal_entry(
            Account(payment.tender),
            refund.amount_minor,
            tip_minor=payment.tip_minor,
            rounding_minor=payment.rounding_minor,
        )
        post(location, "refund", refund.id, entry)
        taking.tell_bill(location, payment)
        return
    before_minor = _refunded_before(payment.bill_id)
    part = refunded_part(priced_lines(payment.bill_id), refund.amount_minor, before_minor)
    post(location, "refund", refund.id, refund_entry(Account(payment.tender), part))
    sums = totals(part)
    document_id = issue(
        refund.created_by,
        location,
        payment.register_id,
        kind="refund",
        order_id=payment.order_id,
        bill_id=payment.bill_id,
        amounts=(-sums.net_minor, sums.net_minor - sums.total_minor, -sums.total_minor),
        content={"payment": str(payment.id), "tender": payment.tender, "reason": refund.reason},
    )
    move_refund(location, refund, path, done_at=clock.now(), document_id=document_id)


def _refunded_before(bill_id: UUID) -> int:
    """What guests of a bill were given back so far, in minor units."""
    return int(
        execute(
            select(func.coalesce(func.sum(Refund.amount_minor), 0))
            .join(
                Payment,
                (Payment.tenant_id == Refund.tenant_id) & (Payment.id == Refund.payment_id),
            )
            .where(
                Refund.tenant_id == current_tenant_id(),
                Refund.kind == "refund",
                Refund.state == "done",
                Payment.bill_id == bill_id,
            )
        ).scalar_one()
    )


def money_back(refund: RefundRow) -> int:
    """What leaves the till or the terminal: a reversal takes the tip back too (minor units)."""
    tip_minor = _payment(refund.payment_id).tip_minor if refund.kind == "reversal" else 0
    return int(refund.amount_minor + tip_minor)


def ask_again(refund: RefundRow) -> timedelta:
    """How long to wait before the terminal is asked about a refund again."""
    now = clock.now()
    execute(
        update(Refund)
        .where(Refund.tenant_id == current_tenant_id(), Refund.id == refund.id)
        .values(asked=Refund.asked + 1)
    )
    return max(next_ask(refund.created_at, refund.asked), now) - now


def _payment(payment_id: UUID) -> PaymentRow:
    return execute(
        select(Payment.__table__).where(
            Payment.tenant_id == current_tenant_id(), Payment.id == payment_id
        )
    ).one()
