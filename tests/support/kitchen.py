"""Orders sent to the kitchen by Bob, and the tickets that come of them."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.core import stream
from app.core.db import end_reading, execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.kitchen.models import Ticket
from app.kitchen.queries import board, find_ticket
from app.kitchen.views import TicketView
from app.ordering.commands import NewLine, PlaceOrder, place
from tests.support.restaurants import Restaurant


def wanted(restaurant: Restaurant, item: str, *modifiers: str, quantity: int = 1) -> NewLine:
    """A line for `item` ("Gelato/Large" with a size), with modifiers by name."""
    return NewLine(
        line_id=new_id(),
        variant_id=restaurant.variants[item],
        quantity=Decimal(quantity),
        modifier_ids=tuple(restaurant.modifiers[name] for name in modifiers),
    )


def send(restaurant: Restaurant, *lines: str | NewLine) -> UUID:
    """Bob sends an order from a table of its own; returns the order's id."""
    order = PlaceOrder(
        order_id=new_id(),
        service_type="dine_in",
        table_id=restaurant.new_table(),
        guests=2,
        lines=tuple(wanted(restaurant, line) if isinstance(line, str) else line for line in lines),
    )
    with restaurant.inside():
        return place(restaurant.people["bob"].actor, restaurant.location, order).order_id


def tickets_of(restaurant: Restaurant, order_id: UUID) -> dict[str, TicketView]:
    """The tickets of an order by the name of their station."""
    names = {station_id: name for name, station_id in restaurant.stations.items()}
    with restaurant.inside():
        ids = execute(
            select(Ticket.id).where(
                Ticket.tenant_id == current_tenant_id(), Ticket.order_id == order_id
            )
        ).scalars()
        found = [find_ticket(restaurant.location.id, ticket_id) for ticket_id in ids]
        end_reading()
    return {names[ticket.station_id]: ticket for ticket in found if ticket is not None}


def on_board(house: Restaurant) -> set[str]:
    """The ids of the tickets on the kitchen's board."""
    with house.inside():
        shown = board(house.location.id, house.stations["Kitchen"])
        end_reading()
    return {str(ticket.id) for ticket in shown.tickets}


def view_of(house: Restaurant) -> str:
    """What a socket asks for to show the kitchen's board."""
    return f"kitchen:{house.stations['Kitchen']}"


def reached(house: Restaurant) -> int:
    """The number of the location's newest change."""
    with house.inside():
        found = stream.reached(house.location.id)
        end_reading()
    return found
