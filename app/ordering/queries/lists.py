"""Lists of orders: what is open, what today brought, by number or name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.ordering.models import Order
from app.tenancy.domain import business_date, business_day_start
from app.tenancy.queries import LocationView

MOST = 200


@dataclass(frozen=True, kw_only=True)
class OrderRowView:
    """An order in a list."""

    id: UUID
    number: int | None
    state: str
    service_type: str
    pickup_name: str
    tables: tuple[str, ...]
    server: str
    opened_at: datetime
    currency: str
    total_minor: int
    due_minor: int
    unsent: int
    ready: int


# The number and the names stand for what a person remembers of an order.
_ORDERS = text(
    "SELECT * FROM (SELECT o.id, o.number, o.state, o.service_type, o.pickup_name, o.opened_at,"
    " o.currency, m.name AS server, array(SELECT t.name FROM visit_table vt"
    "  JOIN floor_table t ON t.tenant_id = vt.tenant_id AND t.id = vt.table_id"
    "  WHERE vt.tenant_id = o.tenant_id AND vt.visit_id = o.visit_id ORDER BY t.name) AS tables,"
    " (SELECT coalesce(sum(b.total_minor), 0)::bigint FROM bill b WHERE b.tenant_id = o.tenant_id"
    "  AND b.order_id = o.id AND b.state <> 'void') AS total_minor,"
    " (SELECT coalesce(sum(b.total_minor - b.paid_minor), 0)::bigint FROM bill b"
    "  WHERE b.tenant_id = o.tenant_id AND b.order_id = o.id AND b.state = 'open') AS due_minor,"
    " (SELECT count(*) FROM order_line l WHERE l.tenant_id = o.tenant_id"
    "  AND l.order_id = o.id AND l.state = 'new') AS unsent,"
    " (SELECT count(*) FROM order_line l WHERE l.tenant_id = o.tenant_id"
    "  AND l.order_id = o.id AND l.state = 'ready') AS ready"
    " FROM orders o JOIN member m ON m.tenant_id = o.tenant_id AND m.id = o.opened_by"
    " WHERE o.tenant_id = :tenant_id AND o.location_id = :location_id"
    " AND (o.state = 'open' OR (:with_ended AND o.opened_at >= :since))) AS found"
    " WHERE :search = '' OR number::text = :search OR pickup_name ILIKE :pattern"
    " OR server ILIKE :pattern OR :search = ANY (tables)"
    " ORDER BY (state <> 'open'), opened_at DESC, id LIMIT :most"
)


def list_orders(
    location: LocationView, search: str = "", *, with_ended: bool = False
) -> tuple[OrderRowView, ...]:
    """Open orders, newest first; `with_ended`: then today's closed and cancelled ones.

    `search` is a number, a table, or part of a pickup or server's name. At most 200.
    """
    today = business_date(clock.now(), location.zone, location.cut_off)
    search = search.strip().removeprefix("#")
    rows = execute(
        _ORDERS,
        {
            "tenant_id": current_tenant_id(),
            "location_id": location.id,
            "with_ended": with_ended,
            "since": business_day_start(today, location.zone, location.cut_off),
            "search": search,
            "pattern": f"%{_plain(search)}%",
            "most": MOST,
        },
    )
    return tuple(OrderRowView(**dict(row._mapping) | {"tables": tuple(row.tables)}) for row in rows)


def _plain(search: str) -> str:
    """A pattern in which the search's own characters mean themselves."""
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def open_order_of_visit(location: LocationView, visit_id: UUID) -> UUID | None:
    """The one open order of a party, or None."""
    order_id = execute(
        select(Order.id).where(
            Order.tenant_id == current_tenant_id(),
            Order.location_id == location.id,
            Order.visit_id == visit_id,
            Order.state == "open",
        )
    ).scalar_one_or_none()
    return UUID(str(order_id)) if order_id else None
