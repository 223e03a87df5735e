"""Erasing people: what names them is replaced, what accounts for money stays as it is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import array

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import EmailLink, LoginSession, Member
from app.identity.permissions import TENANT_MANAGE
from app.identity.places import get_standing, require_covers
from app.identity.staff.owners import hold_owners, require_active, require_an_owner
from app.identity.tokens.commands import end_grants
from app.kitchen.domain import voided_by
from app.kitchen.models import Ticket, TicketLine
from app.ordering.models import Line, Order
from app.privacy.commands.exporting import drop_exports
from app.privacy.errors import no_member, oneself, still_open
from app.privacy.models import DataExport

# What a member can do without, a former one does without: PIN, e-mail, whatever comes.
_EMPTIED: dict[str, None] = {
    column.name: None
    for column in Member.__table__.columns
    if column.nullable and isinstance(column.type, Text)
}
_UNLINK = text("SELECT app.member_unlink(:wanted)")


def erase_member(actor: Actor, member_id: UUID) -> str:
    """Replace a member by "Former member 7", who can sign in nowhere; returns the new name.

    The account goes where no other restaurant knows it, exports of the member go with it. Entries,
    orders and documents keep the id. Erasing twice is the same as once. Raises NotFound,
    Forbidden where the member may do more than the actor or works elsewhere too, and Conflict
    (`oneself`, `last_owner`).
    """
    with transaction():
        was = _hold_member(actor, member_id)
        if was.erased_at is not None:
            return str(was.name)
        require_covers(actor, get_standing(member_id))
        name = f"Former member {_count_erased() + 1}"
        _forget_on_tickets(member_id, was.name, name)
        end_grants(actor, member_id)
        _end_access(member_id)
        execute(
            update(Member)
            .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
            .values(**_EMPTIED, name=name, active=False, erased_at=clock.now())
        )
        require_an_owner()
        drop_exports(DataExport.kind == "member", DataExport.subject_ids.contains([str(member_id)]))
        audit.record(
            TENANT_MANAGE, "member", member_id, actor_id=actor.member_id, after={"erased": name}
        )
    return name


def _hold_member(actor: Actor, member_id: UUID) -> Row[Any]:
    """Name and erasure of somebody whom the actor may erase, one at a time.

    So the last owner stays, and no two are the seventh.
    """
    actor.require_everywhere(TENANT_MANAGE)
    if member_id == actor.member_id:
        raise oneself()
    hold_owners()
    require_active(actor)
    member = execute(
        select(Member.name, Member.erased_at)
        .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
        .with_for_update()
    ).one_or_none()
    if member is None:
        raise no_member()
    return member


def erase_guests(actor: Actor, order_ids: Sequence[UUID]) -> int:
    """Take guests' names and notes off these orders; returns off how many.

    Raises Conflict (`order_open`) where one of them is under way.
    """
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        states = execute(
            select(Order.state).where(
                Order.tenant_id == current_tenant_id(), Order.id.in_(order_ids)
            )
        ).scalars()
        if "open" in set(states):
            raise still_open()
        count = forget_guests(order_ids)
        named = array([str(one) for one in order_ids])
        drop_exports(DataExport.kind == "guest", DataExport.subject_ids.op("?|")(named))
        audit.record(
            TENANT_MANAGE,
            "tenant",
            current_tenant_id(),
            actor_id=actor.member_id,
            after={"erased": "guest", "orders": [str(one) for one in order_ids]},
        )
    return count


def forget_guests(order_ids: Sequence[UUID]) -> int:
    """Take names and notes off orders, their lines and their tickets, in the open transaction."""
    tenant_id = current_tenant_id()
    of_these = Ticket.order_id.in_(order_ids)
    same_order = (Order.tenant_id == Ticket.tenant_id) & (Order.id == Ticket.order_id)
    execute(
        update(Ticket)
        .where(Ticket.tenant_id == tenant_id, of_these, same_order)
        .where(Order.pickup_name != "", Ticket.title == Order.pickup_name)
        .values(title=func.concat("Counter ", Order.number))
    )
    tickets = select(Ticket.id).where(Ticket.tenant_id == tenant_id, of_these)
    execute(
        update(TicketLine)
        .where(TicketLine.tenant_id == tenant_id, TicketLine.ticket_id.in_(tickets))
        .where(TicketLine.note != "")
        .values(note="")
    )
    execute(
        update(Line)
        .where(Line.tenant_id == tenant_id, Line.order_id.in_(order_ids), Line.note != "")
        .values(note="")
    )
    return execute(
        update(Order)
        .where(Order.tenant_id == tenant_id, Order.id.in_(order_ids))
        .values(pickup_name="")
    ).rowcount


def _count_erased() -> int:
    return int(
        execute(
            select(func.count())
            .select_from(Member)
            .where(Member.tenant_id == current_tenant_id(), Member.erased_at.is_not(None))
        ).scalar_one()
    )


def _forget_on_tickets(member_id: UUID, name: str, new_name: str) -> None:
    """The kitchen's tickets say who serves, in words between dots, and who voided a line."""
    parts = func.array_replace(func.string_to_array(Ticket.subtitle, " · "), name, new_name)
    execute(
        update(Ticket)
        .where(Ticket.tenant_id == current_tenant_id(), Ticket.subtitle.contains(name))
        .values(subtitle=func.array_to_string(parts, " · "))
    )
    execute(
        update(TicketLine)
        .where(TicketLine.tenant_id == current_tenant_id(), TicketLine.void_text.is_not(None))
        .where(Line.tenant_id == TicketLine.tenant_id, Line.id == TicketLine.line_id)
        .where(Line.voided_by == member_id)
        .values(void_text=voided_by(new_name))
    )


def _end_access(member_id: UUID) -> None:
    """No session, program, link or account leads to the member any more."""
    tenant_id = current_tenant_id()
    execute(
        delete(LoginSession).where(
            LoginSession.tenant_id == tenant_id, LoginSession.member_id == member_id
        )
    )
    execute(
        delete(EmailLink).where(EmailLink.tenant_id == tenant_id, EmailLink.member_id == member_id)
    )
    execute(_UNLINK, {"wanted": member_id})
