"""Opening an order, and the numbered change that every later command begins with."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import clock
from app.core.db import execute, of_tenant, run, transaction
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.inserting import insert_rows
from app.core.model import Json
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.floor.models import Visit
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.ordering.models import Bill, Order, OrderChange
from app.tenancy.commands import current_business_day
from app.tenancy.queries import LocationView

OrderRow = Row[Any]

_ADD = upsert(Order).on_conflict_do_nothing().returning(Order.__table__)
_CHANGE = (
    update(Order)
    .where(
        of_tenant(Order),
        Order.location_id == bindparam("of_location"),
        Order.id == bindparam("of_order"),
    )
    .values(version=Order.version + 1)
    .returning(Order.__table__)
)


def open_order(
    actor: Actor,
    location: LocationView,
    *,
    service_type: str,
    order_id: UUID | None = None,
    visit_id: UUID | None = None,
    pickup_name: str = "",
    channel: str = "pos",
) -> UUID:
    """Open an order with its one bill; a table's visit may have one open order at a time.

    Raises Conflict for an id that is taken and for a visit that has an order, or has ended;
    NotFound for a visit that is not there.
    """
    actor.require(ORDER_CREATE)
    order_id = order_id or new_id()
    with transaction():
        add_order(
            actor,
            location,
            "open",
            order_id=order_id,
            service_type=service_type,
            visit_id=visit_id,
            pickup_name=pickup_name,
            channel=channel,
        )
        add_bill(location.id, order_id, 1)
    return order_id


def add_order(
    actor: Actor,
    location: LocationView,
    act: str,
    detail: Json | None = None,
    *,
    order_id: UUID,
    service_type: str,
    visit_id: UUID | None,
    pickup_name: str,
    channel: str,
) -> OrderRow:
    """Write an order without a bill, and the act that opened it; raises as `open_order` does."""
    if visit_id:
        _require_without_order(location, visit_id)
    now = clock.now()
    row = execute(
        _ADD,
        {
            "tenant_id": current_tenant_id(),
            "id": order_id,
            "location_id": location.id,
            "business_day_id": current_business_day(location, now),
            "channel": channel,
            "service_type": service_type,
            "style": location.style(service_type),
            "visit_id": visit_id,
            "pickup_name": pickup_name,
            "currency": location.currency,
            "opened_by": actor.member_id,
            "opened_at": now,
        },
    ).one_or_none()
    if row is None:
        raise Conflict("order_exists", "This order has been opened already.")
    write_change(actor.member_id, location.id, order_id, 1, act, detail)
    changed(location.id, f"order:{order_id}", "floor")
    return row


def _require_without_order(location: LocationView, visit_id: UUID) -> None:
    """Lock a visit, so that of two who open its order at once the second is told."""
    tenant_id = current_tenant_id()
    state = execute(
        select(Visit.state)
        .where(Visit.tenant_id == tenant_id, Visit.location_id == location.id, Visit.id == visit_id)
        .with_for_update()
    ).scalar_one_or_none()
    if state is None:
        raise NotFound("no_visit", "There is no such party.")
    taken = execute(
        select(Order.id).where(
            Order.tenant_id == tenant_id, Order.visit_id == visit_id, Order.state == "open"
        )
    ).first()
    if taken or state == "done":
        sentence = "This party has an open order already." if taken else "This party has left."
        raise Conflict("visit_taken", sentence)


def add_bill(location_id: UUID, order_id: UUID, number: int, **sums: int) -> UUID:
    """Add a bill to an order: empty, or with the sums (`net_minor` …) of lines that follow."""
    bill_id = new_id()
    row = {"id": bill_id, "location_id": location_id, "order_id": order_id, "number": number}
    insert_rows(Bill, [row | sums])
    return bill_id


def change_order(
    actor_id: UUID, location: LocationView, order_id: UUID, act: str, detail: Json | None = None
) -> OrderRow:
    """Raise an open order's version by one, lock it, and note what is being done.

    Returns the order's row. Raises NotFound, or Conflict when the order is not open.
    """
    row = run(_CHANGE, of_location=location.id, of_order=order_id).one_or_none()
    if row is None:
        raise NotFound("no_order", "There is no such order.")
    if row.state != "open":
        raise Conflict("order_not_open", f"This order is {row.state} already.")
    write_change(actor_id, location.id, order_id, row.version, act, detail)
    changed(location.id, f"order:{order_id}", "floor")
    return row


def write_change(
    actor_id: UUID,
    location_id: UUID,
    order_id: UUID,
    version: int,
    act: str,
    detail: Json | None = None,
) -> None:
    """Note one accepted change under the version it made."""
    row = {
        "location_id": location_id,
        "order_id": order_id,
        "version": version,
        "act": act,
        "at": clock.now(),
        "actor_id": actor_id,
        "detail": detail or {},
    }
    insert_rows(OrderChange, [row])
