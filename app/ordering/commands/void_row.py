"""Writing a void: shared by voiding one line and by giving up a whole order."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, update

from app.core import clock
from app.core.db import execute
from app.core.events import emit
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.menu.commands import give_back_counted
from app.ordering.events import LineVoided
from app.ordering.models import Line
from app.tenancy.queries import LocationView


def give_back_unmade(location: LocationView, lines: Iterable[tuple[Row[Any], bool]]) -> None:
    """Give the counts of voided lines back, each with whether it was made, all at once.

    Before any of them is voided: that touches stock, which is locked after counted items.
    """
    counted = [
        (line.item_id, line.variant_id, line.quantity)
        for line, made in lines
        if line.counted and line.state != "new" and not made
    ]
    if counted:
        give_back_counted(location, counted)


def void_row(
    actor: Actor, location: LocationView, line: Row[Any], *, reason: str, made: bool
) -> None:
    """Void a locked line and say so; counts, totals, permission and audit are the caller's."""
    execute(
        update(Line)
        .where(Line.tenant_id == current_tenant_id(), Line.id == line.id)
        .values(
            state="voided",
            version=line.version + 1,
            void_reason=reason or "cancelled",
            void_made=made,
            voided_by=actor.member_id,
            voided_at=clock.now(),
        )
    )
    emit(
        LineVoided(
            location_id=location.id,
            order_id=line.order_id,
            line_id=line.id,
            was=line.state,
            made=made,
            reason=reason,
            actor_id=actor.member_id,
        )
    )
