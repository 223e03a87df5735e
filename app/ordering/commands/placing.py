"""Placing: lines go from new to held and their stock is set aside, or nothing changes at all.

Pay-later then fires at once what is not on hold; pay-first waits for the money.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from app.core import clock, counters
from app.core.db import among, notes, of_tenant, run, transaction
from app.core.errors import Invalid
from app.core.events import emit
from app.core.outbox import later
from app.floor.commands import seat
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.menu.commands import take_counted
from app.ordering.commands.asked import NewLine
from app.ordering.commands.bills import put_on_bill, sums_of
from app.ordering.commands.drafts import Draft, draft_new
from app.ordering.commands.facts import facts_of
from app.ordering.commands.firing import add_firing, due_lines, fire
from app.ordering.commands.lines import LineRow, write_new
from app.ordering.commands.orders import OrderRow, add_bill, add_order, change_order
from app.ordering.commands.settling import settle_free
from app.ordering.domain.service import RELEASE_AFTER, PlacedLine, ServiceStyle, lines_to_fire
from app.ordering.events import LineFacts, OrderPlaced
from app.ordering.models import Bill, Line, Order
from app.tenancy.queries import LocationView

WARNINGS = "warnings"
FIRST_VERSION = 1

_HOLD = (
    update(Line)
    .where(of_tenant(Line), Line.order_id == bindparam("of_order"), Line.state == "new")
    .values(state="held")
    .returning(Line.__table__)
)
_COUNTED = update(Line).where(of_tenant(Line), among(Line.id, "line_ids")).values(counted=True)
_NUMBER = (
    update(Order)
    .where(of_tenant(Order), Order.id == bindparam("of_order"))
    .values(number=bindparam("given"), placed_at=func.coalesce(Order.placed_at, bindparam("now")))
)
_BILL_VERSION = select(Bill.version).where(of_tenant(Bill), Bill.id == bindparam("bill_id"))


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
    """Open an order, add its lines and send it: one command, one transaction, one change.

    What the single steps write and read again is worked out in memory and written once. Raises as
    they do, and then nothing has happened.
    """
    if not wanted.lines:
        raise Invalid("no_lines", "An order needs at least one line.")
    actor.require(ORDER_CREATE)
    with transaction():
        order = _open(actor, location, wanted)
        drafts = draft_new(location, order, wanted.lines)
        due = _due_at_once(order, wanted.lines)
        sums = sums_of([draft.priced for draft in drafts])
        bill_id = add_bill(location.id, order.id, 1, **sums)
        _write(actor, location, order, drafts, due)
        put_on_bill(location, bill_id, [draft.line_id for draft in drafts])
        lines = [draft.facts for draft in drafts]
        now = [line for line in lines if line.line_id in due]
        # Before stock is locked, which all orders of the location wait for.
        fired = add_firing(actor.member_id, location, order.id, now) if now else None
        number = _set_aside(location, order, lines)
        if fired:
            emit(fired)
        firing_id = fired.firing_id if fired else _fire_or_wait(actor.member_id, location, order)
        warnings = tuple(notes(WARNINGS, list))
    return Placed(
        order_id=wanted.order_id,
        bill_id=bill_id,
        number=number,
        bill_version=FIRST_VERSION if sums["total_minor"] else _version(bill_id),
        total_minor=sums["total_minor"],
        firing_id=firing_id,
        warnings=warnings,
    )


def _open(actor: Actor, location: LocationView, wanted: PlaceOrder) -> OrderRow:
    visit_id = seat(actor, location, wanted.table_id, wanted.guests) if wanted.table_id else None
    return add_order(
        actor,
        location,
        "place",
        {"lines": [str(line.line_id) for line in wanted.lines]},
        order_id=wanted.order_id,
        service_type=wanted.service_type,
        visit_id=visit_id,
        pickup_name=wanted.pickup_name,
        channel=wanted.channel,
    )


def _due_at_once(order: OrderRow, lines: Sequence[NewLine]) -> frozenset[UUID]:
    """What of a new order the kitchen gets now: such a line is never held."""
    placed = [
        PlacedLine(line_id=line.line_id, state="held", is_course_on_hold=line.on_hold)
        for line in lines
    ]
    return frozenset(lines_to_fire(ServiceStyle(str(order.style)), placed, is_settled=False))


def _write(
    actor: Actor,
    location: LocationView,
    order: OrderRow,
    drafts: Sequence[Draft],
    due: Collection[UUID],
) -> None:
    """Write lines as they stand when the order is placed, their counts taken."""
    limited = [draft for draft in drafts if draft.sold.counted_left is not None]
    taken = take_counted(
        location, [(one.sold.item_id, one.sold.variant_id, one.edit.quantity) for one in limited]
    )
    own = {
        draft.line_id: {
            "state": "fired" if draft.line_id in due else "held",
            "counted": (draft.sold.item_id, draft.sold.variant_id) in taken,
        }
        for draft in drafts
    }
    write_new(actor, location, order, drafts, own)


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
        number = _set_aside(location, order, facts_of([line.id for line in placed]))
        firing_id = _fire_or_wait(actor.member_id, location, order)
        warnings = tuple(notes(WARNINGS, list))
    return Sent(number=number, firing_id=firing_id, warnings=warnings)


def _hold_new(location: LocationView, order_id: UUID) -> list[LineRow]:
    """Hold what is new; what is counted takes its count here, or the whole is refused."""
    lines = list(run(_HOLD, of_order=order_id))
    counted = take_counted(
        location, [(line.item_id, line.variant_id, line.quantity) for line in lines]
    )
    if counted:
        ids = [line.id for line in lines if (line.item_id, line.variant_id) in counted]
        run(_COUNTED, line_ids=ids)
    return lines


def _set_aside(location: LocationView, order: OrderRow, lines: Sequence[LineFacts]) -> int:
    """Have the stock of placed lines set aside; returns the order's number."""
    emit(OrderPlaced(location_id=location.id, order_id=order.id, lines=tuple(lines)))
    return _number(location, order)


def _number(location: LocationView, order: OrderRow) -> int:
    """The order's number of its business day, given once, at the first placing."""
    number: int = order.number or counters.next_number(
        location.id, "order", str(order.business_day_id)
    )
    run(_NUMBER, of_order=order.id, given=number, now=clock.now())
    return number


def _fire_or_wait(actor_id: UUID, location: LocationView, order: OrderRow) -> UUID | None:
    if order.style == ServiceStyle.PAY_FIRST:
        settle_free(actor_id, location, order.id)
    due = due_lines(order)
    if due:
        return fire(actor_id, location, order.id, due)
    if order.style == ServiceStyle.PAY_FIRST:
        payload = {"location_id": str(location.id), "order_id": str(order.id)}
        later("ordering.release", payload, delay=RELEASE_AFTER, event="OrderPlaced")
    return None


def _version(bill_id: UUID) -> int:
    """The version of a bill that may have been settled on the spot."""
    found: int = run(_BILL_VERSION, bill_id=bill_id).scalar_one()
    return found
