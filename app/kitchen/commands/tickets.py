"""Locked reads and writes that the commands on one ticket share."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from app.core.db import execute
from app.core.errors import NotFound
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.kitchen.domain import TICKET, TicketLineState, TicketState, line_state_in_kitchen
from app.kitchen.models import Ticket, TicketLine
from app.ordering.commands.lines import mark_lines
from app.ordering.models import Line, Order
from app.tenancy.queries import LocationView

TicketRow = Row[Any]

_AT_WORK = ("fired", "preparing", "ready")


def lock_ticket(actor: Actor, location: LocationView, ticket_id: UUID) -> TicketRow:
    """A ticket's row, locked after its order's; raises NotFound, also at another's screen."""
    found = find_order_id(location, ticket_id)
    if found is None:
        raise NotFound("no_ticket", "There is no such ticket.")
    lock_order(found)
    ticket = execute(
        select(Ticket.__table__)
        .where(Ticket.tenant_id == current_tenant_id(), Ticket.id == ticket_id)
        .with_for_update(key_share=True)
    ).one()
    actor.require_station(ticket.station_id)
    return ticket


def find_order_id(location: LocationView, ticket_id: UUID) -> UUID | None:
    """The order that a ticket of this location belongs to."""
    found: UUID | None = execute(
        select(Ticket.order_id).where(
            Ticket.tenant_id == current_tenant_id(),
            Ticket.location_id == location.id,
            Ticket.id == ticket_id,
        )
    ).scalar()
    return found


def lock_order(order_id: UUID) -> None:
    """Wait for whoever changes the order; all who touch its lines take this lock first."""
    execute(
        select(Order.id)
        .where(Order.tenant_id == current_tenant_id(), Order.id == order_id)
        .with_for_update(key_share=True)
    )


def lines_of(ticket_id: UUID) -> Sequence[Row[Any]]:
    """A ticket's lines, in their order."""
    return execute(
        select(TicketLine.id, TicketLine.line_id, TicketLine.state)
        .where(TicketLine.tenant_id == current_tenant_id(), TicketLine.ticket_id == ticket_id)
        .order_by(TicketLine.position)
    ).all()


def set_lines(line_ids: Collection[UUID], source: Sequence[str], target: str) -> None:
    """Move those of these ticket lines that are in a state of `source` to `target`."""
    execute(
        update(TicketLine)
        .where(
            TicketLine.tenant_id == current_tenant_id(),
            TicketLine.id.in_(sorted(line_ids)),
            TicketLine.state.in_(source),
        )
        .values(state=target)
    )


def set_ticket(ticket: TicketRow, state: str, **values: object) -> None:
    """Move a ticket to a state; raises Conflict where that is no step of its way."""
    if ticket.state != state:
        TICKET.require(ticket.state, state)
    execute(
        update(Ticket)
        .where(Ticket.tenant_id == current_tenant_id(), Ticket.id == ticket.id)
        .values(state=state, **values)
    )


def state_by_lines(states: Collection[str]) -> TicketState:
    """Ready once everything that is still wanted is done, and every void was confirmed."""
    live = {TicketLineState.OPEN, TicketLineState.VOIDED}
    return TicketState.OPEN if live & set(states) else TicketState.READY


def carry_over(location: LocationView, line_ids: Collection[UUID]) -> None:
    """Tell ordering how far lines are, from all their ticket lines at all stations."""
    stood: dict[UUID, str] = {}
    made: dict[UUID, list[str]] = defaultdict(list)
    for row in execute(
        select(TicketLine.line_id, TicketLine.state, Line.state.label("stood"))
        .join(Line, (Line.tenant_id == TicketLine.tenant_id) & (Line.id == TicketLine.line_id))
        .where(
            TicketLine.tenant_id == current_tenant_id(),
            TicketLine.line_id.in_(sorted(line_ids)),
            Line.state.in_(_AT_WORK),
        )
    ):
        stood[row.line_id] = row.stood
        made[row.line_id].append(row.state)
    now = {line: line_state_in_kitchen(states, is_begun=False) for line, states in made.items()}
    mark_lines(location, {line: state for line, state in now.items() if state != stood[line]})


def announce(location: LocationView, ticket: TicketRow) -> None:
    """Say that a ticket changed, and with it its order and its table."""
    changed(location.id, f"ticket:{ticket.id}", f"order:{ticket.order_id}", "floor")
