"""The pickup board: numbers that guests wait for, and numbers that are ready."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select

from app.core.db import of_tenant, run
from app.ordering.domain.states import IN_KITCHEN, LineState
from app.ordering.models import Line, Order

MOST = 60

_IS_READY = func.bool_and(Line.state == LineState.READY)
_NUMBERS = (
    select(Order.number, Order.pickup_name, _IS_READY.label("is_ready"))
    .join(Line, (Line.tenant_id == Order.tenant_id) & (Line.order_id == Order.id))
    .where(
        of_tenant(Order),
        Order.location_id == bindparam("location_id"),
        Order.state == "open",
        Order.service_type == "takeaway",
        Line.state.in_(sorted(IN_KITCHEN)),
    )
    .group_by(Order.tenant_id, Order.id)
    .order_by(Order.placed_at, Order.id)
    .limit(MOST)
)


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """One order that somebody waits for at the counter."""

    number: int | None
    name: str


@dataclass(frozen=True, kw_only=True)
class PickupView:
    """The numbers of a location, in the order in which they were placed."""

    preparing: tuple[WaitingView, ...]
    ready: tuple[WaitingView, ...]


def numbers(location_id: UUID) -> PickupView:
    """Takeaway orders with something in the kitchen or on the pass; at most 60."""
    rows = run(_NUMBERS, location_id=location_id).all()
    found = [(row.is_ready, WaitingView(number=row.number, name=row.pickup_name)) for row in rows]
    return PickupView(
        preparing=tuple(one for is_ready, one in found if not is_ready),
        ready=tuple(one for is_ready, one in found if is_ready),
    )
