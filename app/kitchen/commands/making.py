"""Tickets out of a firing: one for each station that has something to make."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.kitchen.commands.headings import Heading, heading_of
from app.kitchen.domain import SLOT_RESTS, free_slot
from app.kitchen.models import Ticket, TicketLine
from app.menu.models import Station
from app.ordering.events import LinesFired
from app.ordering.models import Line, LineAllergy, LineModifier

LineRow = Row[Any]
Slots = dict[UUID, int]


def make_tickets(fired: LinesFired) -> None:
    """Put fired lines on the boards of their stations, in the firing's own transaction.

    A line without a station makes no ticket. Late in the transaction: it locks stations.
    """
    with transaction():
        lines = _lines(fired.line_ids)
        of_station = _by_station(lines)
        if not of_station:
            return
        heading = heading_of(fired.firing_id)
        slots = take_slots(of_station)
        tickets = [
            _ticket(fired, heading, station_id, slots[station_id], station_lines)
            for station_id, station_lines in sorted(of_station.items())
        ]
        execute(insert(Ticket), tickets)
        execute(insert(TicketLine), _ticket_lines(tickets, of_station, _details(fired.line_ids)))
        topics = [f"ticket:{ticket['id']}" for ticket in tickets]
        changed(fired.location_id, *topics, f"order:{fired.order_id}", "floor")


def _lines(line_ids: Sequence[UUID]) -> Sequence[LineRow]:
    return execute(
        select(
            Line.id,
            Line.position,
            Line.quantity,
            Line.kitchen_name,
            Line.variant_name,
            Line.note,
            Line.service_type,
            Line.stations,
            Line.prep_minutes,
        )
        .where(Line.tenant_id == current_tenant_id(), Line.id.in_(line_ids))
        .order_by(Line.position, Line.id)
    ).all()


def _by_station(lines: Sequence[LineRow]) -> dict[UUID, list[LineRow]]:
    of_station: dict[UUID, list[LineRow]] = defaultdict(list)
    for line in lines:
        for station_id in line.stations:
            of_station[UUID(station_id)].append(line)
    return of_station


def take_slots(station_ids: Collection[UUID]) -> Slots:
    """A free slot at each station, which stays locked so that nobody else takes it."""
    tenant_id, now = current_tenant_id(), clock.now()
    wanted = sorted(station_ids)
    execute(
        select(Station.id)
        .where(Station.tenant_id == tenant_id, Station.id.in_(wanted))
        .order_by(Station.id)
        .with_for_update(key_share=True)
    )
    taken: dict[UUID, set[int]] = defaultdict(set)
    freed: dict[UUID, dict[int, datetime]] = defaultdict(dict)
    for row in execute(
        select(Ticket.station_id, Ticket.slot, Ticket.bumped_at).where(
            Ticket.tenant_id == tenant_id,
            Ticket.station_id.in_(wanted),
            (Ticket.state != "bumped") | (Ticket.bumped_at > now - SLOT_RESTS),
        )
    ):
        if row.bumped_at is None:
            taken[row.station_id].add(row.slot)
        else:
            freed[row.station_id][row.slot] = row.bumped_at
    return {station: free_slot(taken[station], freed[station], now) for station in wanted}


def _ticket(
    fired: LinesFired, heading: Heading, station_id: UUID, slot: int, lines: Sequence[LineRow]
) -> dict[str, Any]:
    return {
        "tenant_id": current_tenant_id(),
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
        "fired_at": heading.fired_at,
    }


def _details(line_ids: Sequence[UUID]) -> dict[str, dict[UUID, list[dict[str, Any]]]]:
    """Modifiers and allergies of lines, as a ticket line keeps them."""
    tenant_id = current_tenant_id()
    modifiers: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in execute(
        select(LineModifier.line_id, LineModifier.kind, LineModifier.kitchen_name)
        .where(LineModifier.tenant_id == tenant_id, LineModifier.line_id.in_(line_ids))
        .order_by(LineModifier.position)
    ):
        modifiers[row.line_id].append({"kind": row.kind, "name": row.kitchen_name})
    allergies: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in execute(
        select(LineAllergy.line_id, LineAllergy.allergen, LineAllergy.seat)
        .where(LineAllergy.tenant_id == tenant_id, LineAllergy.line_id.in_(line_ids))
        .order_by(LineAllergy.seat, LineAllergy.allergen)
    ):
        allergies[row.line_id].append({"allergen": row.allergen, "seat": row.seat})
    return {"modifiers": modifiers, "allergies": allergies}


def _ticket_lines(
    tickets: Sequence[Mapping[str, Any]],
    of_station: Mapping[UUID, Sequence[LineRow]],
    details: Mapping[str, Mapping[UUID, list[dict[str, Any]]]],
) -> list[dict[str, Any]]:
    return [
        {
            "tenant_id": ticket["tenant_id"],
            "id": new_id(),
            "location_id": ticket["location_id"],
            "ticket_id": ticket["id"],
            "station_id": ticket["station_id"],
            "firing_id": ticket["firing_id"],
            "line_id": line.id,
            "position": position,
            "quantity": line.quantity,
            "name": f"{line.kitchen_name} {line.variant_name}".strip(),
            "modifiers": details["modifiers"].get(line.id, []),
            "allergies": details["allergies"].get(line.id, []),
            "note": line.note,
        }
        for ticket in tickets
        for position, line in enumerate(of_station[ticket["station_id"]])
    ]
