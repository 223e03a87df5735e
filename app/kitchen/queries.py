"""Reads of the kitchen. The board takes three queries however many tickets there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.kitchen.models import Ticket, TicketLine
from app.kitchen.ticket_rows import STATION, TICKET, station_view, ticket_rows, ticket_views
from app.kitchen.views import AllDayView, BoardView, DayView, StationView, TicketView
from app.menu.models import Station
from app.tenancy.models import BusinessDay

LONGEST_COUNTED = timedelta(hours=1)
MOST_RECALLABLE = 30


def board(location_id: UUID, station_id: UUID) -> BoardView:
    """A station's board; raises NotFound."""
    rows = execute(
        select(*STATION, *TICKET)
        .outerjoin(
            Ticket,
            (Ticket.tenant_id == Station.tenant_id)
            & (Ticket.station_id == Station.id)
            & (Ticket.state != "bumped"),
        )
        .where(
            Station.tenant_id == current_tenant_id(),
            Station.location_id == location_id,
            Station.id == station_id,
        )
        .order_by(Ticket.fired_at, Ticket.id)
    ).all()
    if not rows:
        raise NotFound("no_station", "There is no such station.")
    tickets = ticket_views([row for row in rows if row.id is not None])
    return BoardView(station=station_view(rows[0]), tickets=tickets, all_day=_count(tickets))


def _count(tickets: Iterable[TicketView]) -> tuple[AllDayView, ...]:
    undone: dict[str, Decimal] = defaultdict(Decimal)
    for ticket in tickets:
        for line in ticket.lines:
            if line.state == "open":
                undone[line.name] += line.quantity
    ranked = sorted(undone.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(AllDayView(name=name, quantity=quantity) for name, quantity in ranked)


def tickets_with_sisters(ticket_ids: Collection[UUID]) -> tuple[TicketView, ...]:
    """These tickets and the others of their firings, on the board or not."""
    firings = select(Ticket.firing_id).where(
        Ticket.tenant_id == current_tenant_id(), Ticket.id.in_(sorted(ticket_ids))
    )
    return ticket_views(ticket_rows(_is_one_of(Ticket.firing_id, firings)))


def _is_one_of(column: InstrumentedAttribute[UUID], found: Select[UUID]) -> ColumnElement[bool]:
    """An array is read first, once, and looked up: where the planner knows little of a new
    restaurant's tickets, a join goes through all of them for each of them.
    """
    return column == func.any(func.array(found.scalar_subquery()))


def find_ticket(location_id: UUID, ticket_id: UUID) -> TicketView | None:
    """One ticket of a location."""
    found = ticket_views(ticket_rows(Ticket.location_id == location_id, Ticket.id == ticket_id))
    return found[0] if found else None


def get_ticket_of(location_id: UUID, ticket_line_id: UUID) -> UUID:
    """The ticket that a line of this location stands on; raises NotFound."""
    found: UUID | None = execute(
        select(TicketLine.ticket_id).where(
            TicketLine.tenant_id == current_tenant_id(),
            TicketLine.location_id == location_id,
            TicketLine.id == ticket_line_id,
        )
    ).scalar()
    if found is None:
        raise NotFound("no_ticket_line", "There is no such line.")
    return found


def recallable(location_id: UUID, station_id: UUID) -> tuple[TicketView, ...]:
    """The station's tickets bumped on the open business day, newest first."""
    rows = ticket_rows(
        Ticket.station_id == station_id,
        Ticket.state == "bumped",
        Ticket.business_day_id.in_(_open_day(location_id)),
        order_by=(Ticket.bumped_at.desc(),),
        limit=MOST_RECALLABLE,
    )
    return ticket_views(rows)


def stations(location_id: UUID) -> tuple[StationView, ...]:
    """The location's stations in their order, with how many tickets each has undone."""
    undone = (
        select(func.count())
        .where(
            Ticket.tenant_id == Station.tenant_id,
            Ticket.station_id == Station.id,
            Ticket.state != "bumped",
        )
        .scalar_subquery()
    )
    rows = execute(
        select(*STATION, undone.label("undone"))
        .where(Station.tenant_id == current_tenant_id(), Station.location_id == location_id)
        .order_by(Station.position, Station.name)
    )
    return tuple(station_view(row, row.undone) for row in rows)


def get_station(location_id: UUID, slug: str) -> StationView:
    """A station by its part of the address; raises NotFound."""
    row = execute(
        select(*STATION).where(
            Station.tenant_id == current_tenant_id(),
            Station.location_id == location_id,
            Station.slug == slug,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no_station", "There is no such station.")
    return station_view(row)


def all_day(station_ids: Collection[UUID]) -> dict[UUID, tuple[AllDayView, ...]]:
    """What each of these stations has undone, most first."""
    quantity = func.sum(TicketLine.quantity)
    undone = select(Ticket.id).where(
        Ticket.tenant_id == current_tenant_id(),
        Ticket.station_id.in_(sorted(station_ids)),
        Ticket.state != "bumped",
    )
    found: dict[UUID, list[AllDayView]] = {station_id: [] for station_id in station_ids}
    for row in execute(
        select(TicketLine.station_id, TicketLine.name, quantity.label("quantity"))
        .where(
            TicketLine.tenant_id == current_tenant_id(),
            _is_one_of(TicketLine.ticket_id, undone),
            TicketLine.state == "open",
        )
        .group_by(TicketLine.station_id, TicketLine.name)
        .order_by(quantity.desc(), TicketLine.name)
    ):
        found[row.station_id].append(AllDayView(name=row.name, quantity=row.quantity))
    return {station_id: tuple(counts) for station_id, counts in found.items()}


def today(location_id: UUID, station_id: UUID) -> DayView:
    """Median ticket time and share in time of the open business day."""
    took = Ticket.bumped_at - Ticket.fired_at
    # kitchen.domain.late_after in seconds: 1.2 × 60 = 72
    allowed_s = func.greatest(Station.late_minutes * 60, Ticket.longest_prep_minutes * 72)
    in_time = func.extract("epoch", took) <= allowed_s
    row = execute(
        select(
            func.percentile_cont(0.5).within_group(took).label("median"),
            func.avg(cast(in_time, Integer) * 100).label("share"),
        )
        .select_from(Ticket)
        .join(Station, (Station.tenant_id == Ticket.tenant_id) & (Station.id == Ticket.station_id))
        .where(
            Ticket.tenant_id == current_tenant_id(),
            Ticket.station_id == station_id,
            Ticket.state == "bumped",
            Ticket.business_day_id.in_(_open_day(location_id)),
            took <= LONGEST_COUNTED,
        )
    ).one()
    return DayView(median=row.median, on_time=None if row.share is None else round(row.share))


def _open_day(location_id: UUID) -> Select[UUID]:
    return select(BusinessDay.id).where(
        BusinessDay.tenant_id == current_tenant_id(),
        BusinessDay.location_id == location_id,
        BusinessDay.closed_at.is_(None),
    )
