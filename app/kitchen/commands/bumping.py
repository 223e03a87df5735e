"""A cook takes a ticket off the board, or brings it back."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import KITCHEN_BUMP, KITCHEN_RECALL
from app.kitchen.commands.making import take_slots
from app.kitchen.commands.tickets import (
    TicketRow,
    announce,
    carry_over,
    lines_of,
    lock_ticket,
    set_lines,
    set_ticket,
)
from app.kitchen.domain import may_undo_bump, require_recallable
from app.kitchen.models import Ticket
from app.tenancy.models import BusinessDay
from app.tenancy.queries import LocationView


def bump(actor: Actor, location: LocationView, ticket_id: UUID, version: int) -> None:
    """Mark a ticket as made. `version` is the one the cook saw.

    Bumping a bumped ticket changes nothing. Raises Conflict when the ticket changed since,
    or when a void on it has not been confirmed.
    """
    actor.require(KITCHEN_BUMP)
    with transaction():
        ticket = lock_ticket(actor, location, ticket_id)
        if ticket.state == "bumped":
            return
        _require_version(ticket, version)
        lines = lines_of(ticket_id)
        if any(line.state == "voided" for line in lines):
            raise Conflict("void_unconfirmed", "Confirm what was voided first.")
        set_lines([line.id for line in lines], ("open",), "done")
        set_ticket(ticket, "bumped", bumped_at=clock.now(), version=ticket.version + 1)
        carry_over(location, [line.line_id for line in lines])
        announce(location, ticket)


def recall(actor: Actor, location: LocationView, ticket_id: UUID, version: int) -> None:
    """Bring a bumped ticket back with everything undone: an undo within 5 s, else a recall.

    An undo needs the permission to bump, a recall its own. Recalling a ticket that is on the
    board changes nothing. Raises Conflict for a ticket of an earlier business day.
    """
    with transaction():
        ticket = lock_ticket(actor, location, ticket_id)
        if ticket.state != "bumped":
            return
        is_undo = may_undo_bump(ticket.bumped_at, clock.now())
        actor.require(KITCHEN_BUMP if is_undo else KITCHEN_RECALL)
        _require_version(ticket, version)
        require_recallable(*_days(location, ticket))
        lines = lines_of(ticket_id)
        set_lines([line.id for line in lines], ("done",), "open")
        slot = _slot_again(ticket)
        set_ticket(ticket, "open", bumped_at=None, slot=slot, version=ticket.version + 1)
        carry_over(location, [line.line_id for line in lines])
        announce(location, ticket)


def _require_version(ticket: TicketRow, version: int) -> None:
    if ticket.version != version:
        raise Conflict("ticket_changed", "This ticket has changed. Look again.")


def _slot_again(ticket: TicketRow) -> int:
    """The slot that the ticket had, unless another has taken it meanwhile."""
    fresh = take_slots([ticket.station_id])[ticket.station_id]
    taken = execute(
        select(Ticket.id).where(
            Ticket.tenant_id == current_tenant_id(),
            Ticket.station_id == ticket.station_id,
            Ticket.slot == ticket.slot,
            Ticket.state != "bumped",
        )
    ).first()
    return fresh if taken else int(ticket.slot)


def _days(location: LocationView, ticket: TicketRow) -> tuple[date, date]:
    """The ticket's business day and the one that is open now."""
    days = {
        row.id: row
        for row in execute(
            select(BusinessDay.id, BusinessDay.date, BusinessDay.closed_at).where(
                BusinessDay.tenant_id == current_tenant_id(),
                BusinessDay.location_id == location.id,
                (BusinessDay.id == ticket.business_day_id) | BusinessDay.closed_at.is_(None),
            )
        )
    }
    today = next((day.date for day in days.values() if day.closed_at is None), date.max)
    return days[ticket.business_day_id].date, today
