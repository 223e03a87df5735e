"""Leaving off what was not sent, so that a guest can pay for the rest."""

from uuid import UUID

from sqlalchemy import func, select, text, update

from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.ordering.commands.orders import add_bill, change_order
from app.ordering.commands.settling import settle_lowered
from app.ordering.models import Bill, BillLine
from app.tenancy.queries import LocationView


def leave_off_unsent(actor: Actor, location: LocationView, order_id: UUID) -> UUID | None:
    """Move lines that were not sent to a bill of their own, so that the rest can be paid.

    Returns the new bill's id, or None where no bill owes both: then nothing moves.
    """
    actor.require(ORDER_CREATE)
    with transaction():
        order = change_order(actor.member_id, location, order_id, "leave_off")
        unsent = _unsent_beside_sent(order_id)
        if not unsent:
            return None
        bill_id = add_bill(location.id, order_id, _next_bill_number(UUID(str(order.id))))
        execute(
            update(BillLine)
            .where(BillLine.tenant_id == current_tenant_id(), BillLine.line_id.in_(unsent))
            .values(bill_id=bill_id)
        )
        settle_lowered(actor.member_id, location, order_id)
    return bill_id


_UNSENT_BESIDE_SENT = text(
    "SELECT l.id FROM order_line l"
    " JOIN bill_line bl ON bl.tenant_id = l.tenant_id AND bl.line_id = l.id"
    " WHERE l.tenant_id = :tenant_id AND l.order_id = :order_id AND l.state = 'new'"
    " AND EXISTS (SELECT FROM bill_line other"
    "  JOIN order_line sent ON sent.tenant_id = other.tenant_id AND sent.id = other.line_id"
    "  WHERE other.tenant_id = bl.tenant_id AND other.bill_id = bl.bill_id"
    "  AND sent.state NOT IN ('new', 'voided'))"
)


def _unsent_beside_sent(order_id: UUID) -> list[UUID]:
    """New lines on bills that owe sent ones too; a bill of new lines alone waits as it is."""
    scope = {"tenant_id": current_tenant_id(), "order_id": order_id}
    return list(execute(_UNSENT_BESIDE_SENT, scope).scalars())


def _next_bill_number(order_id: UUID) -> int:
    return 1 + int(
        execute(
            select(func.max(Bill.number)).where(
                Bill.tenant_id == current_tenant_id(), Bill.order_id == order_id
            )
        ).scalar_one()
    )
