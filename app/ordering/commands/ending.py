"""Closing an order by hand."""

from uuid import UUID

from sqlalchemy import update

from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.ordering.commands.closing import bill_states, end, line_states
from app.ordering.commands.orders import change_order
from app.ordering.commands.settling import settle_free
from app.ordering.domain.service import is_served_by_closing, require_closable
from app.ordering.models import Line
from app.tenancy.queries import LocationView


def close_order(actor: Actor, location: LocationView, order_id: UUID) -> None:
    """Close an order whose bills are settled; what the kitchen still has counts as served."""
    actor.require(ORDER_CREATE)
    with transaction():
        change_order(actor.member_id, location, order_id, "close")
        settle_free(actor.member_id, location, order_id)
        states = line_states(order_id)
        require_closable(bill_states(order_id), states.values())
        served = [line_id for line_id, state in states.items() if is_served_by_closing(state)]
        execute(
            update(Line)
            .where(Line.tenant_id == current_tenant_id(), Line.id.in_(served))
            .values(state="served")
        )
        end(location, order_id, "closed")
