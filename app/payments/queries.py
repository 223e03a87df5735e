"""Reads of payments: the pay screen, and what needs a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from app.core import clock
from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import PAYMENT_REFUND
from app.ordering.models import Bill, BillLine
from app.ordering.queries import BillView, OrderView, get_order
from app.payments.domain.gateway import needs_person
from app.payments.models import Payment
from app.payments.views import PaymentView, PayView, Unresolved
from app.tenancy.queries import LocationView

# Longer than a terminal takes to answer and a lost job to be sent again: the worker is down.
SENDING_FOR = timedelta(minutes=2)
_FOR_A_PERSON = ("sending", "refund_failed", "reversal_failed")

_PAYMENTS = text(
    "SELECT p.id, p.tender, p.state, p.amount_minor, p.tip_minor, p.rounding_minor,"
    " p.tendered_minor, p.change_minor, coalesce(p.card_brand, '') AS card_brand,"
    " coalesce(p.card_last4, '') AS card_last4, coalesce(p.decline_reason, '') AS reason,"
    " m.name AS taken_by, p.created_at, p.next_ask_at,"
    " coalesce(r.refunded, 0)::bigint AS refunded_minor,"
    " coalesce(r.refunding, 0)::bigint AS refunding_minor,"
    " coalesce(r.reversed, 0)::bigint AS reversed_minor, coalesce(r.failed, false) AS refund_failed"
    " FROM payment p"
    " JOIN member m ON m.tenant_id = p.tenant_id AND m.id = p.created_by"
    " LEFT JOIN LATERAL (SELECT"
    "  sum(amount_minor) FILTER (WHERE kind = 'refund' AND state = 'done') AS refunded,"
    "  sum(amount_minor) FILTER (WHERE kind = 'refund'"
    "   AND state IN ('created', 'sending', 'unknown')) AS refunding,"
    "  sum(amount_minor) FILTER (WHERE kind = 'reversal' AND state <> 'cancelled') AS reversed,"
    "  bool_or(state = 'failed') AS failed"
    "  FROM refund x WHERE x.tenant_id = p.tenant_id AND x.payment_id = p.id) r ON true"
    " WHERE p.tenant_id = :tenant_id AND p.bill_id = :bill_id ORDER BY p.id"
)

# A failed refund is settled by a later one of the same payment that was done.
_UNRESOLVED = text(
    "SELECT p.state AS kind, p.id AS payment_id, p.bill_id, p.order_id, o.number AS order_number,"
    " p.amount_minor + p.tip_minor AS amount_minor, p.currency, p.created_at AS since,"
    " p.next_ask_at FROM payment p"
    " JOIN orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id"
    " WHERE p.tenant_id = :tenant_id AND p.location_id = :location_id"
    " AND (p.state = 'unknown' OR (p.state = 'sending' AND p.created_at < :long_ago))"
    " UNION ALL SELECT CASE WHEN r.state = 'unknown' THEN 'refund_unknown'"
    "  ELSE r.kind || '_failed' END, p.id, p.bill_id, p.order_id, o.number, r.amount_minor,"
    " p.currency, r.created_at, NULL FROM refund r"
    " JOIN payment p ON p.tenant_id = r.tenant_id AND p.id = r.payment_id"
    " JOIN orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id"
    " WHERE r.tenant_id = :tenant_id AND r.location_id = :location_id"
    " AND r.state IN ('unknown', 'failed')"
    " AND NOT EXISTS (SELECT 1 FROM refund later WHERE later.tenant_id = r.tenant_id"
    "  AND later.payment_id = r.payment_id AND later.id > r.id AND later.state = 'done')"
    " ORDER BY since"
)


def get_pay(
    location: LocationView,
    order_id: UUID,
    actor: Actor,
    *,
    bill_id: UUID | None = None,
    amount_minor: int | None = None,
    tip_minor: int = 0,
) -> PayView:
    """The pay screen of an order: of the bill asked for, else of the first that is open.

    `amount_minor` is what somebody wants to take; nothing, or too much, means all that is due.
    """
    order = get_order(location, order_id, actor)
    bill = _choose(order, bill_id)
    line_ids = _lines_of(bill.id)
    payable = max(0, bill.due_minor - bill.under_way_minor) if bill.state == "open" else 0
    wanted = payable if amount_minor is None else min(amount_minor, payable)
    document = _document(bill.id)
    return PayView(
        order=order,
        bill=bill,
        lines=tuple(x for x in order.lines if x.id in line_ids and x.state != "voided"),
        payments=_payments(bill.id, actor),
        document_id=document.id if document else None,
        document_number=document.number if document else None,
        has_unsent=any(line.id in line_ids for line in order.unsent),
        cash_step_minor=location.cash_step_minor,
        amount_minor=wanted or payable,
        tip_minor=tip_minor,
    )


def order_of_bill(location: LocationView, bill_id: UUID) -> UUID:
    """The order that a bill belongs to; raises NotFound."""
    found = execute(
        select(Bill.order_id).where(
            Bill.tenant_id == current_tenant_id(),
            Bill.location_id == location.id,
            Bill.id == bill_id,
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no_bill", "There is no such bill.")
    return UUID(str(found))


def bill_of_payment(location: LocationView, payment_id: UUID) -> UUID:
    """The bill that a payment is for; raises NotFound."""
    found = execute(
        select(Payment.bill_id).where(
            Payment.tenant_id == current_tenant_id(),
            Payment.location_id == location.id,
            Payment.id == payment_id,
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("no_payment", "There is no such payment.")
    return UUID(str(found))


def unresolved(location: LocationView) -> tuple[Unresolved, ...]:
    """What needs somebody: cards in doubt, and money that could not be given back."""
    now = clock.now()
    rows = execute(
        _UNRESOLVED,
        {
            "tenant_id": current_tenant_id(),
            "location_id": location.id,
            "long_ago": now - SENDING_FOR,
        },
    )
    return tuple(
        Unresolved(
            **row._mapping,
            needs_person=row.kind in _FOR_A_PERSON or needs_person(row.since, now),
        )
        for row in rows
    )


def _choose(order: OrderView, bill_id: UUID | None) -> BillView:
    """The bill asked for; else the first open one that is worth anything; else the last."""
    if bill_id is not None:
        found = next((bill for bill in order.bills if bill.id == bill_id), None)
        if found is None:
            raise NotFound("no_bill", "There is no such bill.")
        return found
    is_open = (bill for bill in order.bills if bill.state == "open" and bill.total_minor)
    return next(is_open, order.bills[-1])


def _lines_of(bill_id: UUID) -> frozenset[UUID]:
    rows = execute(
        select(BillLine.line_id).where(
            BillLine.tenant_id == current_tenant_id(), BillLine.bill_id == bill_id
        )
    )
    return frozenset(rows.scalars())


def _payments(bill_id: UUID, actor: Actor) -> tuple[PaymentView, ...]:
    rows: Sequence[Row[Any]] = execute(
        _PAYMENTS, {"tenant_id": current_tenant_id(), "bill_id": bill_id}
    ).all()
    may_refund = actor.may_ask(PAYMENT_REFUND)
    return tuple(PaymentView(**row._mapping, may_refund=may_refund) for row in rows)


def _document(bill_id: UUID) -> Row[Any] | None:
    """The sale that was issued for a bill."""
    return execute(
        text(
            "SELECT id, number FROM fiscal_document WHERE tenant_id = :tenant_id"
            " AND bill_id = :bill_id AND kind = 'sale' ORDER BY number DESC LIMIT 1"
        ),
        {"tenant_id": current_tenant_id(), "bill_id": bill_id},
    ).one_or_none()
