"""How an order ends: closed when everything is paid and served, cancelled when nothing is."""

from uuid import UUID

from sqlalchemy import select, update

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.errors import Invalid
from app.core.events import emit
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CANCEL, ORDER_CREATE
from app.ordering.commands.orders import change_order, write_change
from app.ordering.commands.void_row import give_back_unmade, void_row
from app.ordering.domain.service import require_cancellable
from app.ordering.events import LinesReleased
from app.ordering.models import Bill, Line, Order
from app.tenancy.queries import LocationView


def close_when_done(actor_id: UUID, location: LocationView, order_id: UUID) -> None:
    """Close an open order once every bill is settled or void and every line served or voided."""
    lines = set(line_states(order_id).values())
    if "open" in bill_states(order_id) or not lines or lines - {"served", "voided"}:
        return
    version = execute(
        update(Order)
        .where(Order.tenant_id == current_tenant_id(), Order.id == order_id, Order.state == "open")
        .values(version=Order.version + 1)
        .returning(Order.version)
    ).scalar_one_or_none()
    if version is not None:
        write_change(actor_id, location.id, order_id, version, "close")
        end(location, order_id, "closed")


def cancel_order(actor: Actor, location: LocationView, order_id: UUID, reason: str) -> None:
    """Give an unpaid order up. One that was never sent needs no more than the right to order."""
    with transaction():
        order = change_order(actor.member_id, location, order_id, "cancel")
        actor.require(ORDER_CANCEL if order.placed_at else ORDER_CREATE)
        if order.placed_at and not reason.strip():
            raise Invalid("reason", "Say why.", {"reason": ["Say why this order is given up."]})
        require_cancellable(_money_on(order_id))
        _void_all(actor, location, order_id, reason)
        execute(
            update(Bill)
            .where(
                Bill.tenant_id == current_tenant_id(),
                Bill.order_id == order_id,
                Bill.state == "open",
            )
            .values(state="void", version=Bill.version + 1)
        )
        if order.placed_at:
            audit.record(
                ORDER_CANCEL,
                "order",
                order_id,
                actor_id=actor.member_id,
                location_id=location.id,
                reason=reason,
            )
        end(location, order_id, "cancelled")


def _void_all(actor: Actor, location: LocationView, order_id: UUID, reason: str) -> None:
    """Void every line. Counts, then stock, are locked for all of them at once, in their order."""
    lines = execute(
        select(Line.__table__)
        .where(
            Line.tenant_id == current_tenant_id(),
            Line.order_id == order_id,
            Line.state != "voided",
        )
        .order_by(Line.position)
        .with_for_update()
    ).all()
    made = {line.id: line.state in ("ready", "served") for line in lines}
    give_back_unmade(location, [(line, made[line.id]) for line in lines])
    held = tuple(line.id for line in lines if line.state == "held")
    if held:
        emit(LinesReleased(location_id=location.id, order_id=order_id, line_ids=held))
    for line in lines:
        void_row(actor, location, line, reason=reason, made=made[line.id])


def end(location: LocationView, order_id: UUID, state: str) -> None:
    """Write how an order ended, and when."""
    execute(
        update(Order)
        .where(Order.tenant_id == current_tenant_id(), Order.id == order_id)
        .values(state=state, closed_at=clock.now())
    )
    changed(location.id, f"order:{order_id}", "floor")


def line_states(order_id: UUID) -> dict[UUID, str]:
    """The state of each of an order's lines."""
    rows = execute(
        select(Line.id, Line.state).where(
            Line.tenant_id == current_tenant_id(), Line.order_id == order_id
        )
    )
    return {row.id: row.state for row in rows}


def bill_states(order_id: UUID) -> list[str]:
    """The states of an order's bills."""
    rows = execute(
        select(Bill.state).where(Bill.tenant_id == current_tenant_id(), Bill.order_id == order_id)
    )
    return [row.state for row in rows]


def _money_on(order_id: UUID) -> int:
    rows = execute(
        select(Bill.paid_minor, Bill.under_way_minor).where(
            Bill.tenant_id == current_tenant_id(), Bill.order_id == order_id
        )
    )
    return sum(row.paid_minor + row.under_way_minor for row in rows)
