"""Orders as wholes: the list, a new one, closed, cancelled."""

from typing import Any
from uuid import UUID

from flask import Response as PlainResponse
from flask import g, request
from werkzeug.wrappers import Response

from app.core.access import requires
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to
from app.core.stream import reached
from app.floor import commands as floor_commands
from app.floor.queries import get_table
from app.identity.current import current_actor, once
from app.identity.permissions import ORDER_CREATE
from app.ordering import commands, forms
from app.ordering.queries import list_orders, open_order_of_visit
from app.ordering.routes.answers import do_once, floor_url, order_url
from app.ordering.routes.blueprint import ordering


@ordering.get("/orders", endpoint="orders")
@requires(ORDER_CREATE)
def orders() -> PlainResponse:
    """Open orders and, asked for, today's others; the search stands in the address."""
    search, scope = request.args.get("q", ""), request.args.get("show", "open")
    found = list_orders(g.location, search, with_ended=scope == "today")
    return fragment_or_page(
        "ordering/_orders.html",
        "ordering/orders.html",
        orders=found,
        search=search,
        scope=scope,
        seq=reached(g.location.id),
    )


@ordering.get("/orders/new")
@requires(ORDER_CREATE)
def new_order() -> PlainResponse:
    """Ask whose order and what kind."""
    return fragment_or_page(
        "ordering/_new_order_sheet.html",
        "ordering/sheet.html",
        sheet="ordering/_new_order_sheet.html",
    )


@ordering.post("/orders")
@requires(ORDER_CREATE)
def open_order() -> Response:
    """Open an order without a table."""
    said = read(forms.OrderForm, request.form)
    done = once(lambda: _id(commands.open_order(current_actor(), g.location, **said)))
    return go_to(order_url(done["id"]))


@ordering.post("/visits")
@requires(ORDER_CREATE)
def seat() -> Response:
    """Seat a party and open its order; one who sits there already has theirs shown."""
    said = read(forms.SeatForm, request.form)
    done = once(lambda: _id(_seat_and_open(said["table_id"], said["guests"])))
    return go_to(order_url(done["id"]))


@ordering.post("/orders/<uuid:order_id>/close")
@requires(ORDER_CREATE)
def close(order_id: UUID) -> Response:
    """End an order that is paid."""
    do_once(commands.close_order, order_id)
    return go_to(floor_url())


@ordering.post("/orders/<uuid:order_id>/cancel")
@requires(ORDER_CREATE)
def cancel(order_id: UUID) -> Response:
    """Give an unpaid order up."""
    reason = read(forms.CancelForm, request.form)["reason"]
    do_once(commands.cancel_order, order_id, reason)
    return go_to(floor_url())


def _seat_and_open(table_id: UUID, guests: int) -> UUID:
    """The open order of whoever sits at a table, seated now where nobody does."""
    actor, location = current_actor(), g.location
    party = get_table(location, table_id).party
    found = open_order_of_visit(location, party.visit_id) if party else None
    if found:
        return found
    visit_id = party.visit_id if party else floor_commands.seat(actor, location, table_id, guests)
    return commands.open_order(actor, location, service_type="dine_in", visit_id=visit_id)


def _id(found: UUID) -> dict[str, Any]:
    return {"id": str(found)}
