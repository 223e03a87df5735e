"""Tickets out of a firing: one for each station that has something to make."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, union_all

from app.core import clock
from app.core.db import among, of_tenant, run, transaction
from app.core.ids import new_id
from app.core.inserting import insert_rows
from app.core.stream import changed
from app.kitchen.commands.headings import Heading, heading_of
from app.kitchen.domain import SLOT_RESTS, free_slot
from app.kitchen.models import Ticket, TicketLine
from app.menu.models import Station
from app.ordering.events import LineFacts, LinesFired

Slots = dict[UUID, int]

_LOCK_STATIONS = (
    select(Station.id)
    .where(of_tenant(Station), among(Station.id, "station_ids"))
    .order_by(Station.id)
    .with_for_update(key_share=True)
)
_OF_STATIONS = (of_tenant(Ticket), among(Ticket.station_id, "station_ids"))
_SLOT = select(Ticket.station_id, Ticket.slot, Ticket.bumped_at).where(*_OF_STATIONS)
# Two looks into two indexes: an OR would read every ticket that a station ever had.
_SLOTS = union_all(
    _SLOT.where(Ticket.state != "bumped"), _SLOT.where(Ticket.bumped_at > bindparam("since"))
)


def make_tickets(fired: LinesFired) -> None:
    """Put fired lines on the boards of their stations, in the firing's own transaction.

    A line without a station makes no ticket. Late in the transaction: it locks stations.
    """
    of_station = _by_station(fired.lines)
    if not of_station:
        return
    with transaction():
        heading = heading_of(fired)
        slots = take_slots(of_station)
        tickets = [
            _ticket(fired, heading, station_id, slots[station_id], station_lines)
            for station_id, station_lines in sorted(of_station.items())
        ]
        insert_rows(Ticket, tickets)
        insert_rows(TicketLine, _ticket_lines(tickets, of_station))
        topics = [f"ticket:{ticket['id']}" for ticket in tickets]
        changed(fired.location_id, *topics, f"order:{fired.order_id}", "floor")


def _by_station(lines: Sequence[LineFacts]) -> dict[UUID, list[LineFacts]]:
    of_station: dict[UUID, list[LineFacts]] = defaultdict(list)
    for line in lines:
        for station_id in line.station_ids:
            of_station[station_id].append(line)
    return of_station


def take_slots(station_ids: Collection[UUID]) -> Slots:
    """A free slot at each station, which stays locked so that nobody else takes it."""
    now, wanted = clock.now(), sorted(station_ids)
    run(_LOCK_STATIONS, station_ids=wanted)
    taken: dict[UUID, set[int]] = defaultdict(set)
    freed: dict[UUID, dict[int, datetime]] = defaultdict(dict)
    for row in run(_SLOTS, station_ids=wanted, since=now - SLOT_RESTS):
        if row.bumped_at is None:
            taken[row.station_id].add(row.slot)
        else:
            freed[row.station_id][row.slot] = row.bumped_at
    return {station: free_slot(taken[station], freed[station], now) for station in wanted}


def _ticket(
    fired: LinesFired, heading: Heading, station_id: UUID, slot: int, lines: Sequence[LineFacts]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "location_id": fired.location_id,
        "station_id": station_id,
        "firing_id": fired.firing_id,
        "order_id": fired.order_id,
        "business_day_id": heading.business_day_id,
        "slot": slot,
        "title": heading.title,
        "subtitle": heading.subtitle,
        "service_type": heading.service_type,
        "longest_prep_minutes": max(line.prep_minutes or 0 for line in lines),
        "fired_at": fired.fired_at,
    }


def _ticket_lines(
    tickets: Sequence[Mapping[str, Any]], of_station: Mapping[UUID, Sequence[LineFacts]]
) -> list[dict[str, Any]]:
    return [
        {
            "location_id": ticket["location_id"],
            "ticket_id": ticket["id"],
            "station_id": ticket["station_id"],
            "firing_id": ticket["firing_id"],
            "line_id": line.line_id,
            "position": position,
            "quantity": line.quantity,
            "name": f"{line.kitchen_name} {line.variant_name}".strip(),
            "modifiers": [{"kind": one.kind, "name": one.kitchen_name} for one in line.modifiers],
            "allergies": [
                {"allergen": allergen, "seat": seat} for allergen, seat in line.allergies
            ],
            "note": line.note,
        }
        for ticket in tickets
        for position, line in enumerate(of_station[ticket["station_id"]])
    ]
