"""Voiding: off the bill, with a reason, and the kitchen told."""

from uuid import UUID

from app.core import audit
from app.core.db import transaction
from app.core.errors import Invalid
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.ordering.commands.closing import close_when_done
from app.ordering.commands.lines import change_line
from app.ordering.commands.settling import settle_lowered
from app.ordering.commands.void_row import give_back_unmade, void_row
from app.ordering.domain.states import LINE, permission_to_void
from app.tenancy.queries import LocationView

FIRED = ("fired", "preparing", "ready", "served")


def void_line(
    actor: Actor, location: LocationView, line_id: UUID, version: int, *, reason: str, made: bool
) -> UUID:
    """Void a sent line; returns its order's id.

    `made` says whether the food exists: what was not made goes back to stock, what was made is
    waste. Raises Forbidden by the line's state, Conflict when more is paid than would be left.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", "Say why.", {"reason": ["Say why this is voided."]})
    with transaction():
        order, line = change_line(actor, location, line_id, version, "void_line")
        permission = permission_to_void(line.state) or ORDER_CREATE
        actor.require(permission)
        LINE.require(line.state, "voided")
        give_back_unmade(location, [(line, made)])
        void_row(actor, location, line, reason=reason, made=made)
        if line.state in FIRED:
            audit.record(
                permission,
                "line",
                line_id,
                actor_id=actor.member_id,
                location_id=location.id,
                reason=reason,
                before={"state": line.state, "gross": line.gross_minor},
                after={"made": made},
            )
        settle_lowered(actor.member_id, location, order.id)
        close_when_done(actor.member_id, location, order.id)
    return UUID(str(order.id))
