"""Placing: lines go from new to held and their stock is set aside, or nothing changes at all.

Pay-later then fires at once what is not on hold; pay-first waits for the money.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from app.core import clock, counters
from app.core.db import execute, notes, transaction
from app.core.errors import Invalid
from app.core.events import emit
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.floor.commands import seat
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.menu.commands import take_counted
from app.ordering.commands.asked import NewLine
from app.ordering.commands.bills import open_bill_id, put_on_bill, retotal
from app.ordering.commands.firing import due_lines, fire
from app.ordering.commands.lines import LineRow, insert_lines
from app.ordering.commands.orders import OrderRow, change_order, open_order
from app.ordering.commands.settling import settle_free
from app.ordering.domain.service import RELEASE_AFTER, ServiceStyle
from app.ordering.events import OrderPlaced
from app.ordering.models import Bill, Line, Order
from app.tenancy.queries import LocationView

WARNINGS = "warnings"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What sending did. `warnings` are sentences about stock that is short."""

    number: int
    firing_id: UUID | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceOrder:
    """A whole order in one request. A table is seated if it is free."""

    order_id: UUID
    service_type: str
    lines: tuple[NewLine, ...]
    table_id: UUID | None = None
    guests: int = 1
    pickup_name: str = ""
    channel: str = "pos"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What placing a whole order made."""

    order_id: UUID
    bill_id: UUID
    bill_version: int
    number: int
    total_minor: int
    firing_id: UUID | None
    warnings: tuple[str, ...]


def place(actor: Actor, location: LocationView, wanted: PlaceOrder) -> Placed:
    """Open an order, add its lines and send it: one command, one transaction.

    Raises as the single steps do, and then nothing has happened.
    """
    if not wanted.lines:
        raise Invalid("no_lines", "An order needs at least one line.")
    with transaction():
        visit_id = (
            seat(actor, location, wanted.table_id, wanted.guests) if wanted.table_id else None
        )
        open_order(
            actor,
            location,
            order_id=wanted.order_id,
            service_type=wanted.service_type,
            visit_id=visit_id,
            pickup_name=wanted.pickup_name,
            channel=wanted.channel,
        )
        bill_id = _add_all(actor, location, wanted)
        sent = send(actor, location, wanted.order_id)
        bill = execute(
            select(Bill.version, Bill.total_minor).where(
                Bill.tenant_id == current_tenant_id(), Bill.id == bill_id
            )
        ).one()
    return Placed(
        order_id=wanted.order_id,
        bill_id=bill_id,
        number=sent.number,
        bill_version=bill.version,
        total_minor=bill.total_minor,
        firing_id=sent.firing_id,
        warnings=sent.warnings,
    )


def _add_all(actor: Actor, location: LocationView, wanted: PlaceOrder) -> UUID:
    detail = {"lines": [str(line.line_id) for line in wanted.lines]}
    order = change_order(actor.member_id, location, wanted.order_id, "add_line", detail)
    bill_id = open_bill_id(location, wanted.order_id)
    insert_lines(actor, location, order, wanted.lines)
    put_on_bill(location, bill_id, [line.line_id for line in wanted.lines])
    retotal(location, bill_id)
    return bill_id


def send(actor: Actor, location: LocationView, order_id: UUID) -> Sent:
    """Place what is new: verify stock and set it aside, number the order, fire what is due.

    Raises Conflict naming the item and what is left when a counted item or a blocking
    ingredient does not suffice; nothing has changed then.
    """
    actor.require(ORDER_CREATE)
    with transaction():
        order = change_order(actor.member_id, location, order_id, "send")
        placed = _hold_new(location, order_id)
        if not placed:
            raise Invalid("nothing_new", "There is nothing to send.")
        line_ids = tuple(line.id for line in placed)
        emit(OrderPlaced(location_id=location.id, order_id=order_id, line_ids=line_ids))
        number = _number(location, order)
        if order.style == ServiceStyle.PAY_FIRST:
            settle_free(actor.member_id, location, order_id)
        firing_id = _fire_or_wait(actor.member_id, location, order)
        warnings = tuple(notes(WARNINGS, list))
    return Sent(number=number, firing_id=firing_id, warnings=warnings)


def _hold_new(location: LocationView, order_id: UUID) -> list[LineRow]:
    """Hold what is new; what is counted takes its count here, or the whole is refused."""
    tenant_id = current_tenant_id()
    lines = list(
        execute(
            update(Line)
            .where(Line.tenant_id == tenant_id, Line.order_id == order_id, Line.state == "new")
            .values(state="held")
            .returning(Line.__table__)
        )
    )
    counted = take_counted(
        location, [(line.item_id, line.variant_id, line.quantity) for line in lines]
    )
    if counted:
        ids = [line.id for line in lines if (line.item_id, line.variant_id) in counted]
        execute(
            update(Line).where(Line.tenant_id == tenant_id, Line.id.in_(ids)).values(counted=True)
        )
    return lines


def _number(location: LocationView, order: OrderRow) -> int:
    """The order's number of its business day, given once, at the first placing."""
    number: int = order.number or counters.next_number(
        location.id, "order", str(order.business_day_id)
    )
    execute(
        update(Order)
        .where(Order.tenant_id == current_tenant_id(), Order.id == order.id)
        .values(number=number, placed_at=func.coalesce(Order.placed_at, clock.now()))
    )
    return number


def _fire_or_wait(actor_id: UUID, location: LocationView, order: OrderRow) -> UUID | None:
    due = due_lines(order)
    if due:
        return fire(actor_id, location, order.id, due)
    if order.style == ServiceStyle.PAY_FIRST:
        payload = {"location_id": str(location.id), "order_id": str(order.id)}
        later("ordering.release", payload, delay=RELEASE_AFTER, event="OrderPlaced")
    return None
