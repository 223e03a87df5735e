"""Marks on a ticket that stays on the board: a line done, a void confirmed, a ticket seen."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import KITCHEN_BUMP
from app.kitchen.commands.tickets import (
    TicketRow,
    announce,
    carry_over,
    lines_of,
    lock_ticket,
    set_lines,
    set_ticket,
    state_by_lines,
)
from app.kitchen.models import Ticket
from app.kitchen.queries import get_ticket_of
from app.tenancy.queries import LocationView


def tick_line(actor: Actor, location: LocationView, ticket_line_id: UUID, *, done: bool) -> None:
    """Mark a line of a ticket as done, or as not done after all.

    A line that stands like that already is left alone. Raises Conflict for a bumped ticket.
    """
    actor.require(KITCHEN_BUMP)
    with transaction():
        ticket = _lock_ticket_of(actor, location, ticket_line_id)
        source, target = ("open", "done") if done else ("done", "open")
        set_lines([ticket_line_id], (source,), target)
        _settle(location, ticket)


def confirm_void(actor: Actor, location: LocationView, ticket_id: UUID) -> None:
    """Say that the cook has read what was voided. A ticket with nothing left to make goes."""
    actor.require(KITCHEN_BUMP)
    with transaction():
        ticket = lock_ticket(actor, location, ticket_id)
        lines = lines_of(ticket_id)
        set_lines([line.id for line in lines], ("voided",), "confirmed")
        if ticket.state == "bumped":
            return
        if all(line.state in ("voided", "confirmed") for line in lines):
            set_ticket(ticket, "bumped", bumped_at=clock.now(), version=ticket.version + 1)
            announce(location, ticket)
        else:
            _settle(location, ticket)


def mark_seen(location: LocationView, station_id: UUID, ticket_ids: Sequence[UUID]) -> None:
    """Note that a screen of the station has shown these tickets; only the first time counts."""
    tenant_id = current_tenant_id()
    # In order of id: two screens of one station would otherwise wait for each other.
    unseen = (
        select(Ticket.id)
        .where(
            Ticket.tenant_id == tenant_id,
            Ticket.location_id == location.id,
            Ticket.station_id == station_id,
            Ticket.id.in_(ticket_ids),
            Ticket.seen_at.is_(None),
        )
        .order_by(Ticket.id)
        .with_for_update(key_share=True)
    )
    with transaction():
        locked = list(execute(unseen).scalars())
        seen = execute(
            update(Ticket)
            .where(Ticket.tenant_id == tenant_id, Ticket.id.in_(locked))
            .values(seen_at=clock.now())
            .returning(Ticket.order_id)
        ).all()
        for row in seen:
            changed(location.id, f"order:{row.order_id}")


def _lock_ticket_of(actor: Actor, location: LocationView, ticket_line_id: UUID) -> TicketRow:
    ticket = lock_ticket(actor, location, get_ticket_of(location.id, ticket_line_id))
    if ticket.state == "bumped":
        raise Conflict("ticket_bumped", "This ticket has been bumped.")
    return ticket


def _settle(location: LocationView, ticket: TicketRow) -> None:
    """Bring the ticket's state and its order's lines up with the ticket's lines."""
    lines: Sequence[Row[Any]] = lines_of(ticket.id)
    state = state_by_lines([line.state for line in lines])
    set_ticket(ticket, state, ready_at=clock.now() if state == "ready" else None)
    carry_over(location, [line.line_id for line in lines])
    announce(location, ticket)
