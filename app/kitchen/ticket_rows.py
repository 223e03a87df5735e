"""From rows to views: tickets with their lines and their sisters at other stations."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select

from app.core.db import among, of_tenant, run
from app.kitchen.domain import late_after
from app.kitchen.models import Ticket, TicketLine
from app.kitchen.views import ModifierView, StationView, TicketLineView, TicketView
from app.menu.models import Station

TicketRow = Row[Any]

STATION = (
    Station.id.label("station_id"),
    Station.slug,
    Station.name,
    Station.kind,
    Station.late_minutes,
)
TICKET = (
    Ticket.id,
    Ticket.firing_id,
    Ticket.order_id,
    Ticket.slot,
    Ticket.state,
    Ticket.version,
    Ticket.title,
    Ticket.subtitle,
    Ticket.longest_prep_minutes,
    Ticket.fired_at,
    Ticket.seen_at,
    Ticket.bumped_at,
)
_LINES = (
    select(TicketLine.__table__)
    .where(of_tenant(TicketLine), among(TicketLine.ticket_id, "ticket_ids"))
    .order_by(TicketLine.ticket_id, TicketLine.position)
)
_SISTERS = (
    select(Ticket.firing_id, Ticket.id, Ticket.state, Station.name)
    .join(Station, (Station.tenant_id == Ticket.tenant_id) & (Station.id == Ticket.station_id))
    .where(of_tenant(Ticket), among(Ticket.firing_id, "firing_ids"))
    .order_by(Station.position, Station.name)
)
_MARKS = {"no": ("NO ", "-"), "add": ("ADD ", "EXTRA ", "+")}
_FIRST = {"no": 0, "add": 1}


def station_view(row: Row[Any], undone: int = 0) -> StationView:
    """A station from a row with the columns STATION."""
    return StationView(
        id=row.station_id,
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        late_minutes=row.late_minutes,
        undone=undone,
    )


def tickets(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """A statement to keep: tickets with their stations, oldest first, for `ticket_views`."""
    return (
        select(*STATION, *TICKET)
        .join(Ticket, (Ticket.tenant_id == Station.tenant_id) & (Ticket.station_id == Station.id))
        .where(of_tenant(Station), *conditions)
        .order_by(Ticket.fired_at, Ticket.id)
    )


def ticket_views(rows: Sequence[TicketRow]) -> tuple[TicketView, ...]:
    """Tickets in the order of their rows; two more queries, none without rows."""
    if not rows:
        return ()
    lines = _lines([row.id for row in rows])
    sisters = _sisters({row.firing_id for row in rows})
    return tuple(
        TicketView(
            id=row.id,
            station_id=row.station_id,
            order_id=row.order_id,
            slot=row.slot,
            state=row.state,
            version=row.version,
            title=row.title,
            subtitle=row.subtitle,
            fired_at=row.fired_at,
            seen_at=row.seen_at,
            bumped_at=row.bumped_at,
            late_after=late_after(
                timedelta(minutes=row.late_minutes), timedelta(minutes=row.longest_prep_minutes)
            ),
            lines=tuple(lines[row.id]),
            also_at=tuple(
                (sister.name, sister.state == "bumped")
                for sister in sisters[row.firing_id]
                if sister.id != row.id
            ),
        )
        for row in rows
    )


def _lines(ticket_ids: Sequence[UUID]) -> dict[UUID, list[TicketLineView]]:
    lines: dict[UUID, list[TicketLineView]] = defaultdict(list)
    for row in run(_LINES, ticket_ids=ticket_ids):
        lines[row.ticket_id].append(_line(row))
    return lines


def _line(row: Row[Any]) -> TicketLineView:
    modifiers = sorted(row.modifiers, key=lambda modifier: _FIRST.get(modifier["kind"], 2))
    return TicketLineView(
        id=row.id,
        quantity=row.quantity,
        name=row.name,
        modifiers=tuple(_modifier(modifier) for modifier in modifiers),
        allergies=tuple((allergy["allergen"], allergy["seat"]) for allergy in row.allergies),
        note=row.note,
        state=row.state,
        void_text=row.void_text or "",
    )


def _modifier(modifier: dict[str, str]) -> ModifierView:
    """NO and ADD stand out, once, also where the menu's name begins with such a word."""
    kind, name = modifier["kind"], modifier["name"]
    for prefix in _MARKS.get(kind, ()):
        if name.upper().startswith(prefix):
            return ModifierView(mark=prefix.strip(), name=name[len(prefix) :].strip())
    return ModifierView(mark=kind.upper() if kind in _MARKS else "", name=name)


def _sisters(firing_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    sisters: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in run(_SISTERS, firing_ids=sorted(firing_ids)):
        sisters[row.firing_id].append(row)
    return sisters
