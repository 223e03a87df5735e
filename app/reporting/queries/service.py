"""How the service goes: orders, guests, open bills, and the kitchen's pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.floor.models import FloorTable, Visit
from app.kitchen.models import Ticket
from app.ordering.models import Bill, Line, Order
from app.reporting.queries.days import Day, falls_in
from app.tenancy.queries import LocationView

LONGEST_COUNTED = timedelta(hours=1)  # a ticket left on the board overnight says nothing


@dataclass(frozen=True, kw_only=True)
class Room:
    """Now: guests at tables, seats there are, and open bills with what they still owe."""

    guests: int
    seats: int
    open_bills: int
    open_minor: int


@dataclass(frozen=True, kw_only=True)
class Voids:
    """Lines taken off: how many, what they would have cost, and how many had been made."""

    count: int
    gross_minor: int
    made: int


def orders_placed(location: LocationView, days: Sequence[Day]) -> dict[UUID, int]:
    """How many orders were placed and not cancelled, by day."""
    rows = execute(
        select(Order.business_day_id, func.count().label("number_of"))
        .where(
            Order.tenant_id == current_tenant_id(),
            Order.location_id == location.id,
            Order.placed_at.is_not(None),
            Order.state != "cancelled",
            falls_in(Order.business_day_id, Order.placed_at, days),
        )
        .group_by(Order.business_day_id)
    )
    return {row.business_day_id: row.number_of for row in rows}


def median_ticket_time(location: LocationView, days: Sequence[Day]) -> dict[UUID, timedelta]:
    """The median time from fire to bump, by day; tickets over 1 h are left out."""
    took = Ticket.bumped_at - Ticket.fired_at
    rows = execute(
        select(
            Ticket.business_day_id,
            func.percentile_cont(0.5).within_group(took).label("median"),
        )
        .where(
            Ticket.tenant_id == current_tenant_id(),
            Ticket.location_id == location.id,
            Ticket.state == "bumped",
            took <= LONGEST_COUNTED,
            falls_in(Ticket.business_day_id, Ticket.bumped_at, days),
        )
        .group_by(Ticket.business_day_id)
    )
    return {row.business_day_id: row.median for row in rows}


def room(location: LocationView) -> Room:
    """The room as it is now."""
    tenant_id = current_tenant_id()
    guests = select(func.coalesce(func.sum(Visit.guests), 0)).where(
        Visit.tenant_id == tenant_id,
        Visit.location_id == location.id,
        Visit.state.in_(("seated", "leaving")),
    )
    seats = select(func.coalesce(func.sum(FloorTable.seats), 0)).where(
        FloorTable.tenant_id == tenant_id, FloorTable.location_id == location.id
    )
    due = Bill.total_minor - Bill.paid_minor
    row = execute(
        select(
            guests.scalar_subquery().label("guests"),
            seats.scalar_subquery().label("seats"),
            func.count().label("bills"),
            func.coalesce(func.sum(due), 0).label("due"),
        )
        .select_from(Bill)
        .join(Order, (Order.tenant_id == Bill.tenant_id) & (Order.id == Bill.order_id))
        .where(
            Order.tenant_id == tenant_id,
            Order.location_id == location.id,
            Order.state == "open",
            Bill.state == "open",
            due > 0,
        )
    ).one()
    return Room(
        guests=int(row.guests),
        seats=int(row.seats),
        open_bills=row.bills,
        open_minor=int(row.due),
    )


def voids(location: LocationView, day: Day) -> Voids:
    """Voids on the day's orders; a line that was never sent is no void."""
    row = execute(
        select(
            func.count().label("number_of"),
            func.coalesce(func.sum(Line.gross_minor), 0).label("gross"),
            func.count().filter(Line.void_made.is_(True)).label("made"),
        )
        .join(Order, (Order.tenant_id == Line.tenant_id) & (Order.id == Line.order_id))
        .where(
            Order.tenant_id == current_tenant_id(),
            Order.location_id == location.id,
            Order.business_day_id == day.id,
            Line.state == "voided",
        )
    ).one()
    return Voids(count=row.number_of, gross_minor=int(row.gross), made=row.made)
