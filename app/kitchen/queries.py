"""Reads of the kitchen. The board takes three queries however many tickets there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import among, execute, of_tenant, run
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.kitchen.models import Ticket, TicketLine
from app.kitchen.ticket_rows import STATION, TICKET, station_view, ticket_views, tickets
from app.kitchen.views import AllDayView, BoardView, DayView, StationView, TicketView
from app.menu.models import Station
from app.tenancy.models import BusinessDay

LONGEST_COUNTED = timedelta(hours=1)
MOST_RECALLABLE = 30

_IS_THE_STATION = (
    Station.location_id == bindparam("location_id"),
    Station.id == bindparam("station_id"),
)
_IS_OPEN_DAY = (
    of_tenant(BusinessDay),
    BusinessDay.location_id == bindparam("location_id"),
    BusinessDay.closed_at.is_(None),
)
# Two values that are read first: as a join, a station's tickets of all days were gone through.
_OF_OPEN_DAY = (
    Ticket.business_day_id == select(BusinessDay.id).where(*_IS_OPEN_DAY).scalar_subquery(),
    Ticket.bumped_at >= select(BusinessDay.opened_at).where(*_IS_OPEN_DAY).scalar_subquery(),
)
_BOARD = (
    select(*STATION, *TICKET)
    .outerjoin(
        Ticket,
        (Ticket.tenant_id == Station.tenant_id)
        & (Ticket.station_id == Station.id)
        & (Ticket.state != "bumped"),
    )
    .where(of_tenant(Station), *_IS_THE_STATION)
    .order_by(Ticket.fired_at, Ticket.id)
)
_STATION = select(*STATION).where(
    of_tenant(Station),
    Station.location_id == bindparam("location_id"),
    Station.slug == bindparam("slug"),
)
_UNDONE = (
    select(func.count())
    .where(
        Ticket.tenant_id == Station.tenant_id,
        Ticket.station_id == Station.id,
        Ticket.state != "bumped",
    )
    .scalar_subquery()
)
_STATIONS = (
    select(*STATION, _UNDONE.label("undone"))
    .where(of_tenant(Station), Station.location_id == bindparam("location_id"))
    .order_by(Station.position, Station.name)
)
_ONE = tickets(Ticket.location_id == bindparam("location_id"), Ticket.id == bindparam("ticket_id"))
_RECALLABLE = (
    tickets(
        Ticket.station_id == bindparam("station_id"),
        Ticket.state == "bumped",
        *_OF_OPEN_DAY,
    )
    .order_by(None)
    .order_by(Ticket.bumped_at.desc())
    .limit(MOST_RECALLABLE)
)


def _is_one_of(column: InstrumentedAttribute[UUID], found: Select[UUID]) -> ColumnElement[bool]:
    """An array is read first, once, and looked up: where the planner knows little of a new
    restaurant's tickets, a join goes through all of them for each of them.
    """
    return column == func.any(func.array(found.scalar_subquery()))


_WITH_SISTERS = tickets(
    _is_one_of(
        Ticket.firing_id,
        select(Ticket.firing_id).where(of_tenant(Ticket), among(Ticket.id, "ticket_ids")),
    )
)
_MADE = func.sum(TicketLine.quantity)
_ALL_DAY = (
    select(TicketLine.station_id, TicketLine.name, _MADE.label("quantity"))
    .where(
        of_tenant(TicketLine),
        _is_one_of(
            TicketLine.ticket_id,
            select(Ticket.id).where(
                of_tenant(Ticket), among(Ticket.station_id, "station_ids"), Ticket.state != "bumped"
            ),
        ),
        TicketLine.state == "open",
    )
    .group_by(TicketLine.station_id, TicketLine.name)
    .order_by(_MADE.desc(), TicketLine.name)
)
_TOOK = Ticket.bumped_at - Ticket.fired_at
# kitchen.domain.late_after in seconds: 1.2 × 60 = 72
_ALLOWED_S = func.greatest(Station.late_minutes * 60, Ticket.longest_prep_minutes * 72)
_IN_TIME = func.extract("epoch", _TOOK) <= _ALLOWED_S
_TODAY = (
    select(
        func.percentile_cont(0.5).within_group(_TOOK).label("median"),
        func.avg(cast(_IN_TIME, Integer) * 100).label("share"),
    )
    .select_from(Ticket)
    .join(Station, (Station.tenant_id == Ticket.tenant_id) & (Station.id == Ticket.station_id))
    .where(
        of_tenant(Ticket),
        Ticket.station_id == bindparam("station_id"),
        Ticket.state == "bumped",
        *_OF_OPEN_DAY,
        _TOOK <= LONGEST_COUNTED,
    )
)


def board(location_id: UUID, station_id: UUID) -> BoardView:
    """A station's board; raises NotFound."""
    rows = run(_BOARD, location_id=location_id, station_id=station_id).all()
    if not rows:
        raise NotFound("no_station", "There is no such station.")
    shown = ticket_views([row for row in rows if row.id is not None])
    return BoardView(station=station_view(rows[0]), tickets=shown, all_day=_count(shown))


def _count(shown: Iterable[TicketView]) -> tuple[AllDayView, ...]:
    undone: dict[str, Decimal] = defaultdict(Decimal)
    for ticket in shown:
        for line in ticket.lines:
            if line.state == "open":
                undone[line.name] += line.quantity
    ranked = sorted(undone.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(AllDayView(name=name, quantity=quantity) for name, quantity in ranked)


def tickets_with_sisters(ticket_ids: Collection[UUID]) -> tuple[TicketView, ...]:
    """These tickets and the others of their firings, on the board or not."""
    return ticket_views(run(_WITH_SISTERS, ticket_ids=sorted(ticket_ids)).all())


def find_ticket(location_id: UUID, ticket_id: UUID) -> TicketView | None:
    """One ticket of a location."""
    found = ticket_views(run(_ONE, location_id=location_id, ticket_id=ticket_id).all())
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
    rows = run(_RECALLABLE, location_id=location_id, station_id=station_id).all()
    return ticket_views(rows)


def stations(location_id: UUID) -> tuple[StationView, ...]:
    """The location's stations in their order, with how many tickets each has undone."""
    rows = run(_STATIONS, location_id=location_id)
    return tuple(station_view(row, row.undone) for row in rows)


def get_station(location_id: UUID, slug: str) -> StationView:
    """A station by its part of the address; raises NotFound."""
    row = run(_STATION, location_id=location_id, slug=slug).one_or_none()
    if row is None:
        raise NotFound("no_station", "There is no such station.")
    return station_view(row)


def all_day(station_ids: Collection[UUID]) -> dict[UUID, tuple[AllDayView, ...]]:
    """What each of these stations has undone, most first."""
    found: dict[UUID, list[AllDayView]] = {station_id: [] for station_id in station_ids}
    for row in run(_ALL_DAY, station_ids=sorted(station_ids)):
        found[row.station_id].append(AllDayView(name=row.name, quantity=row.quantity))
    return {station_id: tuple(counts) for station_id, counts in found.items()}


def today(location_id: UUID, station_id: UUID) -> DayView:
    """Median ticket time and share in time of the open business day."""
    row = run(_TODAY, location_id=location_id, station_id=station_id).one()
    return DayView(median=row.median, on_time=None if row.share is None else round(row.share))
