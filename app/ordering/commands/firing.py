"""Firing: held lines go to the kitchen, now or when the money is there; or are released again."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from app.core import clock
from app.core.db import among, execute, of_tenant, run, transaction
from app.core.events import emit
from app.core.ids import new_id
from app.core.inserting import insert_rows
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.menu.commands import give_back_counted
from app.ordering.commands.facts import facts_of
from app.ordering.commands.lines import LineRow
from app.ordering.commands.orders import OrderRow, change_order
from app.ordering.domain.service import PlacedLine, ServiceStyle, lines_to_fire
from app.ordering.events import LineFacts, LinesFired, LinesReleased
from app.ordering.models import Bill, Firing, FiringLine, Line, Order
from app.tenancy.queries import LocationView

LOOK_AGAIN = timedelta(minutes=1)

_HELD = (
    select(Line.id, Line.state, Line.on_hold, Line.course)
    .where(of_tenant(Line), Line.order_id == bindparam("order_id"), Line.state == "held")
    .order_by(Line.position)
)
_BILLS = select(Bill.state).where(of_tenant(Bill), Bill.order_id == bindparam("order_id"))
_FIRED = update(Line).where(of_tenant(Line), among(Line.id, "line_ids")).values(state="fired")
_ADD = insert(Firing).values(
    number=select(func.count() + 1)
    .select_from(Firing)
    .where(of_tenant(Firing), Firing.order_id == bindparam("of_order"))
    .scalar_subquery()
)


def due_lines(order: OrderRow, course: int | None = None) -> list[UUID]:
    """The held lines that may go to the kitchen now; with `course`, that course's too."""
    held = run(_HELD, order_id=order.id).all()
    bills = run(_BILLS, order_id=order.id).scalars()
    return lines_to_fire(
        ServiceStyle(str(order.style)),
        [
            PlacedLine(
                line_id=line.id,
                state=line.state,
                is_course_on_hold=line.on_hold and line.course != course,
            )
            for line in held
        ],
        is_settled="open" not in set(bills),
    )


def fire(actor_id: UUID, location: LocationView, order_id: UUID, line_ids: Sequence[UUID]) -> UUID:
    """Hand held lines to the kitchen: one firing, its tickets in the same transaction."""
    run(_FIRED, line_ids=line_ids)
    fired = add_firing(actor_id, location, order_id, facts_of(line_ids))
    emit(fired)
    return fired.firing_id


def add_firing(
    actor_id: UUID, location: LocationView, order_id: UUID, lines: Sequence[LineFacts]
) -> LinesFired:
    """Write a firing of fired lines; telling of it is left to the caller."""
    firing_id, now = new_id(), clock.now()
    execute(
        _ADD,
        {
            "of_tenant": current_tenant_id(),
            "of_order": order_id,
            "tenant_id": current_tenant_id(),
            "id": firing_id,
            "location_id": location.id,
            "order_id": order_id,
            "fired_at": now,
            "fired_by": actor_id,
        },
    )
    shared = {"location_id": location.id, "firing_id": firing_id}
    insert_rows(FiringLine, [shared | {"line_id": line.line_id} for line in lines])
    return LinesFired(
        location_id=location.id,
        order_id=order_id,
        firing_id=firing_id,
        fired_at=now,
        fired_by=actor_id,
        line_ids=tuple(line.line_id for line in lines),
        lines=tuple(lines),
    )


def fire_course(actor: Actor, location: LocationView, order_id: UUID, course: int) -> UUID | None:
    """Fire a course that was on hold; returns the firing, or None when nothing waited."""
    actor.require(ORDER_CREATE)
    with transaction():
        order = change_order(actor.member_id, location, order_id, "fire", {"course": course})
        due = due_lines(order, course)
        return fire(actor.member_id, location, order_id, due) if due else None


def fire_settled(location: LocationView, order_id: UUID) -> UUID | None:
    """Fire a pay-first order once all its bills are settled. Safe to ask again."""
    with transaction():
        order = _find_open(location, order_id)
        due = due_lines(order) if order and order.style == ServiceStyle.PAY_FIRST else []
        if not order or not due:
            return None
        change_order(order.opened_by, location, order_id, "fire")
        return fire(order.opened_by, location, order_id, due)


def release(location: LocationView, order_id: UUID) -> int:
    """Give back what an unpaid pay-first order holds; returns how many lines went back to new.

    Money paid keeps the order as it is; while some is under way, this is asked again later.
    """
    tenant_id = current_tenant_id()
    with transaction():
        order = _find_open(location, order_id)
        if order is None or _is_paid_or_waits(location, order_id):
            return 0
        held = execute(
            update(Line)
            .where(Line.tenant_id == tenant_id, Line.order_id == order_id, Line.state == "held")
            .values(state="new")
            .returning(Line.__table__)
        ).all()
        if held:
            change_order(order.opened_by, location, order_id, "release")
            _give_back(location, order_id, held)
    return len(held)


def _give_back(location: LocationView, order_id: UUID, held: Sequence[LineRow]) -> None:
    counted = [(line.item_id, line.variant_id, line.quantity) for line in held if line.counted]
    if counted:
        give_back_counted(location, counted)
    line_ids = tuple(line.id for line in held)
    emit(LinesReleased(location_id=location.id, order_id=order_id, line_ids=line_ids))


def _find_open(location: LocationView, order_id: UUID) -> OrderRow | None:
    return execute(
        select(Order.__table__)
        .where(
            Order.tenant_id == current_tenant_id(),
            Order.location_id == location.id,
            Order.id == order_id,
            Order.state == "open",
        )
        .with_for_update()
    ).one_or_none()


def _is_paid_or_waits(location: LocationView, order_id: UUID) -> bool:
    money = execute(
        select(
            func.coalesce(func.sum(Bill.paid_minor), 0).label("paid"),
            func.coalesce(func.sum(Bill.under_way_minor), 0).label("under_way"),
        ).where(Bill.tenant_id == current_tenant_id(), Bill.order_id == order_id)
    ).one()
    if money.under_way:
        payload = {"location_id": str(location.id), "order_id": str(order_id)}
        later("ordering.release", payload, delay=LOOK_AGAIN, event="PaymentUnderWay")
    return bool(money.paid or money.under_way)
