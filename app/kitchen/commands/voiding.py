"""A line that was fired is voided: the kitchen must see it, and confirm it."""

from uuid import UUID

from sqlalchemy import select, update

from app.core.db import execute, transaction
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.models import Member
from app.kitchen.domain import voided_by
from app.kitchen.models import Ticket, TicketLine
from app.ordering.events import LineVoided


def show_void(voided: LineVoided) -> None:
    """Strike a line through on its tickets, whose version rises: a bump must have seen it.

    A line that never reached the kitchen has no ticket, and nothing happens.
    """
    with transaction():
        tenant_id = current_tenant_id()
        struck = execute(
            update(TicketLine)
            .where(
                TicketLine.tenant_id == tenant_id,
                TicketLine.line_id == voided.line_id,
                TicketLine.state.in_(("open", "done")),
            )
            .values(state="voided", void_text=voided_by(_name(voided.actor_id)))
            .returning(TicketLine.ticket_id)
        ).scalars()
        ticket_ids = sorted(set(struck))
        if not ticket_ids:
            return
        execute(
            update(Ticket)
            .where(Ticket.tenant_id == tenant_id, Ticket.id.in_(ticket_ids))
            .values(version=Ticket.version + 1)
        )
        changed(voided.location_id, *(f"ticket:{ticket_id}" for ticket_id in ticket_ids))


def _name(member_id: UUID) -> str:
    found = execute(
        select(Member.name).where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
    ).scalar()
    return str(found or "")
