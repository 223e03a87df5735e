"""Boards as HTML: for the socket's snapshots and frames, and for answers to a tap."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import render_template

from app.core import fragments
from app.core.errors import NotFound
from app.core.sockets.views import Shown
from app.core.tenant import current_tenant_id
from app.kitchen import queries
from app.kitchen.views import TicketView
from app.tenancy.queries import LocationView, TenantView, get_location_by_id, get_tenant_by_id

VIEW = "kitchen"


def snapshot(tenant: TenantView, location: LocationView, key: str) -> Shown:
    """The board of the station whose id is `key`; raises NotFound."""
    board = queries.board(location.id, _station_id(key))
    content = fragments.render(tenant, location, "kitchen/_snapshot.html", board=board)
    return Shown(content=content, target="#tickets", swap="outerMorph")


def _station_id(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise NotFound("no_station", "There is no such station.") from error


def render_tickets(location_id: UUID, ticket_ids: Sequence[str]) -> dict[str, str]:
    """What tickets look like now, by the view of their station; sisters say "also at" anew."""
    tenant = get_tenant_by_id(current_tenant_id())
    location = get_location_by_id(location_id)
    of_station: dict[UUID, list[TicketView]] = defaultdict(list)
    for ticket in queries.tickets_with_sisters([UUID(ticket_id) for ticket_id in ticket_ids]):
        of_station[ticket.station_id].append(ticket)
    all_day = queries.all_day(of_station)
    return {
        f"{VIEW}:{station_id}": fragments.render(
            tenant,
            location,
            "kitchen/_changes.html",
            tickets=tickets,
            all_day=all_day[station_id],
        )
        for station_id, tickets in of_station.items()
    }


def changes(template: str, location: LocationView, ticket_id: UUID, **context: Any) -> str:
    """A ticket as it stands now, for the station's screen that asked; raises NotFound."""
    ticket = queries.find_ticket(location.id, ticket_id)
    if ticket is None:
        raise NotFound("no_ticket", "There is no such ticket.")
    all_day = queries.all_day([ticket.station_id])[ticket.station_id]
    return render_template(template, ticket=ticket, tickets=[ticket], all_day=all_day, **context)
